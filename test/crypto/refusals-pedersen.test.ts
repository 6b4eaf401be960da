// Pedersen commitments against claims that are wrong in each way they can be.
import { encodePoint, ORDER, ZERO } from '../../src/crypto/babyjubjub.js';
import { toHex } from '../../src/crypto/bytes.js';
import * as commitments from '../../src/crypto/pedersen.js';
import { commitment, point, wrongPoints } from './group-points.js';
import { about, describeVerifier, each, holds, junk } from './refusals.js';

const opens = (bytes: Uint8Array, values: readonly bigint[] = [1n, 2n], blinding = 3n) =>
  commitments.verify(bytes, values, blinding);
describeVerifier('pedersen.verify', {
  accepts: {
    'an opening': () => opens(commitment),
    'a trailing zero, which commits to nothing': () => opens(commitment, [1n, 2n, 0n]),
  },
  refuses: {
    type: {
      ...about(
        'commitment',
        junk((bytes) => opens(bytes), toHex(commitment)),
      ),
      ...about(
        'values',
        junk((values) => commitments.verify(commitment, values, 3n)),
      ),
      ...about(
        'value',
        junk((value) => opens(commitment, [1n, value]), 2),
      ),
      ...about(
        'blinding',
        junk((blinding) => commitments.verify(commitment, [1n, 2n], blinding), 3),
      ),
      'holes for values': () => opens(commitment, new Array(2)),
    },
    length: each(wrongPoints.length, (bytes) => opens(bytes)),
    canonical: {
      ...each(wrongPoints.canonical, (bytes) => opens(bytes)),
      'a value + the order': () => opens(commitment, [1n + ORDER, 2n]),
      'a value − the order': () => opens(commitment, [1n - ORDER, 2n]),
      'the blinding + the order': () => opens(commitment, [1n, 2n], 3n + ORDER),
    },
    curve: each(wrongPoints.curve, (bytes) => opens(bytes)),
    subgroup: each(wrongPoints.subgroup, (bytes) => opens(bytes)),
    neutral: { 'the neutral element': () => opens(encodePoint(ZERO)) },
    binding: {
      'another value': () => opens(commitment, [1n, 3n]),
      'another blinding': () => opens(commitment, [1n, 2n], 4n),
      'the negated commitment': () => opens(encodePoint(point.negate())),
      'value for blinding': () => opens(commitment, [3n, 2n], 1n),
    },
    order: { 'values exchanged': () => opens(commitment, [2n, 1n]) },
    place: {
      'a value fewer': () => opens(commitment, [1n]),
      'a value more': () => opens(commitment, [1n, 2n, 1n]),
      'a zero before': () => opens(commitment, [0n, 1n, 2n]),
      'no value': () => opens(commitment, []),
      'too many values': () =>
        opens(commitment, [1n, 2n, ...new Array<bigint>(commitments.MAX_VALUES).fill(0n)]),
    },
  },
  without: { domain: 'the generators are one set for all; whoever commits binds the purpose beside it' },
});

const valid = (bytes: Uint8Array) => holds(() => commitments.validate(bytes));
describeVerifier('pedersen.validate', {
  accepts: {
    'a commitment': () => valid(commitment),
    'the neutral element, which opens to zeros': () => valid(encodePoint(ZERO)),
  },
  refuses: {
    type: junk((bytes) => valid(bytes), toHex(commitment), [...commitment]),
    length: each(wrongPoints.length, valid),
    canonical: each(wrongPoints.canonical, valid),
    curve: each(wrongPoints.curve, valid),
    subgroup: each(wrongPoints.subgroup, valid),
  },
  without: {
    neutral: 'it is a commitment',
    binding: 'any element of the group is a commitment to something',
    domain: 'as in verify',
    order: 'there is one point',
    place: 'nothing is indexed',
  },
});
