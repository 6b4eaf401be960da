import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePoint, encodePoint, hashToGroup } from '../../src/crypto/babyjubjub.js';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  add,
  blinding,
  commit,
  generators,
  MAX_VALUES,
  ORDER,
  validate,
  verify,
} from '../../src/crypto/pedersen.js';

// Baby Jubjub a second time, with nothing but bigints: the constants are EIP-2494's.
const P = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const L = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
const [A, D] = [168700n, 168696n];
interface Affine {
  readonly x: bigint;
  readonly y: bigint;
}
const ZERO: Affine = { x: 0n, y: 1n };
/** EIP-2494's G, which generates the whole group of order 8·L. */
const FULL: Affine = {
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
};

const mod = (n: bigint): bigint => ((n % P) + P) % P;
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), rest = exponent; rest > 0n; rest >>= 1n, square = mod(square * square))
    if (rest & 1n) result = mod(result * square);
  return result;
}
const inverse = (n: bigint): bigint => power(n, P - 2n);

/** Tonelli and Shanks. */
function squareRoot(n: bigint): bigint | undefined {
  if (n === 0n) return 0n;
  if (power(n, (P - 1n) / 2n) !== 1n) return undefined;
  let odd = P - 1n;
  let twos = 0n;
  for (; odd % 2n === 0n; twos++) odd /= 2n;
  let nonResidue = 2n;
  while (power(nonResidue, (P - 1n) / 2n) === 1n) nonResidue++;
  let [m, c, t, r] = [twos, power(nonResidue, odd), power(n, odd), power(n, (odd + 1n) / 2n)];
  while (t !== 1n) {
    let i = 0n;
    for (let square = t; square !== 1n; i++) square = mod(square * square);
    const b = power(c, 1n << (m - i - 1n));
    [m, c, t, r] = [i, mod(b * b), mod(t * b * b), mod(r * b)];
  }
  return r;
}
function plus(p: Affine, q: Affine): Affine {
  const cross = mod(D * p.x * q.x * p.y * q.y);
  return {
    x: mod((p.x * q.y + p.y * q.x) * inverse(1n + cross)),
    y: mod((p.y * q.y - A * p.x * q.x) * inverse(1n - cross)),
  };
}
function times(scalar: bigint, point: Affine): Affine {
  let sum = ZERO;
  for (let double = point, rest = scalar; rest > 0n; rest >>= 1n, double = plus(double, double))
    if (rest & 1n) sum = plus(sum, double);
  return sum;
}
const onCurve = ({ x, y }: Affine) => mod(A * x * x + y * y) === mod(1n + D * x * x * y * y);
const littleEndian = (n: bigint) => fromHex(n.toString(16).padStart(64, '0')).reverse();
function encode({ x, y }: Affine): Uint8Array {
  const bytes = littleEndian(y);
  if (x & 1n) bytes[31]! |= 0x80;
  return bytes;
}

function independentGenerator(label: string): Affine {
  const part = (bytes: Uint8Array) =>
    concatBytes(littleEndian(BigInt(bytes.length)).slice(0, 8).reverse(), bytes);
  const tag = utf8('concordat/1/generator');
  for (let counter = 0; ; counter++) {
    const half = (index: number): string =>
      createHash('sha256')
        .update(Uint8Array.of(tag.length))
        .update(tag)
        .update(part(utf8(label)))
        .update(part(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, counter)))
        .update(part(Uint8Array.of(index)))
        .digest('hex');
    const y = BigInt(`0x${half(0)}${half(1)}`) % P;
    const x = squareRoot(mod((1n - y * y) * inverse(A - D * y * y)));
    if (x === undefined) continue;
    const point = times(8n, { x: x % 2n === 0n ? x : P - x, y });
    if (point.x !== 0n || point.y !== 1n) return point;
  }
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return isConcordatError(error) ? error.code : `not typed: ${error}`;
  }
  return 'accepted';
}
const affine = (bytes: Uint8Array): Affine => {
  const { x, y } = decodePoint(bytes).toAffine();
  return { x, y };
};

