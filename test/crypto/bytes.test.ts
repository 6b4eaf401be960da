import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  equalBytes,
  expectBytes,
  fromHex,
  toHex,
  uint64,
  utf8,
} from '../../src/crypto/bytes.js';
import { ConcordatError, isConcordatError } from '../../src/crypto/error.js';

const anyBytes = fc.uint8Array({ maxLength: 20 });

/** The error that `run` throws, which must be typed. */
function thrown(run: () => unknown): ConcordatError {
  try {
    run();
  } catch (error) {
    if (isConcordatError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('hexadecimal', () => {
  it('comes back in either case', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes);
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      }),
    );
  });

  it('is refused by name when it is odd, prefixed, spaced, not hexadecimal or no text', () => {
    for (const bad of ['0', 'abc', '0x00', ' 00', '00 ', 'zz', '٠٠', '00\n', null, undefined, 7, {}])
      expect(thrown(() => fromHex(bad as string, 'root')).detail).toEqual({
        code: 'BYTES_NOT_HEX',
        argument: 'root',
      });
  });
});

describe('expectBytes', () => {
  it('returns what has the length, and names the argument of what has not', () => {
    const key = new Uint8Array(4);
    expect(expectBytes(key, 4, 'key')).toBe(key);
    const error = thrown(() => expectBytes(new Uint8Array(3), 4, 'key'));
    expect(error.detail).toEqual({ code: 'BYTES_WRONG_LENGTH', argument: 'key', expected: 4, got: 3 });
    expect(error.message).toBe('"key" expected 4 bytes, got 3');
  });

  it('refuses what only looks like bytes', () => {
    for (const bad of [[0, 0], 'ab', new ArrayBuffer(2), new Uint16Array(2), { length: 2 }, null, undefined])
      expect(thrown(() => expectBytes(bad as Uint8Array, 2, 'key')).code).toBe('BYTES_NOT_BYTES');
  });
});

describe('order and equality', () => {
  it('are those of unsigned bytes, a beginning before what it begins', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
    expect(compareBytes(Uint8Array.of(255), Uint8Array.of(1))).toBeGreaterThan(0);
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
  });

  it('tell bytes that differ in length only apart', () => {
    expect(equalBytes(new Uint8Array(2), new Uint8Array(3))).toBe(false);
  });
});

describe('uint64', () => {
  it('is big-endian over the whole range of safe integers', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(BigInt(`0x${toHex(uint64(value))}`)).toBe(BigInt(value));
      }),
    );
  });
});

describe('utf8', () => {
  it('is the encoding of the standard', () => {
    expect(toHex(utf8('é€😀'))).toBe('c3a9e282acf09f9880');
  });
});

describe('ConcordatError', () => {
  const error = new ConcordatError({ code: 'SOME_FAILURE', bank: 3 }, 'bank 3 failed', { cause: 'why' });

  it('has a code for programs, facts, a message for people and a cause', () => {
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.detail.bank, error.message, error.cause]).toEqual([
      'ConcordatError',
      'SOME_FAILURE',
      3,
      'bank 3 failed',
      'why',
    ]);
  });

  it('is told from other errors, and by its code', () => {
    expect(isConcordatError(error)).toBe(true);
    expect(isConcordatError(error, 'SOME_FAILURE')).toBe(true);
    expect(isConcordatError(error, 'OTHER_FAILURE')).toBe(false);
    for (const other of [new Error('no'), { code: 'SOME_FAILURE' }, null, undefined, 'SOME_FAILURE'])
      expect(isConcordatError(other)).toBe(false);
  });
});
