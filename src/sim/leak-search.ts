import { equalBytes, toHex, utf8 } from '../crypto/bytes.js';
import { encode } from '../crypto/encoding.js';
import type { Dataset, Entry } from '../data/dataset.js';
import { integerCodec } from '../data/integer.js';

/** Bytes that give something of a record away to whoever finds them. */
export interface Secret {
  /** Its bytes in hex: what tells it from others. */
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** Fewer bytes than these turn up by chance, and are looked for nowhere. */
export const LEAST_SECRET = 8;

/**
 * What gives a record away: its canonical bytes; its unsalted digest and that of its key, against which guesses can be
 * tested; and every value of it that is long enough to be told from chance, as text and as canonical bytes.
 */
export function secretsOf({ bytes, keyDigest, digest, values }: Entry): Secret[] {
  const secrets = [secret('record', bytes), secret('key digest', keyDigest), secret('record digest', digest)];
  for (const value of values) {
    if (typeof value === 'string') secrets.push(secret('text', utf8(value)));
    if (typeof value !== 'bigint') continue;
    secrets.push(secret('number as text', utf8(`${value}`)), secret('number', encode(integerCodec, value)));
  }
  return secrets.filter((each) => each.bytes.length >= LEAST_SECRET);
}

const secret = (what: string, bytes: Uint8Array): Secret => ({ name: toHex(bytes), what, bytes });

/** All that gives records of these books away, by name. */
export function secretsIn(books: Iterable<Pick<Dataset, 'entries'>>): Map<string, Secret> {
  const secrets = new Map<string, Secret>();
  for (const { entries } of books)
    for (const entry of entries) for (const each of secretsOf(entry)) secrets.set(each.name, each);
  return secrets;
}

/** A secret and the place in it of the eight bytes that it is found by. */
interface Indexed {
  readonly secret: Secret;
  readonly offset: number;
}

/**
 * Looks for many secrets in many bytes at once, wherever they stand. Every secret is indexed by those eight of its bytes
 * that differ most from one another (a window of zeros stands everywhere), so that a search reads each byte once.
 *
 * It finds bytes as they are: not what is compressed, encrypted, split, or written in another form.
 */
export class LeakSearch {
  readonly #index = new Map<number, Indexed[]>();

  /** @param secrets of {@link LEAST_SECRET} bytes or more; shorter ones are not looked for */
  constructor(secrets: Iterable<Secret>) {
    for (const each of secrets) {
      if (each.bytes.length < LEAST_SECRET) continue;
      const offset = windowOf(each.bytes);
      const place = windowAt(viewOf(each.bytes), offset);
      const found = this.#index.get(place) ?? [];
      found.push({ secret: each, offset });
      this.#index.set(place, found);
    }
  }

  /** The secrets in these bytes, each once. */
  find(bytes: Uint8Array): Secret[] {
    const found = new Set<Secret>();
    const view = viewOf(bytes);
    for (let at = 0; at + LEAST_SECRET <= bytes.length; at++)
      for (const { secret: each, offset } of this.#index.get(windowAt(view, at)) ?? []) {
        const start = at - offset;
        const there = start >= 0 && bytes.subarray(start, start + each.bytes.length);
        if (there && equalBytes(there, each.bytes)) found.add(each);
      }
    return [...found];
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Eight bytes as one number below 2^32; unlike windows may share it. */
const windowAt = (view: DataView, at: number): number =>
  (view.getUint32(at) ^ Math.imul(view.getUint32(at + 4), 0x9e3779b1)) >>> 0;

function windowOf(bytes: Uint8Array): number {
  let best = 0;
  let most = 0;
  for (let at = 0; at + LEAST_SECRET <= bytes.length; at++) {
    const different = new Set(bytes.subarray(at, at + LEAST_SECRET)).size;
    if (different > most) [best, most] = [at, different];
  }
  return best;
}