describe('generators', () => {
  it('are those that the published strings give in a second computation', () => {
    const { blinding: h, values } = generators(4);
    expect(h.toAffine()).toEqual(independentGenerator('concordat/1/pedersen/blinding'));
    values.forEach((g, i) => {
      expect(g.toAffine()).toEqual(independentGenerator(`concordat/1/pedersen/value/${i}`));
    });
  });

  it('are the same today as when they were published', () => {
    const { blinding: h, values } = generators(2);
    expect([h, ...values].map((point) => toHex(encodePoint(point)))).toMatchInlineSnapshot(`
      [
        "e6ca98b0ee1107a78e20dd36912fc096c93f47f105fbf113f4fd7c5e7b72c821",
        "2e8a166d5353143fcd4985e84cecd4eb344832d9cf89218917cce22d95d13f22",
        "af8e79c3dcef027c2e913c0bfd23223a83942ed922e917073fc3360daa6c95a1",
      ]
    `);
  });

  it("are of the prime order, not neutral, all different and not each other's negatives", () => {
    const { blinding: h, values } = generators(40);
    const all = [h, ...values];
    for (const point of all) {
      expect(point.is0()).toBe(false);
      expect(point.isTorsionFree()).toBe(true);
    }
    expect(times(L, h.toAffine())).toEqual(ZERO);
    expect(new Set(all.map((point) => point.toAffine().y)).size).toBe(41);
  });

  it('do not depend on how many are asked for', () => {
    expect(generators(2).values).toEqual(generators(9).values.slice(0, 2));
    expect(generators(0).values).toEqual([]);
    for (const count of [MAX_VALUES + 1, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(codeOf(() => generators(count))).toBe('PEDERSEN_TOO_MANY_VALUES');
  });

  it('follow their labels', () => {
    expect(hashToGroup('a').equals(hashToGroup('b'))).toBe(false);
    expect(onCurve(hashToGroup('').toAffine())).toBe(true);
  });
});

const scalar = fc.bigInt({ min: 0n, max: ORDER - 1n });

describe('commit', () => {
  it('is the linear combination of the generators', () => {
    const { blinding: h, values: g } = generators(3);
    const scalars = [0n, 12345n, L - 1n];
    const expected = scalars
      .map((value, i) => times(value, g[i]!.toAffine()))
      .reduce(plus, times(987654321n, h.toAffine()));
    const commitment = commit(scalars, 987654321n);
    expect(affine(commitment)).toEqual(expected);
    expect(commitment).toEqual(encode(expected));
    expect(ORDER).toBe(L);
  });

  it('takes zeros, and nothing at all', () => {
    const neutral = encode(ZERO);
    expect(commit([], 0n)).toEqual(neutral);
    expect(commit([0n, 0n], 0n)).toEqual(neutral);
    expect(commit([], 1n)).toEqual(encodePoint(generators(0).blinding));
    expect(validate(neutral)).toEqual(neutral);
  });

  it('refuses what is out of range instead of reducing it, and names no value', () => {
    for (const bad of [-1n, L, L + 1n, 8n * L, 1n << 256n]) {
      expect(codeOf(() => commit([1n, bad], 1n))).toBe('PEDERSEN_VALUE_OUT_OF_RANGE');
      expect(codeOf(() => commit([1n], bad))).toBe('PEDERSEN_BLINDING_OUT_OF_RANGE');
    }
    for (const bad of [1, '1', null, undefined, 1.5]) {
      expect(codeOf(() => commit([bad as unknown as bigint], 1n))).toBe('PEDERSEN_VALUE_OUT_OF_RANGE');
      expect(codeOf(() => commit([1n], bad as unknown as bigint))).toBe('PEDERSEN_BLINDING_OUT_OF_RANGE');
    }
    try {
      commit([L + 4711n], 1n);
    } catch (error) {
      expect(String(error) + JSON.stringify((error as { detail: unknown }).detail)).not.toContain('4711');
    }
  });

  it('refuses more values than there are generators', () => {
    const long = new Array<bigint>(MAX_VALUES + 1).fill(0n);
    expect(codeOf(() => commit(long, 1n))).toBe('PEDERSEN_TOO_MANY_VALUES');
    expect(verify(commit([], 1n), long, 1n)).toBe(false);
  });

  it('does not bind the number of values: a trailing zero changes nothing, a leading one all', () => {
    expect(commit([5n, 0n], 3n)).toEqual(commit([5n], 3n));
    expect(commit([0n, 5n], 3n)).not.toEqual(commit([5n], 3n));
  });

  it('adds up, values and blindings alike, modulo the order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(scalar, scalar), { maxLength: 3 }), scalar, scalar, (pairs, r, s) => {
        const left = commit(
          pairs.map(([a]) => a),
          r,
        );
        const right = commit(
          pairs.map(([, b]) => b),
          s,
        );
        const sum = add(left, right);
        expect(sum).toEqual(add(right, left));
        expect(
          verify(
            sum,
            pairs.map(([a, b]) => (a + b) % ORDER),
            (r + s) % ORDER,
          ),
        ).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('opens to what was committed to and to nothing beside', () => {
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1, maxLength: 3 }), scalar, fc.nat(), (values, r, pick) => {
        const commitment = commit(values, r);
        const at = pick % values.length;
        expect(verify(commitment, values, r)).toBe(true);
        expect(verify(commitment, values.with(at, (values[at]! + 1n) % ORDER), r)).toBe(false);
        expect(verify(commitment, values, (r + 1n) % ORDER)).toBe(false);
        expect(verify(commitment, [...values, 1n], r)).toBe(false);
        expect(verify(commitment, values.with(at, values[at]! + ORDER), r)).toBe(false);
        expect(verify(commitment, values, r + ORDER)).toBe(false);
        expect(verify(commitment, values, -r - 1n)).toBe(false);
      }),
      { numRuns: 15 },
    );
  });
});

