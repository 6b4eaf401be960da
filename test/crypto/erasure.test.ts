import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { equalBytes } from '../../src/crypto/bytes.js';
import { decode, encode, fragmentLength, MAX_CODED, MAX_FRAGMENTS } from '../../src/crypto/erasure.js';
import { REED_SOLOMON_WASM } from '../../src/crypto/reed-solomon-wasm.js';
import { codeOf, NONSENSE, pick, randomness, subsets } from './sharing-fixture.js';

// The code a second time, with nothing but tables of GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1.
const EXP: number[] = [];
const LOG: number[] = [];
for (let power = 1, i = 0; i < 255; i++) {
  EXP[i] = power;
  EXP[i + 255] = power;
  LOG[power] = i;
  power = power & 0x80 ? (power << 1) ^ 0x11d : power << 1;
}
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : EXP[LOG[a]! + LOG[b]!]!);
const toThe = (a: number, e: number): number => (e === 0 ? 1 : a === 0 ? 0 : EXP[(LOG[a]! * e) % 255]!);
const over = (a: number, b: number): number => (a === 0 ? 0 : EXP[LOG[a]! + 255 - LOG[b]!]!);

/** The value at x of the polynomial of least degree through the points (0, ys[0]), (1, ys[1]), …: Lagrange. */
function interpolate(ys: readonly number[], x: number): number {
  let sum = 0;
  ys.forEach((y, i) => {
    let term = y;
    for (let j = 0; j < ys.length; j++) if (j !== i) term = over(times(term, x ^ j), i ^ j);
    sum ^= term;
  });
  return sum;
}
/** Column by column: the bytes of a codeword are the values at 0 … n−1 of a polynomial of degree below k. */
function reference(payload: Uint8Array, k: number, n: number): Uint8Array[] {
  const length = Math.ceil(payload.length / k);
  const byte = (i: number, column: number) => payload[i * length + column] ?? 0;
  return Array.from({ length: n }, (_, i) =>
    Uint8Array.from({ length }, (_, column) =>
      i < k
        ? byte(i, column)
        : interpolate(
            Array.from({ length: k }, (_, j) => byte(j, column)),
            i,
          ),
    ),
  );
}

/** The part of WebAssembly that is watched. */
interface Compiler {
  readonly Module: unknown;
  readonly Instance: new (module: object) => { exports: { memory: { readonly buffer: ArrayBuffer } } };
}

const last = (k: number, n: number): number[] => Array.from({ length: k }, (_, i) => n - 1 - i);
const some = (fragments: readonly Uint8Array[], indices: readonly number[]) =>
  new Map(indices.map((i) => [i, fragments[i]!]));

describe('the reference field', () => {
  it('is a field: 2 generates it and division undoes multiplication', () => {
    expect(new Set(EXP.slice(0, 255)).size).toBe(255);
    expect(toThe(2, 8)).toBe(0x1d);
    for (const [a, b] of [
      [1, 255],
      [29, 76],
      [200, 3],
    ] as const)
      expect(over(times(a, b), b)).toBe(a);
  });
});

