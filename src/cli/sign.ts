import type { Command } from 'commander';
import { loadBls } from '../crypto/bls-load.js';
import { toHex } from '../crypto/bytes.js';
import { defaultSuite } from '../protocol/default-suite.js';
import { openProposal, propose, signManifest } from '../protocol/joining.js';
import { signatureDocument } from '../protocol/joining-documents.js';
import { jsonText } from './artifacts.js';
import {
  bankFiles,
  expectEarlier,
  expectKeystore,
  maxKdfCostOption,
  type OpeningFlags,
  openKeystore,
  readOneOf,
  toldAsJson,
  writeOnce,
} from './bank-files.js';
import { usageError } from './cli-error.js';
import { consortiumLines } from './consortium-lines.js';
import { paintFor } from './paint.js';
import { PASSWORD_HELP } from './secret-input.js';
import { label } from './summary.js';

interface SignFlags extends OpeningFlags {
  readonly keystore: string;
  readonly json?: boolean;
}

/** `concordat sign`: this bank's signature of the manifest that a proposal and all shares make. */
export function addSign(program: Command): void {
  program
    .command('sign')
    .description('Sign the manifest that a proposal and the shares of all banks make.')
    .argument('<file...>', 'the proposal that all banks have, and what each of them revealed')
    .requiredOption('--keystore <file>', 'the bank’s keystore; what it revealed is beside it')
    .option('--password-file <file>', 'the password is in this file')
    .addOption(maxKdfCostOption())
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', PASSWORD_HELP)
    .action((files: readonly string[], flags: SignFlags) => toldAsJson(flags.json, () => run(files, flags)));
}

async function run(given: readonly string[], flags: SignFlags): Promise<void> {
  const files = bankFiles(flags.keystore);
  expectKeystore(files.keystore);
  expectEarlier(files.reveal, 'reveal');
  // From the bank's own copy, not from what was sent around: it signs only what it opened its share for.
  const { reveal: own } = readOneOf(files.reveal, ['reveal']);
  const documents = given.map((file) => readOneOf(file, ['proposal', 'reveal']));
  const proposals = documents.flatMap((each) => (each.kind === 'proposal' ? [each.proposal] : []));
  const [proposed] = proposals;
  if (proposed === undefined || proposals.length > 1) usageError('one proposal is needed, and reveals');
  const reveals = documents.flatMap((each) => (each.kind === 'reveal' ? [each.reveal] : []));
  const suite = defaultSuite(await loadBls());
  const proposal = propose(proposed, suite.bls);
  const body = openProposal(proposal, [own, ...reveals]);
  const secrets = await openKeystore(flags.keystore, flags, suite.bls);
  const signature = signManifest(body, own, secrets, suite);
  writeOnce(files.signature, signatureDocument(signature), 'it is for another manifest; move it away');

  const consortiumId = toHex(signature.consortiumId);
  const paint = paintFor(process.stdout, process.env);
  const lines = [
    '',
    ...consortiumLines(proposal, paint),
    ...label('Signed', consortiumId, paint),
    ...label('Written', files.signature, paint),
    ...label('Next', 'send it to every bank; with those of all, run `concordat manifest`', paint),
  ];
  process.stdout.write(
    flags.json ? jsonText({ id: own.id, consortiumId, file: files.signature }) : `${lines.join('\n')}\n\n`,
  );
}
