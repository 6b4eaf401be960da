import { scalarFromBytes, WIDE_LENGTH } from '../src/crypto/babyjubjub.js';
import { type Basis, deal, feldman, pedersen, SharingCommitments } from '../src/crypto/verifiable-sharing.js';
import { randomBytes } from './random-bytes.js';
import { atMost, type Row, type Table, timedRow } from './table.js';

const [BANKS, THRESHOLD] = [100, 34];
const STATISTICS = 30;

async function basisRows(name: string, basis: Basis): Promise<Row[]> {
  const secrets = basis.map((_, i) => scalarFromBytes(randomBytes('secret', i, WIDE_LENGTH)));
  const coefficients = randomBytes('coefficients', 0, basis.length * (THRESHOLD - 1) * WIDE_LENGTH);
  const options = { threshold: THRESHOLD, shares: BANKS, coefficients };
  const { commitments, shares } = deal(basis, secrets, options);
  const decoded = SharingCommitments.decode(basis, THRESHOLD, commitments);
  // Places of seven bits, as two thirds of the banks have: a place of fewer bits is checked faster.
  let next = BANKS / 2;
  return [
    await timedRow(
      `check one dealer's share of ${name}`,
      () => {
        next = next < BANKS - 1 ? next + 1 : BANKS / 2;
        if (!decoded.verify(shares[next]!)) throw new Error('a good share failed');
      },
      { target: atMost(5), seconds: 2 },
    ),
    await timedRow(`decode one dealer's ${THRESHOLD} commitments to ${name}, once`, () =>
      SharingCommitments.decode(basis, THRESHOLD, commitments),
    ),
    await timedRow(`first check of a dealer's share of ${name}, decoding included`, () => {
      if (!SharingCommitments.decode(basis, THRESHOLD, commitments).verify(shares[BANKS - 1]!))
        throw new Error('a good share failed');
    }),
    await timedRow(`deal ${name} to ${BANKS} banks`, () => deal(basis, secrets, options)),
    await timedRow(`rebuild ${name} from ${THRESHOLD} good shares`, () => {
      if (decoded.recover(shares)?.[0] !== secrets[0]) throw new Error('another secret');
    }),
  ];
}

/** Verifiable sharing among 100 banks, of which 33 may lie. */
export async function measureSharing(): Promise<Table[]> {
  return [
    {
      title: 'Verifiable sharing',
      about:
        `n = ${BANKS}, f = ${THRESHOLD - 1}, on Baby Jubjub in JavaScript. A key is one scalar without a blinding (Feldman), statistics ` +
        `are ${STATISTICS} with one (Pedersen). Decoding checks every commitment to be in the prime-order subgroup. Shares are ` +
        `those at x = ${BANKS / 2 + 1} … ${BANKS}. The target is for a check once the commitments are decoded, which is done once a dealer; ` +
        `the first check with the decoding does not keep to it. Of the time to check statistics four fifths go into ${STATISTICS + 1} generators times the share. No package of the registry does this.`,
      rows: [
        ...(await basisRows('a key', feldman())),
        ...(await basisRows(`${STATISTICS} statistics`, pedersen(STATISTICS))),
      ],
    },
  ];
}
