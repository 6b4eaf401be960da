import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { loadBls } from '../crypto/bls-load.js';
import { equalBytes, toHex } from '../crypto/bytes.js';
import { proposalDigest, propose, revealShare } from '../protocol/joining.js';
import { revealDocument } from '../protocol/joining-documents.js';
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
import { outputError } from './cli-error.js';
import { consortiumLines } from './consortium-lines.js';
import { paintFor } from './paint.js';
import { PASSWORD_HELP } from './secret-input.js';
import { label } from './summary.js';

interface RevealFlags extends OpeningFlags {
  readonly keystore: string;
  readonly json?: boolean;
}

const REVEALED_OTHER =
  'a share was opened for another proposal, and must not be for this one; make a new public-key file with `concordat keygen --keystore`, and move the old files of the bank away';

const HELP = `
A share is opened for one proposal only: who could have it opened for a second
one would know the seed before the others, and could choose it. The file that
is written beside the keystore is also the record of that; do not delete it.
${PASSWORD_HELP}`;

/** `concordat reveal`: opens this bank's share of the genesis seed for a proposal. */
export function addReveal(program: Command): void {
  program
    .command('reveal')
    .description('Check a proposal and open this bank’s share of the genesis seed for it.')
    .argument('<proposal.json>', 'the proposal that all banks have')
    .requiredOption('--keystore <file>', 'the bank’s keystore, its public-key file beside it')
    .option('--password-file <file>', 'the password is in this file')
    .addOption(maxKdfCostOption())
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', HELP)
    .action((file: string, flags: RevealFlags) => toldAsJson(flags.json, () => run(file, flags)));
}

async function run(proposalFile: string, flags: RevealFlags): Promise<void> {
  const files = bankFiles(flags.keystore);
  expectKeystore(files.keystore);
  expectEarlier(files.keys, 'keygen');
  const { keys } = readOneOf(files.keys, ['keys']);
  const bls = await loadBls();
  const proposal = propose(readOneOf(proposalFile, ['proposal']).proposal, bls);
  const digest = proposalDigest(proposal);
  if (existsSync(files.reveal) && !equalBytes(readOneOf(files.reveal, ['reveal']).reveal.proposal, digest))
    outputError(files.reveal, REVEALED_OTHER);
  const reveal = revealShare(proposal, keys, bls, await openKeystore(flags.keystore, flags, bls));
  writeOnce(files.reveal, revealDocument(reveal), REVEALED_OTHER);

  const paint = paintFor(process.stdout, process.env);
  const lines = [
    '',
    ...consortiumLines(proposal, paint),
    ...label('Proposal', toHex(digest), paint),
    ...label('Written', files.reveal, paint),
    ...label('Next', 'send it to every bank; with those of all, run `concordat sign`', paint),
  ];
  process.stdout.write(
    flags.json
      ? jsonText({ id: reveal.id, proposal: toHex(digest), file: files.reveal })
      : `${lines.join('\n')}\n\n`,
  );
}
