/**
 * The one error class of the library.
 *
 * Every module declares a discriminated union of its failures, `{ code: 'SOME_FAILURE', ...facts }`, and throws
 * `ConcordatError` over it: the code is for programs, the facts explain, the message is for people. Secrets are never
 * put into the facts or the message.
 *
 * @example
 * ```ts
 * try { await reconcile(options); }
 * catch (error) { if (error instanceof ConcordatError && error.code === 'TOO_MANY_FAULTS') console.log(error.detail); }
 * ```
 */
export class ConcordatError<D extends { readonly code: string } = { readonly code: string }> extends Error {
  /** Constant, so that it can be told where `instanceof` cannot be used. */
  override readonly name = 'ConcordatError';
  /** The code and the facts, one member of the throwing module's union. */
  readonly detail: D;

  /**
   * A failure of the module that throws it.
   * @param message for people; it must hold no secret
   */
  constructor(detail: D, message: string, options?: ErrorOptions) {
    super(message, options);
    this.detail = detail;
  }

  /** The failure's code, e.g. `ENCODING_TRUNCATED`. */
  get code(): D['code'] {
    return this.detail.code;
  }
}

/** Characters of a text, or items of a list, that a message repeats at most. */
const MAX_TOLD = 200;

/** Bytes are never told: where they are not expected they may be a misplaced secret. */
function toldOf(_: string, fact: unknown): unknown {
  if (typeof fact === 'bigint')
    return fact < 1n << 256n && fact > -1n << 256n ? `${fact}n` : 'a large integer';
  if (typeof fact === 'string' && fact.length > MAX_TOLD) return `${fact.slice(0, MAX_TOLD)}…`;
  if (ArrayBuffer.isView(fact)) return `${fact.byteLength} bytes`;
  if (Array.isArray(fact) && fact.length > MAX_TOLD) return `a list of ${fact.length}`;
  return fact;
}

/**
 * What an error says that has no words of its own: its code and its facts. A fact may be of any type, as what it tells
 * of may be; JSON alone would throw on a bigint or a circle, and a refusal would be no typed one.
 */
export function messageOf({ code, ...facts }: { readonly code: string }): string {
  const name = code.toLowerCase().replaceAll('_', ' ');
  try {
    return `${name}: ${JSON.stringify(facts, toldOf)}`;
  } catch {
    return name;
  }
}

/** Whether `error` is a {@link ConcordatError}, optionally with this code. */
export function isConcordatError(error: unknown, code?: string): error is ConcordatError {
  return error instanceof ConcordatError && (code === undefined || error.code === code);
}
