import { basename } from 'node:path';
import type { Command } from 'commander';
import { createBankKeystore } from '../crypto/bank-keystore.js';
import type { Bls } from '../crypto/bls.js';
import { loadBls } from '../crypto/bls-load.js';
import { isConcordatError } from '../crypto/error.js';
import { type BankSecrets, deriveSecrets, generateMnemonic } from '../crypto/keys.js';
import { DEFAULT_KEYSTORE_COST, MAX_KEYSTORE_COST, MIN_KEYSTORE_COST } from '../crypto/keystore.js';
import { type JoiningKeys, joiningKeys } from '../protocol/joining.js';
import { keysDocument, readJoiningDocument } from '../protocol/joining-documents.js';
import { jsonText } from './artifacts.js';
import { bankFiles, maxKdfCostOption, type OpeningFlags, openKeystore } from './bank-files.js';
import { inputError, usageError } from './cli-error.js';
import { expectNew, PUBLIC_FILE, SECRET_FILE, writeNewFiles } from './new-files.js';
import { oneOf, wholeNumber } from './options.js';
import { paintFor } from './paint.js';
import { progressOn } from './progress.js';
import { PASSWORD_HELP, readMnemonic, readPassword } from './secret-input.js';
import { label } from './summary.js';

interface KeygenFlags extends OpeningFlags {
  readonly id?: string;
  readonly words?: string;
  readonly mnemonicFile?: string;
  readonly keystore?: string;
  readonly out?: string;
  readonly kdfCost?: number;
  readonly json?: boolean;
}

const HELP = `
Writes <id>.keystore.json, encrypted and for the bank alone, and beside it
<id>.pub.json, for everybody. How a consortium comes to a manifest, with files
that the banks send one another:
  1. each bank makes its keys, and sends bank-a.pub.json:
       concordat keygen --id bank-a
  2. one of them makes a proposal, and sends manifest.proposal.json:
       concordat manifest --schema schema.json --out manifest.json *.pub.json
  3. each bank opens its share of the seed, and sends bank-a.reveal.json:
       concordat reveal --keystore bank-a.keystore.json manifest.proposal.json
  4. each bank signs, and sends bank-a.signature.json:
       concordat sign --keystore bank-a.keystore.json manifest.proposal.json \\
         *.reveal.json
  5. anyone makes the manifest:
       concordat manifest --out manifest.json manifest.proposal.json \\
         *.reveal.json *.signature.json
A round that was broken off after step 3, and another consortium, need new
public-key files of all banks: make one with --keystore.

The keystore has the format of EIP-2335. A new mnemonic is shown once, on the
terminal, and nowhere when there is none: then the keystore is the only copy.
${PASSWORD_HELP.trimStart()}`;

/** `concordat keygen`: a bank's keys, encrypted, and what it publishes of them. */
export function addKeygen(program: Command): void {
  program
    .command('keygen')
    .description('Make the keys of a bank: an encrypted keystore and a public-key file.')
    .option('--id <name>', 'name of the bank (default: from the file’s name)')
    .option('--words <n>', 'words of a new mnemonic', oneOf(['24']))
    .option('--mnemonic-file <file>', 'use the mnemonic in this file, `-` for standard input')
    .option('--keystore <file>', 'make only a new public-key file, from this keystore')
    .option('--out <file>', 'the keystore (default: <id>.keystore.json)')
    .option('--password-file <file>', 'the password is in this file')
    .option(
      '--kdf-cost <n>',
      `scrypt takes 2^n steps, 2^${DEFAULT_KEYSTORE_COST} by default; fewer are for tests only, more need --max-kdf-cost to be opened`,
      wholeNumber(MIN_KEYSTORE_COST, MAX_KEYSTORE_COST),
    )
    .addOption(maxKdfCostOption())
    .option('--json', 'print the public keys as JSON')
    .addHelpText('after', HELP)
    .action(run);
}

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

