import { shellQuoted } from './options.js';

/** What an option was given, as commander hands it over after parsing. */
export type FlagValue = string | number | boolean | readonly string[] | undefined;

/** A command to paste into a shell that runs `command` with these options and arguments again. */
export function commandLine(
  command: string,
  flags: Readonly<Record<string, FlagValue>>,
  args: readonly string[],
): string {
  const words = ['npx', 'concordat', command];
  for (const [name, value] of Object.entries(flags)) {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) words.push(flag);
    else if (Array.isArray(value)) for (const each of value as readonly string[]) words.push(flag, each);
    else if (value !== undefined && value !== false) words.push(flag, String(value));
  }
  // A file whose name begins with a dash is not an option.
  if (args.some((arg) => arg.startsWith('-'))) words.push('--');
  return [...words, ...args].map(shellQuoted).join(' ');
}
