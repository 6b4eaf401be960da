// A bundle of attestations is decoded before anything in it is checked, whoever sent it.
import { expect, it } from 'vitest';
import { concatBytes } from '../../src/crypto/bytes.js';
import { decode, encode, varint } from '../../src/crypto/encoding.js';
import { attestationsCodec } from '../../src/protocol/attestations.js';

const [BANKS, PAIRS] = [256, 65_536];

/** The longest bundle for 256 banks, each list with so many pairs; every byte of it from the wire. */
function bundle(listed: number): Uint8Array {
  const list = new Uint8Array(PAIRS / 8);
  for (let i = 0; i < listed; i++) list[i >> 3]! |= 1 << (i & 7);
  const own = concatBytes(new Uint8Array(2), list, new Uint8Array(64));
  return concatBytes(
    encode(varint, PAIRS),
    new Uint8Array(34 * PAIRS),
    encode(varint, BANKS),
    ...new Array<Uint8Array>(BANKS).fill(list),
    encode(varint, BANKS),
    ...new Array<Uint8Array>(BANKS).fill(own),
    new Uint8Array(96),
  );
}

const codec = attestationsCodec(BANKS);

/** Bytes on the heap that decoding leaves in use, and whether it was taken. */
function cost(bytes: Uint8Array): { readonly used: number; readonly taken: boolean } {
  const before = process.memoryUsage().heapUsed;
  let kept: unknown = null;
  try {
    kept = decode(codec, bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENCODING_TOO_LARGE' });
  }
  return { used: process.memoryUsage().heapUsed - before, taken: kept !== null };
}

it('takes memory in proportion to its bytes, whether its lists have a pair a bank or are full', () => {
  for (const [listed, taken] of [
    [BANKS, true],
    [BANKS + 1, false],
    [PAIRS, false],
  ] as const) {
    const bytes = bundle(listed);
    const outcome = cost(bytes);
    expect(outcome.taken, `${listed} listed`).toBe(taken);
    expect(outcome.used, `${listed} listed, ${bytes.length} bytes`).toBeLessThan(8 * bytes.length);
  }
});
