/** Colours for a terminal; each returns its text unchanged where colour is off. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
}

/** The variables that decide on colour. */
export interface PaintEnvironment {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/**
 * The colours for a stream: ANSI ones on a terminal that is not `dumb`, none elsewhere. `NO_COLOR` set to anything
 * (https://no-color.org) turns them off; else `FORCE_COLOR` turns them on everywhere, and off when it is `0` or `false`.
 */
export function paintFor(stream: { readonly isTTY?: boolean }, environment: PaintEnvironment): Paint {
  const isOn = hasColour(stream, environment);
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

function hasColour(stream: { readonly isTTY?: boolean }, environment: PaintEnvironment): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}
