import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  equalBytes,
  equalSecrets,
  eraseBytes,
  expectAnyBytes,
  expectBytes,
  fromHex,
  toHex,
  uint64,
  utf8,
} from '../../src/crypto/bytes.js';
import { ConcordatError, isConcordatError, messageOf } from '../../src/crypto/error.js';

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
      for (const expectation of [expectAnyBytes, (bytes: Uint8Array) => expectBytes(bytes, 2, 'key')])
        expect(thrown(() => expectation(bad as Uint8Array, 'key')).detail).toEqual({
          code: 'BYTES_NOT_BYTES',
          argument: 'key',
        });
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

/** The bytes behind a proxy that counts how often each is read. */
function counted(bytes: Uint8Array) {
  const reads = new Array<number>(bytes.length).fill(0);
  const proxy = new Proxy(bytes, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads[Number(name)]!++;
      return Reflect.get(target, name, target);
    },
  });
  return { proxy, reads };
}

describe('equality of secrets', () => {
  it('is that of the bytes', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(equalSecrets(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalSecrets(a, a.slice())).toBe(true);
      }),
    );
    for (let bit = 0; bit < 256; bit++) {
      const flipped = new Uint8Array(32);
      flipped[bit >> 3] = 1 << (bit & 7);
      expect(equalSecrets(flipped, new Uint8Array(32))).toBe(false);
    }
  });

  it('looks at every byte of both once, wherever they differ', () => {
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
    const guesses = [
      secret,
      secret.with(0, 9),
      secret.with(16, 9),
      secret.with(31, 9),
      new Uint8Array(32).fill(255),
    ];
    for (const guess of guesses) {
      const [a, b] = [counted(secret), counted(guess)];
      expect(equalSecrets(a.proxy, b.proxy)).toBe(guess === secret);
      for (const { reads } of [a, b]) expect(reads).toEqual(new Array(32).fill(1));
    }
  });

  it('is not found by a comparison that stops at the first difference', () => {
    const [a, b] = [counted(new Uint8Array(32)), counted(new Uint8Array(32).fill(1))];
    expect(equalBytes(a.proxy, b.proxy)).toBe(false);
    expect(a.reads.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('tells bytes of another length apart without a look at them', () => {
    const a = counted(new Uint8Array(31));
    expect(equalSecrets(a.proxy, new Uint8Array(32))).toBe(false);
    expect(a.reads).toEqual(new Array(31).fill(0));
  });
});

describe('erasing', () => {
  it('overwrites every byte of every secret, also of a view, and nothing beside it', () => {
    const pool = new Uint8Array(8).fill(7);
    const other = Uint8Array.of(1, 2);
    eraseBytes(pool.subarray(2, 4), other);
    expect([...pool, ...other]).toEqual([7, 7, 0, 0, 7, 7, 7, 7, 0, 0]);
    eraseBytes();
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

  it('tells facts of any type in a message that is short, and no bytes, which may be a secret', () => {
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    const told = (fact: unknown) => messageOf({ code: 'SOME_FAILURE', fact } as { code: string });
    expect(told(5)).toBe('some failure: {"fact":5}');
    expect(told(5n)).toBe('some failure: {"fact":"5n"}');
    expect(told(2n ** 300n)).toBe('some failure: {"fact":"a large integer"}');
    expect(told(-(2n ** 300n))).toBe('some failure: {"fact":"a large integer"}');
    expect(told(circle)).toBe('some failure');
    expect(told(Uint8Array.of(4, 7, 1, 1))).toBe('some failure: {"fact":"4 bytes"}');
    expect(told(new Array(2 ** 32 - 1))).toBe('some failure: {"fact":"a list of 4294967295"}');
    expect(told([1, 2])).toBe('some failure: {"fact":[1,2]}');
    expect(told('x'.repeat(10_000)).length).toBeLessThan(300);
    expect(told(Symbol('x'))).toBe('some failure: {}');
  });
});