async function run(flags: KeygenFlags): Promise<void> {
  if (flags.keystore === undefined && flags.maxKdfCost !== undefined)
    usageError('--max-kdf-cost is for a keystore that is there');
  if (flags.keystore !== undefined)
    for (const option of ['words', 'mnemonicFile', 'out', 'kdfCost'] as const)
      if (flags[option] !== undefined)
        usageError('--keystore takes the keys that are there: only --id goes with it');
  const keystore = flags.keystore ?? flags.out ?? `${expectName(flags.id ?? 'bank')}.keystore.json`;
  const id = expectName(flags.id ?? basename(keystore).replace(/(\.keystore)?(\.json)?$/, ''));
  const files = bankFiles(keystore);
  expectNew(files.keys);
  const bls = await loadBls();
  const made = flags.keystore === undefined ? await newKeystore(files.keystore, flags, bls) : null;
  const secrets = made?.secrets ?? (await openKeystore(files.keystore, flags, bls));

  const keys = keysDocument(publicOf(bls, secrets, id));
  // What is published is read as the others will read it, before anything of it is written.
  readJoiningDocument(keys);
  writeNewFiles([
    ...(made === null ? [] : [{ path: files.keystore, text: made.text, mode: SECRET_FILE }]),
    { path: files.keys, text: jsonText(keys), mode: PUBLIC_FILE },
  ]);
  if (made?.isNew) showMnemonic(made.mnemonic);
  process.stdout.write(
    flags.json
      ? jsonText({ id, keystore: files.keystore, publicKeyFile: files.keys, publicKeys: keys })
      : page(id, files.keystore, files.keys, keys, made !== null),
  );
}

/** What is published; the secrets are not needed afterwards. */
function publicOf(bls: Bls, secrets: BankSecrets, id: string): JoiningKeys {
  try {
    return joiningKeys(bls, secrets, id, random(32));
  } finally {
    secrets.erase();
  }
}

/** A name that can be part of a file's name on every system. */
function expectName(id: string): string {
  const name = id.normalize('NFC');
  if (name === '' || !name.isWellFormed() || Buffer.byteLength(name) > 64 || /[/\\\p{Cc}]/u.test(name))
    usageError('--id: the name of a bank has 1 to 64 bytes, without slashes and control characters');
  return name;
}

interface Made {
  readonly text: string;
  readonly secrets: BankSecrets;
  readonly mnemonic: string;
  readonly isNew: boolean;
}

async function newKeystore(path: string, flags: KeygenFlags, bls: Bls): Promise<Made> {
  expectNew(path);
  const { mnemonicFile, passwordFile, kdfCost = DEFAULT_KEYSTORE_COST } = flags;
  const mnemonic =
    mnemonicFile === undefined ? generateMnemonic(random(32)) : await readMnemonic(mnemonicFile);
  const secrets = secretsOf(mnemonic, mnemonicFile);
  const password = await readPassword(passwordFile, true);
  const progress = progressOn(process.stderr);
  progress.show('encrypting the keystore');
  try {
    const text = jsonText(createBankKeystore(mnemonic, bls, { password, random, cost: kdfCost }));
    return { text, secrets, mnemonic, isNew: mnemonicFile === undefined };
  } catch (error) {
    if (isConcordatError(error, 'KEYSTORE_PASSWORD_INVALID')) usageError(error.message);
    throw error;
  } finally {
    progress.clear();
  }
}

function secretsOf(mnemonic: string, file: string | undefined): BankSecrets {
  try {
    return deriveSecrets(mnemonic);
  } catch (error) {
    if (isConcordatError(error) && file !== undefined) inputError(file, error.message);
    throw error;
  }
}

/** On a terminal only: anywhere else the words would end in a log. */
function showMnemonic(mnemonic: string): void {
  if (!process.stderr.isTTY) {
    process.stderr.write(
      'concordat: no terminal, so the mnemonic is not shown: keep a copy of the keystore and its password\n',
    );
    return;
  }
  const words = mnemonic.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word.padEnd(10)}`);
  const rows = Array.from({ length: 6 }, (_, r) => `    ${words.slice(4 * r, 4 * r + 4).join('')}`);
  process.stderr.write(`
  The mnemonic of this bank. It is shown this once; the keystore holds it
  encrypted. Who has these words has the bank's keys, without any password:
  write them on paper, in this order, and lock it away.

${rows.join('\n')}

`);
}

function page(id: string, keystore: string, keysFile: string, keys: object, isNew: boolean): string {
  const { format: _format, version: _version, id: _id, ...hex } = keys as Record<string, string>;
  const paint = paintFor(process.stdout, process.env);
  const published = ['bls', 'identity', 'vrf', 'x25519'].flatMap((name) => label(name, hex[name]!, paint));
  return `${[
    '',
    ...label('Bank', id, paint),
    ...published,
    ...label(
      'Written',
      `${isNew ? `${keystore}, encrypted, never to be sent; ` : ''}${keysFile}, for all`,
      paint,
    ),
    ...label('Next', 'send the public-key file to who makes the proposal', paint),
  ].join('\n')}\n\n`;
}
