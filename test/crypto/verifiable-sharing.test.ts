import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePoint,
  encodePoint,
  type GroupPoint,
  ORDER,
  scalarFromBytes,
  WIDE_LENGTH,
  ZERO,
} from '../../src/crypto/babyjubjub.js';
import { concatBytes, fromHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { scalar as scalarCodec } from '../../src/crypto/group-codec.js';
import * as commitment from '../../src/crypto/pedersen.js';
import { combine, MAX_SHARES } from '../../src/crypto/shamir.js';
import {
  addShares,
  type Basis,
  deal,
  feldman,
  pedersen,
  SharingCommitments,
  type VectorShare,
} from '../../src/crypto/verifiable-sharing.js';
import { codeOf, NONSENSE, pick, randomness, subsets, TORSION } from './sharing-fixture.js';

const scalar = fc.bigInt({ min: 0n, max: ORDER - 1n });
const options = (seed: string | number, threshold: number, shares: number, width = 1) => ({
  threshold,
  shares,
  coefficients: randomness(seed, (threshold - 1) * width * WIDE_LENGTH),
});
/** What a dealing looks like to those who receive it. */
function dealt(
  basis: Basis,
  secrets: readonly bigint[],
  threshold: number,
  n: number,
  seed: string | number,
) {
  const { commitments, shares } = deal(basis, secrets, options(seed, threshold, n, basis.length));
  return { commitments, shares, checked: SharingCommitments.decode(basis, threshold, commitments) };
}
const times = (point: GroupPoint, by: bigint): GroupPoint => (by === 0n ? ZERO : point.multiply(by));

describe('commitments', () => {
  it('are those to the coefficients, one for each', () => {
    const secret = 123456789n;
    const { coefficients } = options('c', 3, 4);
    const { commitments } = deal(feldman(), [secret], { threshold: 3, shares: 4, coefficients });
    const above = [0, 1].map((i) =>
      scalarFromBytes(coefficients.subarray(i * WIDE_LENGTH, (i + 1) * WIDE_LENGTH)),
    );
    const [g] = commitment.generators(1).values;
    expect(commitments).toEqual([secret, ...above].map((c) => encodePoint(times(g!, c))));
  });

  it('begin, in a Pedersen sharing, with the very commitment that the values and the blinding have', () => {
    const { checked, commitments } = dealt(pedersen(3), [10n, 20n, 30n, 40n], 2, 4, 'p');
    expect(checked.commitment).toEqual(commitment.commit([10n, 20n, 30n], 40n));
    expect(commitments[0]).toEqual(checked.commitment);
    expect(checked.opens([10n, 20n, 30n, 40n])).toBe(true);
  });

  it('of Feldman tell a guess from a miss, those of Pedersen are the same for other values', () => {
    const amount = dealt(feldman(), [5n], 2, 4, 'guess').checked;
    expect([4n, 5n, 6n].map((guess) => amount.opens([guess]))).toEqual([false, true, false]);
    // With the discrete logarithm of G to H, which nobody has, any value would open it. Here G = d·H is made up.
    const h = commitment.generators(1).blinding;
    const d = 987654321n;
    const basis = [times(h, d), h];
    const hidden = dealt(basis, [5n, 1000n], 2, 4, 'hide').checked;
    for (const value of [0n, 6n, ORDER - 1n]) {
      const blinding = (((1000n + d * (5n - value)) % ORDER) + ORDER) % ORDER;
      expect(hidden.opens([value, blinding])).toBe(true);
    }
  });

  it('do not depend on what was asked for before', () => {
    const before = deal(feldman(), [9n], options('memo', 2, 2)).commitments;
    pedersen(70);
    feldman(3);
    expect(deal(feldman(), [9n], options('memo', 2, 2)).commitments).toEqual(before);
    expect(feldman(2)).toEqual(commitment.generators(2).values);
  });
});

describe('a dealing', () => {
  it('has shares that all verify, and f + 1 of any rebuild the secret, n from 1 to 100', () => {
    for (const n of [1, 2, 3, 4, 5, 7, 10, 31, 100]) {
      const threshold = Math.floor((n - 1) / 3) + 1;
      const { checked, shares } = dealt(feldman(), [42n], threshold, n, n);
      const sample = pick(n, Math.min(n, Math.max(threshold, 5)), n).map((i) => shares[i]!);
      for (const share of sample.slice(0, 5)) expect(checked.verify(share)).toBe(true);
      expect(checked.recover(sample)).toEqual([42n]);
      const plain = sample.slice(0, threshold).map(({ x, ys }) => ({ x, y: ys[0]! }));
      expect(combine(plain, threshold)).toBe(42n);
    }
  });

  it('shares whole vectors, with and without a blinding', () => {
    fc.assert(
      fc.property(
        fc.array(scalar, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        fc.boolean(),
        (secrets, threshold, seed, blinded) => {
          fc.pre(secrets.some((s) => s > 0n));
          const basis = blinded ? pedersen(secrets.length - 1) : feldman(secrets.length);
          const { checked, shares } = dealt(basis, secrets, threshold, 5, seed);
          for (const share of shares) expect(checked.verify(share)).toBe(true);
          const some = pick(seed, threshold, 5).map((i) => shares[i]!);
          expect(checked.recover(some)).toEqual(secrets);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is the same again from the same randomness', () => {
    const make = () => deal(pedersen(1), [1n, 2n], options('same', 3, 4, 2));
    expect(make()).toEqual(make());
  });

  it('is refused with more or fewer secrets than generators', () => {
    for (const secrets of [[], [1n], [1n, 2n, 3n]])
      expect(codeOf(() => deal(pedersen(1), secrets, options(1, 2, 4, 2)))).toBe('SHARING_WRONG_WIDTH');
  });

  it('is refused with bad thresholds, secrets out of range, too little or no randomness', () => {
    expect(codeOf(() => deal(feldman(), [1n], { ...options(1, 2, 4), threshold: 0 }))).toBe(
      'SHAMIR_BAD_THRESHOLD',
    );
    expect(codeOf(() => deal(feldman(), [1n], options(1, 5, 4)))).toBe('SHAMIR_BAD_THRESHOLD');
    expect(codeOf(() => deal(feldman(), [ORDER], options(1, 2, 4)))).toBe('SHAMIR_SECRET_OUT_OF_RANGE');
    expect(codeOf(() => deal(pedersen(1), [1n, -1n], options(1, 2, 4, 2)))).toBe(
      'SHAMIR_SECRET_OUT_OF_RANGE',
    );
    expect(codeOf(() => deal(pedersen(1), [1n, 1n], options(1, 2, 4)))).toBe('BYTES_WRONG_LENGTH');
    const zeros = { threshold: 2, shares: 4, coefficients: new Uint8Array(WIDE_LENGTH) };
    expect(codeOf(() => deal(feldman(), [1n], zeros))).toBe('SHARING_DEGREE_TOO_LOW');
  });
});

describe('decode', () => {
  const { commitments } = dealt(feldman(), [7n], 3, 4, 'decode');
  const accept = (list: readonly Uint8Array[], threshold = 3) =>
    codeOf(() => SharingCommitments.decode(feldman(), threshold, list));
  const neutral = encodePoint(ZERO);

  it('refuses a polynomial of higher degree, which f + 1 banks could not solve', () => {
    const higher = deal(feldman(), [7n], options('high', 4, 4)).commitments;
    expect(accept(higher)).toBe('SHARING_WRONG_DEGREE');
    expect(accept([...commitments, neutral])).toBe('SHARING_WRONG_DEGREE');
  });

  it('refuses one of lower degree, as it is and padded with zeros, which f banks could', () => {
    const lower = deal(feldman(), [7n], options('low', 2, 4)).commitments;
    expect(accept(lower)).toBe('SHARING_WRONG_DEGREE');
    expect(accept([...lower, neutral])).toBe('SHARING_DEGREE_TOO_LOW');
    expect(accept([commitments[0]!, neutral, neutral])).toBe('SHARING_DEGREE_TOO_LOW');
    expect(accept([neutral], 1)).toBe('SHARING_DEGREE_TOO_LOW');
  });

  it('takes a zero below the leading coefficient', () => {
    expect(accept([commitments[0]!, neutral, commitments[2]!])).toBe('accepted');
    expect(accept([neutral, neutral, commitments[2]!])).toBe('accepted');
  });

  it('counts before it decodes, and takes nothing for no list', () => {
    const garbage = new Array<Uint8Array>(1e5).fill(new Uint8Array(32).fill(255));
    expect(accept(garbage)).toBe('SHARING_WRONG_DEGREE');
    expect(accept([], 0)).toBe('SHARING_WRONG_DEGREE');
    for (const bad of NONSENSE) expect(accept(bad as Uint8Array[])).toBe('SHARING_WRONG_DEGREE');
  });

  it('refuses, at every place, bytes that are no canonical point of the subgroup', () => {
    const P = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
    const little = (n: bigint) => fromHex(n.toString(16).padStart(64, '0')).reverse();
    const signed = Uint8Array.from(neutral);
    signed[31]! |= 0x80;
    const point = decodePoint(commitments[1]!);
    const bad: unknown[] = [
      new Uint8Array(0),
      commitments[1]!.slice(1),
      concatBytes(commitments[1]!, new Uint8Array(1)),
      new Uint8Array(32).fill(255),
      signed, // the neutral element with a sign on x = 0
      little(1n + P), // the neutral element's y, not reduced
      encodePoint(TORSION),
      encodePoint(TORSION.double().double()), // (0, −1), of order 2
      encodePoint(point.add(TORSION)),
      encodePoint(point.add(TORSION.double())),
      encodePoint(point.add(TORSION.double().double())),
      ...NONSENSE,
    ];
    for (const bytes of bad)
      for (const at of [0, 1, 2])
        expect(accept(commitments.with(at, bytes as Uint8Array))).toBe('SHARING_POINT_INVALID');
  });

  it('would else let a small-order part decide at which places shares verify', () => {
    const shifted = decodePoint(commitments[1]!).add(TORSION);
    // x·TORSION vanishes at multiples of 8 and nowhere else.
    expect(TORSION.multiplyUnsafe(8n).is0()).toBe(true);
    expect([1n, 2n, 4n, 7n].some((x) => TORSION.multiplyUnsafe(x).is0())).toBe(false);
    expect(accept([commitments[0]!, encodePoint(shifted), commitments[2]!])).toBe('SHARING_POINT_INVALID');
  });
});

describe('verify', () => {
  const { checked, shares } = dealt(pedersen(2), [1n, 2n, 3n], 3, 9, 'verify');
  const [share] = shares as [VectorShare];

  it('is false for any scalar that was changed, and for the share of another place', () => {
    for (const at of [0, 1, 2]) {
      expect(checked.verify({ x: 1, ys: share.ys.with(at, (share.ys[at]! + 1n) % ORDER) })).toBe(false);
      expect(checked.verify({ x: 1, ys: share.ys.with(at, 0n) })).toBe(false);
      expect(checked.verify({ x: 1, ys: share.ys.with(at, ORDER - share.ys[at]!) })).toBe(false);
    }
    expect(checked.verify({ x: 2, ys: share.ys })).toBe(false);
    expect(checked.verify({ x: 1, ys: share.ys.toReversed() })).toBe(false);
  });

  it('is false under the commitments of another sharing of the same scalars', () => {
    const other = dealt(pedersen(2), [1n, 2n, 3n], 3, 9, 'another');
    expect(other.checked.commitment).toEqual(checked.commitment);
    expect(other.checked.verify(share)).toBe(false);
    expect(checked.verify(other.shares[0]!)).toBe(false);
  });

  it('is false at x = 0 even for what is shared, and at every other x that is no place', () => {
    expect(checked.opens([1n, 2n, 3n])).toBe(true);
    for (const x of [0, -0, -1, 1.5, 1 + MAX_SHARES, 2 ** 53, 1n, '1', ...NONSENSE])
      expect(checked.verify({ x: x as number, ys: [1n, 2n, 3n] })).toBe(false);
  });

  it('is false for scalars that are not reduced, are too many, too few or none', () => {
    for (const ys of [
      share.ys.with(0, share.ys[0]! + ORDER),
      share.ys.with(2, share.ys[2]! - ORDER),
      [...share.ys, 0n],
      share.ys.slice(0, 2),
      [],
      ...NONSENSE,
      ...NONSENSE.map((bad) => share.ys.with(1, bad as bigint)),
    ]) {
      expect(checked.verify({ x: 1, ys: ys as bigint[] })).toBe(false);
      expect(checked.opens(ys as bigint[])).toBe(false);
    }
    for (const bad of NONSENSE) expect(checked.verify(bad as VectorShare)).toBe(false);
  });

  it('catches a dealer whose shares lie on a polynomial of higher degree', () => {
    const higher = deal(feldman(), [7n], options('high', 4, 9));
    const truncated = SharingCommitments.decode(feldman(), 3, higher.commitments.slice(0, 3));
    expect(higher.shares.some((cheat) => truncated.verify(cheat))).toBe(false);
  });

  it('takes a share that is zero', () => {
    // p(x) = x − 1, so that p(1) = 0.
    const one = fromHex('01'.padStart(2 * WIDE_LENGTH, '0'));
    const line = { threshold: 2, shares: 3, coefficients: one };
    const { commitments, shares } = deal(feldman(), [ORDER - 1n], line);
    const checked = SharingCommitments.decode(feldman(), 2, commitments);
    expect(shares[0]).toEqual({ x: 1, ys: [0n] });
    expect(checked.verify(shares[0]!)).toBe(true);
    expect(checked.verify({ x: 2, ys: [0n] })).toBe(false);
  });
});

describe('recover', () => {
  const { checked, shares } = dealt(pedersen(1), [11n, 12n], 3, 7, 'recover');
  const lie = (share: VectorShare): VectorShare => ({
    x: share.x,
    ys: [(share.ys[0]! + 1n) % ORDER, share.ys[1]!],
  });

  it('gives what is shared from every f + 1 shares', () => {
    for (const set of subsets(3, 7)) expect(checked.recover(set.map((i) => shares[i]!))).toEqual([11n, 12n]);
  });

  it('gives it whoever of the others lies, at one place twice even', () => {
    for (const liars of subsets(4, 7)) {
      const candidates = shares.map((share, i) => (liars.includes(i) ? lie(share) : share));
      expect(checked.recover(candidates)).toEqual([11n, 12n]);
    }
    expect(checked.recover([...shares.map(lie), ...shares])).toEqual([11n, 12n]);
  });

  it('passes over shares at x = 0, doubles and anything malformed', () => {
    const noise = [
      { x: 0, ys: [11n, 12n] },
      { x: 1, ys: [1n] },
      { x: 2, ys: [ORDER, 1n] },
      ...NONSENSE,
    ] as VectorShare[];
    const [a, b, c] = shares as [VectorShare, VectorShare, VectorShare];
    expect(checked.recover([...noise, a, a, b, ...noise, b, c])).toEqual([11n, 12n]);
    expect(checked.recover([...noise, a, a, b, ...noise, b, lie(c)])).toBeUndefined();
  });

  it('gives nothing from too few true shares', () => {
    expect(checked.recover([])).toBeUndefined();
    for (const set of subsets(2, 7)) {
      const two = set.map((i) => shares[i]!);
      expect(checked.recover(two)).toBeUndefined();
      expect(checked.recover([...two, ...two])).toBeUndefined();
    }
    expect(checked.recover(shares.map((share, i) => (i < 5 ? lie(share) : share)))).toBeUndefined();
  });
});

describe('sharings of several dealers', () => {
  const dealers = [
    dealt(pedersen(2), [100n, 7n, 1n], 2, 4, 'd0'),
    dealt(pedersen(2), [200n, 8n, 2n], 2, 4, 'd1'),
    dealt(pedersen(2), [ORDER - 50n, 9n, 3n], 2, 4, 'd2'),
  ];
  const total = SharingCommitments.sum(dealers.map(({ checked }) => checked));
  const summed = [0, 1, 2, 3].map((i) => addShares(dealers.map(({ shares }) => shares[i]!)));

  it('add up: shares of the sums, which open to the totals and to no addend', () => {
    for (const share of summed) expect(total.verify(share)).toBe(true);
    expect(total.recover(summed)).toEqual([250n, 24n, 6n]);
    expect(total.threshold).toBe(2);
    for (const { checked, shares } of dealers) {
      expect(total.verify(shares[0]!)).toBe(false);
      expect(checked.verify(summed[0]!)).toBe(false);
    }
  });

  it('have as commitment the product of the dealers’ own', () => {
    const product = dealers.map(({ checked }) => checked.commitment).reduce(commitment.add);
    expect(total.commitment).toEqual(product);
    expect(commitment.verify(total.commitment, [250n, 24n], 6n)).toBe(true);
  });

  it('do not open when one holder left a dealer out', () => {
    const short = addShares(dealers.slice(1).map(({ shares }) => shares[0]!));
    expect(total.verify(short)).toBe(false);
    expect(total.recover([short, summed[1]!])).toBeUndefined();
    expect(total.recover([short, summed[1]!, summed[2]!])).toEqual([250n, 24n, 6n]);
  });

  it('are those of one dealer when there is one', () => {
    expect(SharingCommitments.sum([dealers[0]!.checked]).commitment).toEqual(dealers[0]!.checked.commitment);
    expect(addShares([summed[0]!])).toEqual(summed[0]);
  });

  it('may cancel out', () => {
    const points = dealers[0]!.commitments.map((bytes) => encodePoint(decodePoint(bytes).negate()));
    const opposite = SharingCommitments.decode(pedersen(2), 2, points);
    expect(SharingCommitments.sum([dealers[0]!.checked, opposite]).opens([0n, 0n, 0n])).toBe(true);
  });

  it('are not added across places, thresholds or bases, nor when there are none', () => {
    const { checked, shares } = dealers[0]!;
    const refused = [
      () => SharingCommitments.sum([]),
      () => SharingCommitments.sum([checked, dealt(pedersen(2), [1n, 1n, 1n], 3, 4, 't').checked]),
      () => SharingCommitments.sum([checked, dealt(pedersen(1), [1n, 1n], 2, 4, 'w').checked]),
      () => SharingCommitments.sum([checked, dealt(feldman(3), [1n, 1n, 1n], 2, 4, 'b').checked]),
      () => addShares([]),
      () => addShares([shares[0]!, shares[1]!]),
      () => addShares([shares[0]!, { x: 1, ys: [1n] }]),
    ];
    for (const act of refused) expect(codeOf(act)).toBe('SHARING_NOT_SUMMABLE');
  });
});

describe('the encoding of a scalar', () => {
  it('is 32 bytes big-endian and comes back', () => {
    fc.assert(
      fc.property(scalar, (value) => {
        const bytes = encode(scalarCodec, value);
        expect(bytes).toEqual(fromHex(value.toString(16).padStart(64, '0')));
        expect(decode(scalarCodec, bytes)).toBe(value);
      }),
    );
  });

  it('is refused from the order on, cut or with more behind it', () => {
    const of = (value: bigint) => fromHex(value.toString(16).padStart(64, '0'));
    for (const value of [ORDER, ORDER + 1n, (1n << 256n) - 1n])
      expect(codeOf(() => decode(scalarCodec, of(value)))).toBe('ENCODING_NOT_CANONICAL');
    expect(codeOf(() => decode(scalarCodec, of(1n).slice(1)))).toBe('ENCODING_TRUNCATED');
    expect(codeOf(() => decode(scalarCodec, concatBytes(of(1n), of(1n))))).toBe('ENCODING_TRAILING');
    for (const value of [-1n, ORDER, 1, ...NONSENSE])
      expect(codeOf(() => encode(scalarCodec, value as bigint))).toBe('ENCODING_OUT_OF_RANGE');
  });
});