describe('encode', () => {
  it('gives the parity of klauspost/reedsolomon, TestOneEncode, the same as in JavaReedSolomon', () => {
    const fragments = encode(Uint8Array.of(0, 1, 4, 5, 2, 3, 6, 7, 8, 9), 5, 10);
    expect(fragments.map((fragment) => [...fragment])).toEqual([
      [0, 1],
      [4, 5],
      [2, 3],
      [6, 7],
      [8, 9],
      [12, 13],
      [10, 11],
      [14, 15],
      [90, 91],
      [94, 95],
    ]);
  });

  it('agrees with a second implementation that shares no code with the engine', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 20 }),
        fc.uint8Array({ maxLength: 90 }),
        (k, m, payload) => {
          expect(encode(payload, k, k + m)).toEqual(reference(payload, k, k + m));
        },
      ),
    );
    for (const [k, n] of [
      [34, 100],
      [1, 256],
      [255, 256],
      [128, 256],
    ] as const)
      expect(encode(randomness(n, 300), k, n)).toEqual(reference(randomness(n, 300), k, n));
  });

  it('is systematic, padded with zeros, all of one length', () => {
    const fragments = encode(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 3, 5);
    expect(fragments.slice(0, 3).map((f) => [...f])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 0, 0],
    ]);
    expect(fragments.every((f) => f.length === 3)).toBe(true);
  });

  it('codes nothing into empty fragments, and less than k bytes into one byte each', () => {
    expect(encode(new Uint8Array(), 2, 4).map((f) => f.length)).toEqual([0, 0, 0, 0]);
    expect(encode(Uint8Array.of(9), 3, 4).map((f) => [...f])).toEqual(
      [[9], [0], [0], reference(Uint8Array.of(9), 3, 4)[3]].map((f) => [...f!]),
    );
  });

  it('gives the payload alone without parity, where the engine would trap', () => {
    expect(encode(Uint8Array.of(1, 2, 3), 2, 2)).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3, 0)]);
    expect(encode(Uint8Array.of(5), 1, 1)).toEqual([Uint8Array.of(5)]);
  });

  it('does not touch the payload', () => {
    const payload = randomness('kept', 100);
    encode(payload, 3, 9)[0]!.fill(0);
    expect(payload).toEqual(randomness('kept', 100));
  });

  it('refuses what the engine would trap on, before it is asked', () => {
    const refused = (k: unknown, n: unknown) =>
      codeOf(() => encode(new Uint8Array(8), k as number, n as number));
    for (const n of [257, 258, 1000, 2 ** 32, Number.POSITIVE_INFINITY])
      expect(refused(2, n)).toBe('ERASURE_TOO_MANY_FRAGMENTS');
    expect(MAX_FRAGMENTS).toBe(256);
    for (const [k, n] of [
      [0, 4],
      [-1, 4],
      [5, 4],
      [1.5, 4],
      [1, 0],
      [0, 0],
      [1, 2.5],
      [Number.NaN, 4],
      [1, Number.NaN],
      ['2', 4],
    ])
      expect(refused(k, n)).toBe('ERASURE_BAD_SHAPE');
  });
});

describe('a length', () => {
  it('is limited by all that would be allocated for it', () => {
    expect(fragmentLength(10, 3, 4)).toBe(4);
    expect(fragmentLength(0, 3, 4)).toBe(0);
    expect(fragmentLength(MAX_CODED, 1, 1)).toBe(MAX_CODED);
    expect(codeOf(() => fragmentLength(MAX_CODED + 1, 1, 1))).toBe('ERASURE_TOO_LONG');
    expect(codeOf(() => fragmentLength(MAX_CODED / 256 + 1, 1, 256))).toBe('ERASURE_TOO_LONG');
    expect(codeOf(() => decode(new Map(), 2, 4, Number.MAX_SAFE_INTEGER))).toBe('ERASURE_TOO_LONG');
    for (const bad of [-1, 1.5, 2 ** 53, ...NONSENSE])
      expect(codeOf(() => fragmentLength(bad as number, 2, 4))).toBe('ERASURE_BAD_LENGTH');
  });
});

