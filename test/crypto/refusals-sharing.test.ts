// Sharings against claims that are wrong in each way they can be.
import { encodePoint, ORDER, WIDE_LENGTH, ZERO } from '../../src/crypto/babyjubjub.js';
import { toHex } from '../../src/crypto/bytes.js';
import { combine, MAX_SHARES, type Share, split } from '../../src/crypto/shamir.js';
import { deal, pedersen, SharingCommitments, type VectorShare } from '../../src/crypto/verifiable-sharing.js';
import { commitment, wrongPoints } from './group-points.js';
import { about, describeVerifier, each, holds, junk } from './refusals.js';
import { randomness } from './sharing-fixture.js';

const sparse = (length: number): never => new Array(length) as never;
const threshold = 3;
const dealt = (seed: string, secrets = [11n, 12n], of = threshold) =>
  deal(pedersen(1), secrets, {
    threshold: of,
    shares: 7,
    coefficients: randomness(seed, (of - 1) * 2 * WIDE_LENGTH),
  });
const good = dealt('good');
const decodes = (list: readonly Uint8Array[], of = threshold) =>
  holds(() => SharingCommitments.decode(pedersen(1), of, list));
const everywhere = (encodings: Readonly<Record<string, Uint8Array>>) =>
  Object.assign(
    {},
    ...[0, 1, 2].map((at) =>
      about(
        `at ${at}`,
        each(encodings, (bytes) => decodes(good.commitments.with(at, bytes))),
      ),
    ),
  );
describeVerifier('SharingCommitments.decode', {
  accepts: {
    'the commitments of a dealing': () => decodes(good.commitments),
    'a zero below the leading coefficient': () => decodes(good.commitments.with(1, encodePoint(ZERO))),
    // It is another polynomial: what it shares is for the shares to say.
    'them in another order': () => decodes(good.commitments.toReversed()),
  },
  refuses: {
    type: {
      ...junk((list) => decodes(list)),
      ...about(
        'commitment',
        junk((bytes) => decodes(good.commitments.with(1, bytes)), toHex(commitment)),
      ),
      holes: () => decodes(sparse(3)),
    },
    length: everywhere(wrongPoints.length),
    canonical: everywhere(wrongPoints.canonical),
    curve: everywhere(wrongPoints.curve),
    subgroup: everywhere(wrongPoints.subgroup),
    neutral: {
      'a leading coefficient of zero': () => decodes(good.commitments.with(2, encodePoint(ZERO))),
      'a lower degree, padded': () =>
        decodes([...dealt('low', [11n, 12n], 2).commitments, encodePoint(ZERO)]),
      'zeros alone': () => decodes([ZERO, ZERO, ZERO].map(encodePoint)),
    },
    place: {
      none: () => decodes([]),
      'none asked': () => decodes([], 0),
      'one fewer': () => decodes(good.commitments.slice(0, 2)),
      'one more': () => decodes([...good.commitments, good.commitments[0]!]),
      'a higher degree': () => decodes(dealt('high', [11n, 12n], 4).commitments),
      'a lower degree': () => decodes(dealt('low', [11n, 12n], 2).commitments),
      'many more': () => decodes(new Array<Uint8Array>(1e5).fill(commitment)),
    },
  },
  without: {
    binding: 'any f + 1 points are the commitments of some polynomial',
    domain: 'the dealing binds its purpose, see the header',
    order: 'another order is another polynomial',
  },
});

const checked = SharingCommitments.decode(pedersen(1), threshold, good.commitments);
const [one, two, three] = good.shares as [VectorShare, VectorShare, VectorShare];
const other = dealt('other');
const wrongShares = (verify: (share: VectorShare) => boolean) => ({
  type: {
    ...junk((share) => verify(share)),
    ...about(
      'x',
      junk((x) => verify({ x, ys: one.ys }), '1', 1n),
    ),
    ...about(
      'ys',
      junk((ys) => verify({ x: 1, ys })),
    ),
    ...about(
      'y',
      junk((y) => verify({ x: 1, ys: [one.ys[0]!, y] }), 1),
    ),
    'holes for scalars': () => verify({ x: 1, ys: sparse(2) }),
  },
  length: {
    'no scalar': () => verify({ x: 1, ys: [] }),
    'a scalar fewer': () => verify({ x: 1, ys: one.ys.slice(0, 1) }),
    'a scalar more': () => verify({ x: 1, ys: [...one.ys, 0n] }),
  },
  canonical: {
    'y + the order': () => verify({ x: 1, ys: [one.ys[0]! + ORDER, one.ys[1]!] }),
    'y − the order': () => verify({ x: 1, ys: [one.ys[0]! - ORDER, one.ys[1]!] }),
  },
  binding: {
    'another scalar': () => verify({ x: 1, ys: [(one.ys[0]! + 1n) % ORDER, one.ys[1]!] }),
    'another blinding': () => verify({ x: 1, ys: [one.ys[0]!, (one.ys[1]! + 1n) % ORDER] }),
    'the share of another sharing': () => verify(other.shares[0]!),
    'the negated share': () => verify({ x: 1, ys: one.ys.map((y) => ORDER - y) }),
    'of a polynomial of higher degree': () => verify(dealt('high', [11n, 12n], 4).shares[0]!),
  },
  order: { 'scalar and blinding exchanged': () => verify({ x: 1, ys: one.ys.toReversed() }) },
  place: {
    'x = 0, what is shared': () => verify({ x: 0, ys: [11n, 12n] }),
    'x = −0': () => verify({ x: -0, ys: [11n, 12n] }),
    'x = −1': () => verify({ x: -1, ys: one.ys }),
    'x = 1.5': () => verify({ x: 1.5, ys: one.ys }),
    'the place of another': () => verify({ x: 2, ys: one.ys }),
    'x too great': () => verify({ x: MAX_SHARES + 1, ys: one.ys }),
    'x beyond whole numbers': () => verify({ x: 2 ** 53, ys: one.ys }),
  },
});
const notOfShares = {
  curve: 'scalars are not points',
  subgroup: 'scalars are not points',
  domain: 'a share is of its commitments, and those of their dealing',
} as const;
describeVerifier('SharingCommitments.verify', {
  accepts: { 'a share': () => checked.verify(one), 'the last share': () => checked.verify(good.shares[6]!) },
  refuses: {
    ...wrongShares((share) => checked.verify(share)),
    neutral: { zeros: () => checked.verify({ x: 1, ys: [0n, 0n] }) },
  },
  without: notOfShares,
});

