import { combine as peerCombine, split as peerSplit } from 'shamir-secret-sharing';
import { scalarFromBytes, WIDE_LENGTH } from '../src/crypto/babyjubjub.js';
import { combine, split } from '../src/crypto/shamir.js';
import { randomBytes } from './random-bytes.js';
import { type Table, timedRows } from './table.js';

const [THRESHOLD, SHARES] = [34, 100];

/** Sharing a secret of 32 bytes without verification. */
export async function measureShamir(): Promise<Table[]> {
  const secretBytes = randomBytes('secret', 0, 32);
  const secret = scalarFromBytes(randomBytes('secret', 0, WIDE_LENGTH));
  // Drawn in each call, as the peer draws its own.
  const splitAnew = () => {
    const coefficients = crypto.getRandomValues(new Uint8Array((THRESHOLD - 1) * WIDE_LENGTH));
    return split(secret, { threshold: THRESHOLD, shares: SHARES, coefficients });
  };
  const shares = splitAnew().slice(-THRESHOLD);
  const peerShares = (await peerSplit(secretBytes, SHARES, THRESHOLD)).slice(-THRESHOLD);
  const rows = [
    ...(await timedRows(`split, ${THRESHOLD} of ${SHARES}`, [
      { by: 'ours, modulo a prime of 251 bits', run: splitAnew },
      { by: 'shamir-secret-sharing, in GF(2^8)', run: () => peerSplit(secretBytes, SHARES, THRESHOLD) },
    ])),
    ...(await timedRows(`combine ${THRESHOLD}`, [
      {
        by: 'ours, modulo a prime of 251 bits',
        run: () => {
          if (combine(shares, THRESHOLD) !== secret) throw new Error('another secret');
        },
      },
      { by: 'shamir-secret-sharing, in GF(2^8)', run: () => peerCombine(peerShares) },
    ])),
  ];
  return [
    {
      title: 'Shamir sharing',
      about:
        'A secret of 32 bytes. The field differs on purpose: shares modulo the order of a group can be verified, which ' +
        'shares in GF(2^8) cannot.',
      rows,
    },
  ];
}
