import type { Command } from 'commander';
import { loadBls } from '../crypto/bls-load.js';
import { toHex } from '../crypto/bytes.js';
import { ConcordatError, isConcordatError } from '../crypto/error.js';
import { defaultSuite } from '../protocol/default-suite.js';
import { readManifest, readSeal } from '../protocol/documents.js';
import { evidenceName } from '../protocol/evidence.js';
import type { Manifest } from '../protocol/manifest.js';
import { checkSeal, type VerifiedSeal } from '../protocol/seal.js';
import { grouped } from './amount.js';
import { jsonText } from './artifacts.js';
import { type CliError, placeOf } from './cli-error.js';
import { encodingInWords } from './encoding-fault.js';
import { readJson } from './input.js';
import { type Paint, paintFor } from './paint.js';
import { progressOn } from './progress.js';
import { label } from './summary.js';
import { evidenceInWords, toleranceInWords } from './verdict.js';

interface VerifyFlags {
  readonly manifest: string;
  readonly json?: boolean;
}

/** `concordat verify`: checks a seal and the evidence in it offline. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('Check a seal and its evidence offline.')
    .argument('<seal.json>', 'the seal')
    .requiredOption('--manifest <manifest.json>', 'the manifest of the consortium that made it')
    .option('--json', 'print what the seal says as JSON')
    .action(run);
}

async function run(sealFile: string, flags: VerifyFlags): Promise<void> {
  const [manifestJson, sealJson] = [readJson(flags.manifest), readJson(sealFile)];
  const suite = defaultSuite(await loadBls());
  const progress = progressOn(process.stderr);
  progress.show('checking the seal');
  try {
    const manifest = attributed(flags.manifest, () => readManifest(manifestJson, suite));
    const seal = attributed(sealFile, () => checkSeal(manifest, readSeal(sealJson, manifest), suite));
    const paint = paintFor(process.stdout, process.env);
    progress.clear();
    process.stdout.write(
      flags.json ? jsonText(asJson(manifest, seal)) : `${lines(manifest, seal, paint).join('\n')}\n\n`,
    );
  } catch (error) {
    if (flags.json && isConcordatError(error, 'NOT_VERIFIED')) {
      const { file, cause, reason } = error.detail as Extract<CliError, { readonly code: 'NOT_VERIFIED' }>;
      process.stdout.write(jsonText({ valid: false, file, code: cause, reason }));
    }
    throw error;
  } finally {
    progress.clear();
  }
}

/** What `check` gives; what it refuses is blamed on `file`, since its own errors do not know where bytes came from. */
function attributed<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    const reason = `it does not verify: ${encodingInWords(error) ?? error.message}`;
    throw new ConcordatError<CliError>(
      { code: 'NOT_VERIFIED', file, cause: error.code, reason },
      `${placeOf(file, null, null)}: ${reason}`,
      { cause: error },
    );
  }
}

const REHEARSAL =
  'one process made the keys of all banks, and can make any such seal: it proves nothing to others';

const accusations = (manifest: Manifest, seal: VerifiedSeal): { accused: string; kind: string }[] =>
  seal.evidence.map((evidence) => ({
    accused: manifest.banks[evidence.accused]!.id,
    kind: evidenceName(evidence),
  }));

function asJson(manifest: Manifest, seal: VerifiedSeal): unknown {
  return {
    valid: true,
    rehearsal: seal.rehearsal,
    consortium: manifest.body.name,
    consortiumId: toHex(manifest.consortiumId),
    epoch: seal.epoch,
    value: toHex(seal.value),
    resultRoot: toHex(seal.resultRoot),
    parent: toHex(seal.parent),
    next: toHex(seal.next),
    totals: seal.totals,
    inputs: seal.inputs,
    signers: seal.signers,
    executors: seal.executors,
    evidence: accusations(manifest, seal),
  };
}

function lines(manifest: Manifest, seal: VerifiedSeal, paint: Paint): string[] {
  const { totals } = seal;
  const evidence = accusations(manifest, seal).map(
    ({ accused, kind }) => `${accused} ${evidenceInWords(kind)}`,
  );
  const classes = `${grouped(totals.unanimous)} unanimous, ${grouped(totals.settled)} settled, ${grouped(totals.disputed)} disputed`;
  const facts: [string, string][] = [
    ['Consortium', `${manifest.body.name}, ${toleranceInWords(manifest.size, manifest.faults)}`],
    ['Epoch', grouped(seal.epoch)],
    ['Result', toHex(seal.resultRoot)],
    ['Keys', `${classes}, ${grouped(totals.unvouched)} unvouched, ${grouped(totals.unresolved)} unresolved`],
    ['Inputs', seal.inputs.join(', ')],
    ['Decided by', seal.signers.join(', ')],
    ['Computed by', seal.executors.join(', ')],
    ['Evidence', evidence.join('; ') || 'none'],
    ['Value', toHex(seal.value)],
    ['Parent', toHex(seal.parent)],
    ['Next', toHex(seal.next)],
  ];
  return [
    '',
    `  ${paint.bold(paint.green('✔ the seal is valid'))}`,
    ...(seal.rehearsal ? ['', ...label('Rehearsal', REHEARSAL, paint)] : []),
    '',
    ...facts.flatMap(([name, text]) => label(name, text, paint)),
  ];
}
