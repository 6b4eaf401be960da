import { StringDecoder } from 'node:string_decoder';
import { ConcordatError } from '../crypto/error.js';
import { passwordLength } from '../crypto/keystore.js';
import { type CliError, inputError, usageError } from './cli-error.js';
import { readInput } from './input.js';

/** Most bytes of a password or mnemonic. */
const MAX_BYTES = 4096;
/** Fewest characters of a new password (NIST SP 800-63B §3.1.1.2). */
const MIN_PASSWORD = 8;

/** The environment variable that may hold the password. */
const VARIABLE = 'CONCORDAT_PASSWORD';

/** How the password of a keystore is given, for help. */
export const PASSWORD_HELP = `
The password is read from --password-file, else from the environment variable
${VARIABLE}, else asked for on the terminal. It is never an argument,
which other users of the machine could see.`;

/**
 * The password of a keystore. A line break at the end of its file is not part of it.
 * @param isNew asks twice on a terminal, and refuses a short one
 * @throws {@link CliError} `USAGE_INVALID` when there is none, or `INPUT_UNREADABLE`
 */
export async function readPassword(file: string | undefined, isNew: boolean): Promise<string> {
  const given = file === undefined ? process.env[VARIABLE] : fileText(file).replace(/\r?\n$/, '');
  const password = given || (file === undefined ? await askPassword(isNew) : '');
  const length = passwordLength(password);
  if (length === 0) usageError('the password is empty');
  if (isNew && length < MIN_PASSWORD) usageError(`the password is shorter than ${MIN_PASSWORD} characters`);
  return password;
}

async function askPassword(isNew: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    usageError(`no password: give --password-file or the environment variable ${VARIABLE}`);
  const password = await askHidden('Password of the keystore: ');
  if (isNew && (await askHidden('The same once more: ')) !== password)
    usageError('the two passwords are not the same');
  return password;
}

/**
 * The words of an existing mnemonic, one space between them.
 * @param file its name, or `-` for standard input, where a terminal is asked without showing what is typed
 * @throws {@link CliError} `INPUT_UNREADABLE`
 */
export async function readMnemonic(file: string): Promise<string> {
  const text =
    file !== '-'
      ? fileText(file)
      : process.stdin.isTTY
        ? await askHidden('The 24 words: ')
        : await standardInput();
  return text.trim().split(/\s+/).join(' ');
}

function fileText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readInput(file, MAX_BYTES));
  } catch (error) {
    // Without a cause: the decoder's error may show what it could not decode.
    if (error instanceof TypeError) inputError(file, 'the file is not UTF-8');
    throw error;
  }
}

async function standardInput(): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of process.stdin) {
    text += decoder.write(chunk as Buffer);
    if (text.length > MAX_BYTES) inputError('-', `more than ${MAX_BYTES} bytes`);
  }
  return text + decoder.end();
}

/** The part of a terminal that {@link askHidden} reads from. */
export interface HiddenInput {
  setRawMode(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
}

/** Asks on a terminal, on stderr, and shows nothing of what is typed. */
export function askHidden(
  question: string,
  input: HiddenInput = process.stdin,
  output: { write(text: string): unknown } = process.stderr,
): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let typed: string[] = [];
  output.write(question);
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      input.off('data', listen);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      settle();
    };
    const listen = (chunk: Buffer): void => {
      for (const character of decoder.write(chunk)) {
        if (character === '\r' || character === '\n' || character === '\u0004') {
          end(() => resolve(typed.join('')));
          return;
        }
        // In raw mode the terminal does not turn this key into a signal.
        if (character === '\u0003') {
          const detail: CliError = { code: 'USAGE_INVALID', reason: 'interrupted' };
          end(() => reject(new ConcordatError<CliError>(detail, detail.reason)));
          return;
        }
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (character >= ' ' && typed.length < MAX_BYTES) typed.push(character);
      }
    };
    input.setRawMode(true);
    input.on('data', listen);
    input.resume();
  });
}