describe('verify', () => {
  const commitment = commit([1n, 2n], 3n);

  it('is false for values in another order and for the negated commitment', () => {
    expect(verify(commitment, [2n, 1n], 3n)).toBe(false);
    expect(verify(encodePoint(decodePoint(commitment).negate()), [1n, 2n], 3n)).toBe(false);
  });

  it('is false for a commitment shifted by a point of small order', () => {
    for (const torsion of smallOrder().slice(1)) {
      const shifted = encode(plus(affine(commitment), torsion));
      expect(verify(shifted, [1n, 2n], 3n)).toBe(false);
      expect(codeOf(() => add(shifted, commitment))).toBe('GROUP_POINT_INVALID');
      expect(codeOf(() => add(commitment, shifted))).toBe('GROUP_POINT_INVALID');
    }
  });

  it('is false for anything malformed, and never throws', () => {
    for (const bad of [
      undefined,
      null,
      'x',
      7,
      [],
      new Uint8Array(0),
      commitment.slice(1),
      new Uint8Array(33),
    ]) {
      expect(verify(bad as unknown as Uint8Array, [1n, 2n], 3n)).toBe(false);
      expect(verify(commitment, bad as unknown as bigint[], 3n)).toBe(false);
      expect(verify(commitment, [1n, bad as unknown as bigint], 3n)).toBe(false);
      expect(verify(commitment, [1n, 2n], bad as unknown as bigint)).toBe(false);
    }
  });
});

/** The eight points of the cofactor's subgroup, the neutral one first. */
function smallOrder(): Affine[] {
  const generator = times(L, FULL);
  return [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].map((i) => times(i, generator));
}

