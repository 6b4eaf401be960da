// Erasure decoding, headers, slices and their opening against claims that are wrong in each way they can be.
import { encodePoint, ORDER, ZERO } from '../../src/crypto/babyjubjub.js';
import { equalBytes, utf8 } from '../../src/crypto/bytes.js';
import * as erasure from '../../src/crypto/erasure.js';
import {
  checkSlice,
  Dealing,
  type DealingHeader,
  type DealingShape,
  deal,
  open,
  type Slice,
} from '../../src/crypto/slices.js';
import { wrongPoints } from './group-points.js';
import { about, type Claims, describeVerifier, each, flip, holds, junk, otherLengths } from './refusals.js';
import { randomness } from './sharing-fixture.js';

const NO_NUMBERS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '3', 3n];
const shape: DealingShape = { n: 7, k: 3, f: 2 };
const context = utf8('consortium, epoch 7, slot 0');
const payload = randomness('payload', 100);
const { header, slices } = deal({ ...shape, payload, context, entropy: randomness('entropy', 32) });
const dealing = Dealing.accept(header, context, shape, 1000);

const fragments = erasure.encode(payload, 3, 7);
const some = (...entries: readonly (readonly [unknown, unknown])[]) =>
  new Map(entries) as Map<number, Uint8Array>;
const first = [0, 1, 2].map((i) => [i, fragments[i]] as const);
const decodes = (from: ReadonlyMap<number, Uint8Array>, k = 3, n = 7, length = 100) =>
  holds(() => erasure.decode(from, k, n, length));
describeVerifier('erasure.decode', {
  accepts: {
    'three fragments': () => equalBytes(erasure.decode(some(...first), 3, 7, 100), payload),
    'three of parity': () =>
      equalBytes(
        erasure.decode(some(...[4, 5, 6].map((i) => [i, fragments[i]] as const)), 3, 7, 100),
        payload,
      ),
    // What no erasure code sees: a root over the fragments does.
    'a fragment that is wrong': () => decodes(some(...first.slice(1), [0, flip(fragments[0]!, 0)])),
  },
  refuses: {
    type: {
      ...about(
        'index',
        junk((index) => decodes(some(...first, [index, fragments[3]])), ...NO_NUMBERS),
      ),
      ...about(
        'fragment',
        junk((fragment) => decodes(some(...first, [3, fragment]))),
      ),
      ...about(
        'k',
        junk((k) => k !== undefined && decodes(some(...first), k), ...NO_NUMBERS.slice(0, 5)),
      ),
      ...about(
        'n',
        junk((n) => n !== undefined && decodes(some(...first), 3, n), ...NO_NUMBERS.slice(0, 5)),
      ),
      ...about(
        'length',
        junk((length) => length !== undefined && decodes(some(...first), 3, 7, length), ...NO_NUMBERS),
      ),
    },
    length: {
      ...each(otherLengths(fragments[0]!), (fragment) => decodes(some(...first.slice(1), [0, fragment]))),
      'of a shorter payload': () => decodes(some(...first), 3, 7, 99),
      'of a longer payload': () => decodes(some(...first), 3, 7, 103),
      'of none': () => decodes(some(...first), 3, 7, 0),
      'of more than anyone allocates': () => decodes(some(...first), 3, 7, erasure.MAX_CODED),
    },
    place: {
      'no fragment': () => decodes(some()),
      'a fragment fewer': () => decodes(some(...first.slice(1))),
      'an index at n': () => decodes(some(...first, [7, fragments[3]])),
      'k above n': () => decodes(some(...first), 8, 7),
      'k = 0': () => decodes(some(...first), 0, 7),
      '257 fragments': () => decodes(some(...first), 3, 257),
    },
  },
  without: {
    canonical: 'bytes have one form',
    curve: 'bytes are not points',
    subgroup: 'bytes are not points',
    neutral: 'zeros are the fragments of zeros',
    binding: 'it corrects erasures and no errors',
    domain: 'it corrects erasures and no errors',
    order: 'fragments come by index',
  },
});

const accepts = (
  over: Partial<Record<keyof DealingHeader, unknown>>,
  about = context,
  expected = shape,
  most = 1000,
) => holds(() => Dealing.accept({ ...header, ...over } as DealingHeader, about, expected, most));
const points = header.keyCommitments;
const atEach = (encodings: Readonly<Record<string, Uint8Array>>): Claims =>
  Object.assign(
    {},
    ...[0, 1, 2].map((at) =>
      about(
        `commitment ${at}`,
        each(encodings, (bytes) => accepts({ keyCommitments: points.with(at, bytes) })),
      ),
    ),
  );