describe('decode', () => {
  it('rebuilds the payload from every k of n fragments', () => {
    for (const [k, n] of [
      [1, 5],
      [2, 4],
      [3, 7],
      [5, 6],
      [4, 4],
    ] as const) {
      const payload = randomness(`${k} ${n}`, 23);
      const fragments = encode(payload, k, n);
      for (const set of subsets(k, n)) expect(decode(some(fragments, set), k, n, 23)).toEqual(payload);
    }
  });

  it('rebuilds it from any k of n, n from 1 to 100, whatever comes on top and in any order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.nat(),
        fc.nat(),
        fc.uint8Array({ maxLength: 1000 }),
        fc.nat({ max: 3 }),
        (n, cut, seed, payload, more) => {
          const k = 1 + (cut % n);
          const set = pick(seed, k + more, n);
          expect(decode(some(encode(payload, k, n), set), k, n, payload.length)).toEqual(payload);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('rebuilds it at the limit of the field, from parity alone', () => {
    const payload = randomness('limit', 5000);
    const fragments = encode(payload, 100, MAX_FRAGMENTS);
    expect(decode(some(fragments, last(100, 256)), 100, MAX_FRAGMENTS, 5000)).toEqual(payload);
  });

  it('rebuilds payloads that pass through the engine in several pieces', () => {
    const payload = randomness('stripes', 3_000_001);
    const fragments = encode(payload, 2, 4);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    for (const set of [
      [0, 3],
      [2, 3],
    ])
      expect(digest(decode(some(fragments, set), 2, 4, payload.length))).toBe(digest(payload));
    for (const at of [0, 524_287, 524_288, 1_048_576, 1_500_000]) {
      const column = Uint8Array.of(fragments[0]![at]!, fragments[1]![at]!);
      expect(reference(column, 2, 4).map((f) => f[0])).toEqual(fragments.map((f) => f[at]));
    }
  });

  const fragments = encode(randomness('bad', 10), 3, 5);
  const refused = (given: Map<unknown, unknown>, length = 10) =>
    codeOf(() => decode(given as Map<number, Uint8Array>, 3, 5, length));

  it('refuses too few fragments', () => {
    expect(refused(new Map())).toBe('ERASURE_TOO_FEW_FRAGMENTS');
    expect(refused(some(fragments, [0, 4]))).toBe('ERASURE_TOO_FEW_FRAGMENTS');
  });

  it('refuses an index out of range, though the other fragments suffice', () => {
    for (const index of [-1, 5, 256, 0.5, Number.NaN, '0', ...NONSENSE])
      expect(refused(new Map<unknown, unknown>([...some(fragments, [0, 1, 2]), [index, fragments[3]]]))).toBe(
        'ERASURE_INDEX_OUT_OF_RANGE',
      );
  });

  it('refuses fragments of another length than the payload has', () => {
    for (const bad of [new Uint8Array(3), new Uint8Array(5), new Uint8Array(0), ...NONSENSE])
      expect(refused(new Map<unknown, unknown>([...some(fragments, [0, 1, 2]), [3, bad]]))).toBe(
        'ERASURE_WRONG_FRAGMENT_LENGTH',
      );
    for (const length of [9, 13, 0])
      expect(refused(some(fragments, [0, 1, 2]), length)).toBe('ERASURE_WRONG_FRAGMENT_LENGTH');
  });

  it('does not see a wrong fragment: the result is another for other sets', () => {
    const tampered = fragments.with(
      1,
      fragments[1]!.map((byte) => byte ^ 1),
    );
    const results = subsets(3, 5).map((set) => decode(some(tampered, set), 3, 5, 10).join());
    expect(new Set(results).size).toBeGreaterThan(2);
  });
});

describe('the engine', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('is, byte for byte, the module of the package', () => {
    const path =
      '../../node_modules/@digitaldefiance/reed-solomon-erasure.wasm/dist/reed_solomon_erasure_bg.wasm';
    const module = readFileSync(new URL(path, import.meta.url));
    expect(REED_SOLOMON_WASM === module.toString('base64'), 'run scripts/inline-reed-solomon.mjs').toBe(true);
  });

  it('stays whole over many codings of changing shape, and its memory does not grow with them', async () => {
    const real = (globalThis as unknown as { WebAssembly: Compiler }).WebAssembly;
    const memories: { readonly buffer: ArrayBuffer }[] = [];
    class Watched {
      constructor(module: object) {
        const instance = new real.Instance(module);
        memories.push(instance.exports.memory);
        // biome-ignore lint/correctness/noConstructorReturn: stands for the real one
        return instance;
      }
    }
    vi.resetModules();
    vi.stubGlobal('WebAssembly', { Module: real.Module, Instance: Watched });
    const fresh = await import('../../src/crypto/erasure.js');
    const bytes = randomness('many', 40_000);
    for (let i = 0; i < 900; i++) {
      const k = 1 + ((i * 7) % 40);
      const n = k + 1 + ((i * 13) % 60);
      const payload = bytes.subarray(0, k * (1 + ((i * 11) % 900)));
      const fragments = some(fresh.encode(payload, k, n), i % 2 === 0 ? pick(i, k, n) : last(k, n));
      const decoded = fresh.decode(fragments, k, n, payload.length);
      if (!equalBytes(decoded, payload)) expect.unreachable(`wrong in round ${i}`);
    }
    expect(memories.length).toBeGreaterThan(1);
    for (const { buffer } of memories) expect(buffer.byteLength).toBeLessThan(2 ** 25);
  });

  it('needs neither the file system nor the network', async () => {
    vi.resetModules();
    vi.stubGlobal('fetch', () => expect.unreachable());
    vi.stubGlobal('process', undefined);
    const fresh = await import('../../src/crypto/erasure.js');
    expect(fresh.encode(Uint8Array.of(1, 2), 2, 3)).toEqual(reference(Uint8Array.of(1, 2), 2, 3));
  });
});