describe('validate', () => {
  const reason = (bytes: Uint8Array): string => {
    try {
      validate(bytes);
    } catch (error) {
      return isConcordatError(error, 'GROUP_POINT_INVALID')
        ? (error.detail as unknown as { reason: string }).reason
        : `not typed: ${error}`;
    }
    return 'accepted';
  };
  const NOT_CANONICAL = 'not canonical, or not on the curve';

  it('returns a commitment as it is', () => {
    const commitment = commit([7n], 8n);
    expect(validate(commitment)).toBe(commitment);
  });

  it('refuses every point of small order but the neutral one', () => {
    const points = smallOrder();
    expect(points.every(onCurve)).toBe(true);
    expect(new Set(points.map((point) => toHex(encode(point)))).size).toBe(8);
    for (const point of points.slice(1))
      expect(reason(encode(point))).toBe('not in the prime-order subgroup');
    expect(points[0]).toEqual(ZERO);
  });

  it('refuses the generator of the whole group, and every point with a small-order part', () => {
    expect(onCurve(FULL)).toBe(true);
    expect(reason(encode(FULL))).toBe('not in the prime-order subgroup');
    const point = generators(1).values[0]!.toAffine();
    for (const torsion of smallOrder().slice(1))
      expect(reason(encode(plus(point, torsion)))).toBe('not in the prime-order subgroup');
    expect(reason(encode(times(8n, FULL)))).toBe('accepted');
  });

  it('refuses y at or above p, and the spare bit', () => {
    const points = [ZERO, generators(1).blinding.toAffine(), times(8n, FULL)];
    for (const { x, y } of points) {
      expect(reason(encode({ x, y }))).toBe('accepted');
      expect(reason(encode({ x, y: y + P }))).toBe(NOT_CANONICAL);
      expect(reason(encode({ x, y: y | (1n << 254n) }))).toBe(NOT_CANONICAL);
    }
    for (const y of [P, (1n << 255n) - 1n]) {
      expect(reason(encode({ x: 0n, y }))).toBe(NOT_CANONICAL);
      expect(reason(encode({ x: 1n, y }))).toBe(NOT_CANONICAL);
    }
  });

  it('refuses a sign on x = 0', () => {
    expect(reason(encode({ x: 1n, y: 1n }))).toBe(NOT_CANONICAL);
    expect(reason(encode({ x: 1n, y: P - 1n }))).toBe(NOT_CANONICAL);
  });

  it('refuses a y without an x', () => {
    let refused = 0;
    for (let y = 2n; y < 40n; y++) {
      const x = squareRoot(mod((1n - y * y) * inverse(A - D * y * y)));
      if (x !== undefined) continue;
      expect(reason(encode({ x: 0n, y }))).toBe(NOT_CANONICAL);
      refused++;
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('refuses other lengths and what is no bytes', () => {
    const commitment = commit([7n], 8n);
    const bad = [new Uint8Array(0), commitment.slice(0, 31), concatBytes(commitment, Uint8Array.of(0))];
    for (const bytes of bad) expect(reason(bytes)).toBe('not 32 bytes');
    for (const bytes of [undefined, null, toHex(commitment), 7, {}])
      expect(reason(bytes as unknown as Uint8Array)).toBe('not 32 bytes');
  });

  it("accepts bytes only as their point's one encoding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        if (reason(bytes) === 'accepted') expect(encodePoint(decodePoint(bytes))).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(scalar, scalar, (value, r) => {
        const bytes = commit([value], r);
        expect(encode(affine(bytes))).toEqual(bytes);
      }),
      { numRuns: 15 },
    );
  });
});

describe('blinding', () => {
  it('reduces 48 bytes or more, big-endian', () => {
    expect(blinding(new Uint8Array(48))).toBe(0n);
    expect(blinding(concatBytes(new Uint8Array(47), Uint8Array.of(5)))).toBe(5n);
    expect(blinding(new Uint8Array(64).fill(0xff))).toBe(((1n << 512n) - 1n) % L);
    const exact = fromHex(L.toString(16).padStart(96, '0'));
    expect(blinding(exact)).toBe(0n);
  });

  it('refuses fewer: 32 bytes would favour small scalars', () => {
    for (const length of [0, 31, 32, 47])
      expect(codeOf(() => blinding(new Uint8Array(length)))).toBe('GROUP_SCALAR_TOO_SHORT');
  });
});
