/** Colours for a terminal; each returns its text unchanged where colour is off. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
}

/**
 * The colours for a stream: ANSI ones on a terminal, none elsewhere, none where `NO_COLOR` is set to anything
 * (https://no-color.org) and none on a `dumb` terminal.
 */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: { readonly NO_COLOR?: string | undefined; readonly TERM?: string | undefined },
): Paint {
  const isOn = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const code = (on: number, off: number) => (text: string) =>
    isOn && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    blue: code(34, 39),
  };
}