const recovers = (...shares: readonly VectorShare[]) => checked.recover(shares)?.[0] === 11n;
describeVerifier('SharingCommitments.recover', {
  accepts: {
    'three shares': () => recovers(one, two, three),
    'them in another order': () => recovers(three, one, two),
    'three and a lie': () => recovers({ x: 4, ys: [1n, 1n] }, one, two, three),
  },
  refuses: {
    ...wrongShares((share) => recovers(share, two, three)),
    neutral: { zeros: () => recovers({ x: 1, ys: [0n, 0n] }, two, three) },
    place: {
      ...wrongShares((share) => recovers(share, two, three)).place,
      'no share': () => recovers(),
      'two shares': () => recovers(one, two),
      'two shares, one of them twice': () => recovers(one, two, one),
    },
  },
  without: notOfShares,
});

const plain = split(42n, { threshold, shares: 7, coefficients: randomness('plain', 2 * WIDE_LENGTH) });
const [a, b, c, d] = plain as [Share, Share, Share, Share];
const combines = (...shares: readonly Share[]): boolean => holds(() => combine(shares, threshold));
describeVerifier('shamir.combine', {
  accepts: {
    'three shares': () => combine([a, b, c], threshold) === 42n,
    'three others, in any order': () => combine([d, a, c], threshold) === 42n,
    // Nothing here verifies: that is what commitments are for.
    'a share that is wrong': () => combine([a, b, { x: 3, y: 1n }], threshold) !== 42n,
  },
  refuses: {
    type: {
      ...about(
        'list',
        junk((list) => holds(() => combine(list, threshold))),
      ),
      ...about(
        'share',
        junk((share) => combines(a, b, share)),
      ),
      ...about(
        'x',
        junk((x) => combines(a, b, { x, y: 1n }), '3', 3n),
      ),
      ...about(
        'y',
        junk((y) => typeof y !== 'bigint' && combines(a, b, { x: 3, y }), 1),
      ),
    },
    length: {
      none: () => combines(),
      'one fewer': () => combines(a, b),
      'one more': () => combines(a, b, c, d),
      'a threshold of none': () => holds(() => combine([], 0)),
      'a threshold that is none': () => holds(() => combine([a, b, c], Number.NaN)),
    },
    canonical: {
      'y = the order': () => combines(a, b, { x: 3, y: ORDER }),
      'y + the order': () => combines(a, b, { x: 3, y: c.y + ORDER }),
      'y below zero': () => combines(a, b, { x: 3, y: -1n }),
    },
    place: {
      'x = 0, which dictates the secret': () => combines(a, b, { x: 0, y: 666n }),
      'x = −0': () => combines(a, b, { x: -0, y: 666n }),
      'x = −1': () => combines(a, b, { x: -1, y: 1n }),
      'x = 2.5': () => combines(a, b, { x: 2.5, y: 1n }),
      'x = the order, 0 modulo it': () => combines(a, b, { x: Number(ORDER), y: 666n }),
      'x too great': () => combines(a, b, { x: MAX_SHARES + 1, y: 1n }),
      'a share twice': () => combines(a, b, a),
      'two shares at one place': () => combines(a, b, { x: a.x, y: 1n }),
    },
  },
  without: {
    curve: 'scalars are not points',
    subgroup: 'scalars are not points',
    neutral: 'zero is a scalar like any other',
    binding: 'nothing here verifies',
    domain: 'nothing here verifies',
    order: 'any order is right',
  },
});
