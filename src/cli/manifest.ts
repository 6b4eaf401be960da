import type { Command } from 'commander';
import type { Bls } from '../crypto/bls.js';
import { loadBls } from '../crypto/bls-load.js';
import { toHex } from '../crypto/bytes.js';
import { labelProblem } from '../data/field-check.js';
import { defaultSuite } from '../protocol/default-suite.js';
import { manifestDocument } from '../protocol/documents.js';
import { joinManifest, openProposal, type Proposal, proposalDigest, propose } from '../protocol/joining.js';
import { type JoiningDocument, proposalDocument } from '../protocol/joining-documents.js';
import type { Manifest } from '../protocol/manifest.js';
import { DEFAULT_PARAMETERS } from '../protocol/manifest.js';
import { maxFaults } from '../protocol/quorum.js';
import { jsonText } from './artifacts.js';
import { readDocuments, toldAsJson } from './bank-files.js';
import { usageError } from './cli-error.js';
import { consortiumLines } from './consortium-lines.js';
import { readSchema } from './input.js';
import { wholeNumber } from './options.js';
import { expectFile, writeFile } from './output.js';
import { paintFor } from './paint.js';
import { label } from './summary.js';

interface ManifestFlags {
  readonly schema?: string;
  readonly faults?: number;
  readonly name?: string;
  readonly delta?: number;
  readonly out: string;
  readonly json?: boolean;
}

const HELP = `
With public-key files alone it writes a proposal, beside the manifest: every
bank must then run \`concordat reveal\`, and with all shares \`concordat sign\`.
With the proposal (or the same public-key files and options), all reveals and
all signatures it writes the manifest. \`concordat keygen --help\` has the steps.`;

/** `concordat manifest`: a proposal from public keys, or the manifest from all that the banks sent. */
export function addManifest(program: Command): void {
  program
    .command('manifest')
    .description('Check what the banks of a consortium sent, and make its manifest.')
    .argument('<file...>', 'public-key files, a proposal, reveals and signatures')
    .option('--schema <schema.json>', 'what a record is')
    .option('--faults <F>', 'lying banks to tolerate (default: the most that are possible)', wholeNumber(0))
    .option('--name <name>', 'name of the consortium (default: the schema’s)')
    .option('--delta <ms>', 'bound on a message’s delay', wholeNumber(1, 2 ** 32 - 1))
    .option('--out <manifest.json>', 'where the manifest is written', 'manifest.json')
    .option('--json', 'print what was made as JSON')
    .addHelpText('after', HELP)
    .action((files: readonly string[], flags: ManifestFlags) =>
      toldAsJson(flags.json, () => run(files, flags)),
    );
}

async function run(files: readonly string[], flags: ManifestFlags): Promise<void> {
  expectFile(flags.out);
  const documents = readDocuments(files);
  const suite = defaultSuite(await loadBls());
  const proposal = proposalOf(documents, flags, suite.bls);
  const reveals = documents.flatMap((each) => (each.kind === 'reveal' ? [each.reveal] : []));
  const signatures = documents.flatMap((each) => (each.kind === 'signature' ? [each.signature] : []));
  if (reveals.length === 0 && signatures.length === 0) {
    if (!documents.some(({ kind }) => kind === 'keys'))
      usageError('there is nothing to add to the proposal: reveals and signatures are missing');
    writeProposal(proposal, flags);
  } else writeManifest(joinManifest(openProposal(proposal, reveals), signatures, suite), flags);
}

function proposalOf(documents: readonly JoiningDocument[], flags: ManifestFlags, bls: Bls): Proposal {
  const proposals = documents.flatMap((each) => (each.kind === 'proposal' ? [each.proposal] : []));
  const keys = documents.flatMap((each) => (each.kind === 'keys' ? [each.keys] : []));
  const [given, other] = proposals;
  if (given === undefined) {
    if (keys.length === 0) usageError('neither public-key files nor a proposal are given');
    if (flags.schema === undefined) usageError('--schema is needed to propose a manifest');
    const schema = readSchema(flags.schema);
    const { faults = maxFaults(keys.length), name = schema.name } = flags;
    const problem = labelProblem(name, 256);
    if (problem) usageError(`--name ${problem}`);
    const parameters = {
      ...DEFAULT_PARAMETERS,
      ...(flags.delta === undefined ? {} : { delta: flags.delta }),
    };
    return propose({ name, faults, schema, parameters, banks: keys }, bls);
  }
  if (other !== undefined) usageError('more than one proposal is given');
  if (keys.length > 0)
    usageError('a proposal holds the public keys: give it or the public-key files, not both');
  for (const option of ['schema', 'faults', 'name', 'delta'] as const)
    if (flags[option] !== undefined) usageError(`--${option} is fixed in the proposal already`);
  return propose(given, bls);
}

function writeProposal(proposal: Proposal, { out, json }: ManifestFlags): void {
  const file = `${out.replace(/\.json$/, '')}.proposal.json`;
  writeFile(file, jsonText(proposalDocument(proposal)));
  const digest = toHex(proposalDigest(proposal));
  const paint = paintFor(process.stdout, process.env);
  const lines = [
    '',
    ...consortiumLines(proposal, paint),
    ...label('Proposal', digest, paint),
    ...label('Written', file, paint),
    ...label('Next', 'send it to every bank: each must now run `concordat reveal`', paint),
  ];
  const banks = proposal.banks.map(({ id }) => id);
  process.stdout.write(
    json
      ? jsonText({ stage: 'proposal', file, digest, name: proposal.name, faults: proposal.faults, banks })
      : `${lines.join('\n')}\n\n`,
  );
}

function writeManifest(manifest: Manifest, { out, json }: ManifestFlags): void {
  writeFile(out, jsonText(manifestDocument(manifest)));
  const consortiumId = toHex(manifest.consortiumId);
  const paint = paintFor(process.stdout, process.env);
  const lines = [
    '',
    `  ${paint.bold(paint.green('✔ the manifest is valid'))}`,
    '',
    ...consortiumLines(manifest.body, paint),
    ...label('Id', consortiumId, paint),
    ...label('Written', out, paint),
  ];
  const { name } = manifest.body;
  const banks = manifest.banks.map(({ id }) => id);
  process.stdout.write(
    json
      ? jsonText({ stage: 'manifest', file: out, consortiumId, name, faults: manifest.faults, banks })
      : `${lines.join('\n')}\n\n`,
  );
}