describeVerifier('Dealing.accept', {
  accepts: {
    'a header': () => accepts({}),
    // It is then another dealing, of which no slice is.
    'in another context': () => accepts({}, utf8('consortium, epoch 8, slot 0')),
    'another root': () => accepts({ fragmentRoot: flip(header.fragmentRoot, 0) }),
  },
  refuses: {
    type: {
      ...about(
        'n',
        junk((n) => accepts({ n }), ...NO_NUMBERS),
      ),
      ...about(
        'k',
        junk((k) => accepts({ k }), ...NO_NUMBERS),
      ),
      ...about(
        'length',
        junk((length) => accepts({ length }), ...NO_NUMBERS),
      ),
      ...about(
        'commitment',
        junk((bytes) => accepts({ keyCommitments: points.with(1, bytes as never) })),
      ),
      'holes for commitments': () => accepts({ keyCommitments: new Array(3) }),
    },
    length: {
      ...about(
        'root',
        each(otherLengths(header.fragmentRoot), (fragmentRoot) => accepts({ fragmentRoot })),
      ),
      ...atEach(wrongPoints.length),
      'a payload above the limit': () => accepts({ length: 1001 }),
      'one the agreed limit does not hold': () => accepts({}, context, shape, 99),
    },
    canonical: atEach(wrongPoints.canonical),
    curve: atEach(wrongPoints.curve),
    subgroup: atEach(wrongPoints.subgroup),
    neutral: {
      'a leading coefficient of zero': () => accepts({ keyCommitments: points.with(2, encodePoint(ZERO)) }),
    },
    place: {
      'another n': () => accepts({ n: 8 }),
      'another k': () => accepts({ k: 2 }),
      'k and n exchanged': () => accepts({ n: 3, k: 7 }),
      'a lower degree': () => accepts({ keyCommitments: points.slice(0, 2) }),
      'a higher degree': () => accepts({ keyCommitments: [...points, points[0]!] }),
      'no commitments': () => accepts({ keyCommitments: [] }),
      'a shape that liars open': () => accepts({}, context, { n: 7, k: 2, f: 2 }),
      'a shape of too many': () => accepts({}, context, { n: 257, k: 3, f: 2 }),
    },
  },
  without: {
    binding: 'a header is anybody’s: that the dealer signed it is the protocol’s to check',
    domain: 'the context makes it another dealing, see checkSlice',
    order: 'another order of commitments is another polynomial',
  },
});

const good = slices[2]!;
type Changed = Partial<Record<keyof Slice, unknown>>;
const wrongSlices = (check: (slice: Slice) => boolean, checkIn: (other: Dealing) => boolean) => {
  const bad = (over: Changed) => check({ ...good, ...over } as Slice);
  const dealtIn = (over: object) =>
    deal({ ...shape, payload, context, entropy: randomness('entropy', 32), ...over }).slices[2]!;
  return {
    type: {
      ...junk((slice) => check(slice)),
      ...about(
        'index',
        junk((index) => bad({ index }), ...NO_NUMBERS),
      ),
      ...about(
        'fragment',
        junk((fragment) => bad({ fragment }), [...good.fragment]),
      ),
      ...about(
        'proof',
        junk((proof) => bad({ proof })),
      ),
      ...about(
        'sibling',
        junk((sibling) => bad({ proof: good.proof.with(0, sibling) })),
      ),
      ...about(
        'share',
        junk((share) => bad({ share }), Number(good.share)),
      ),
      'holes for siblings': () => bad({ proof: new Array(good.proof.length) }),
    },
    length: {
      ...about(
        'fragment',
        each(otherLengths(good.fragment), (fragment) => bad({ fragment })),
      ),
      ...about(
        'sibling',
        each(otherLengths(good.proof[0]!), (s) => bad({ proof: good.proof.with(0, s) })),
      ),
    },
    canonical: {
      'share + the order': () => bad({ share: good.share + ORDER }),
      'share − the order': () => bad({ share: good.share - ORDER }),
    },
    neutral: { 'a share of zero': () => bad({ share: 0n }), 'no proof': () => bad({ proof: [] }) },
    binding: {
      'a bit of the fragment': () => bad({ fragment: flip(good.fragment, 5) }),
      'a bit of a sibling': () => bad({ proof: good.proof.with(1, flip(good.proof[1]!, 5)) }),
      'another share': () => bad({ share: (good.share + 1n) % ORDER }),
      'the slice of another payload': () => check(dealtIn({ payload: flip(payload, 0) })),
      'the slice of other entropy': () => check(dealtIn({ entropy: randomness('other', 32) })),
    },
    domain: {
      'another context': () =>
        checkIn(Dealing.accept(header, utf8('consortium, epoch 8, slot 0'), shape, 1000)),
      'another length': () => checkIn(Dealing.accept({ ...header, length: 101 }, context, shape, 1000)),
      'a slice of another context': () => check(dealtIn({ context: utf8('another consortium') })),
    },
    order: { 'siblings reversed': () => bad({ proof: good.proof.toReversed() }) },
    place: {
      'another index': () => bad({ index: 3 }),
      'an index at n': () => bad({ index: 7 }),
      'the fragment of another': () => bad({ fragment: slices[3]!.fragment }),
      'the proof of another': () => bad({ proof: slices[3]!.proof }),
      'the share of another': () => bad({ share: slices[3]!.share }),
      'a sibling fewer': () => bad({ proof: good.proof.slice(1) }),
      'a sibling more': () => bad({ proof: [...good.proof, good.proof[0]!] }),
    },
  };
};
const notPoints = { curve: 'its header has the points', subgroup: 'its header has the points' } as const;
describeVerifier('checkSlice', {
  accepts: { 'a slice': () => checkSlice(dealing, good) === 'valid' },
  refuses: wrongSlices(
    (slice) => checkSlice(dealing, slice) === 'valid',
    (other) => checkSlice(other, good) === 'valid',
  ),
  without: notPoints,
});

const opened = (within: Dealing, given: readonly Slice[]) => open(within, given).verdict === 'opened';
const others = [slices[0]!, slices[6]!];
describeVerifier('open', {
  accepts: {
    'three slices': () => opened(dealing, [...others, good]),
    'three and a lie': () => opened(dealing, [{ ...good, share: 1n }, ...others, good]),
  },
  refuses: {
    ...wrongSlices(
      (slice) => opened(dealing, [...others, slice]),
      (other) => opened(other, slices),
    ),
    place: {
      ...wrongSlices(
        (slice) => opened(dealing, [...others, slice]),
        (other) => opened(other, slices),
      ).place,
      none: () => opened(dealing, []),
      two: () => opened(dealing, others),
      'two, one of them twice': () => opened(dealing, [...others, others[0]!]),
    },
  },
  without: notPoints,
});
