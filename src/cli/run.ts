import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addCheck } from './check.js';
import { exitCodeOf, failureLine } from './cli-error.js';
import { addKeygen } from './keygen.js';
import { addManifest } from './manifest.js';
import { addReconcile } from './reconcile.js';
import { addReveal } from './reveal.js';
import { addSign } from './sign.js';
import { addSimulate } from './simulate.js';
import { addVerify } from './verify.js';

/** Adds one command to the program. */
type AddCommand = (program: Command) => void;

/** Every command by its name, in the order in which help lists them. */
const COMMANDS: Readonly<Record<string, AddCommand>> = {
  reconcile: addReconcile,
  check: addCheck,
  simulate: addSimulate,
  verify: addVerify,
  keygen: addKeygen,
  manifest: addManifest,
  reveal: addReveal,
  sign: addSign,
};

const EXIT_CODES = `
Exit codes:
  0  done
  1  a guarantee was violated, agreement was not reached, or a seal, evidence
     or manifest does not verify
  2  bad usage or unreadable input`;

/**
 * Runs the command line. Failures are told as one line on stderr.
 * @param args the arguments after the program's name
 * @returns the exit code, see {@link EXIT_CODES}
 */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('concordat')
    .description('Byzantine fault-tolerant reconciliation of the records that banks hold in common.')
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeErr: () => {} })
    .addHelpText('afterAll', EXIT_CODES);
  for (const add of Object.values(COMMANDS)) add(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const [line, code] =
      error instanceof CommanderError ? [usageLine(error, args), 2] : [failureLine(error), exitCodeOf(error)];
    process.stderr.write(`concordat: ${line}\n`);
    return code;
  }
}

/** The version of the package that this is in. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What commander found wrong, and where it is told how it is right, on one line. */
function usageLine(error: CommanderError, args: readonly string[]): string {
  if (error.code === 'commander.help') return 'no command is given; `concordat --help` lists them';
  const wrong = error.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const known = Object.hasOwn(COMMANDS, args[0] ?? '') ? `${args[0]} ` : '';
  return `${wrong}; see \`concordat ${known}--help\``;
}
