import { type Bls, loadBls, nobleBls, SignatureCollector } from '../src/crypto/bls-exports.js';
import { type Ballot, ballotStatement, verifyCertificate } from '../src/protocol/certificate.js';
import { statementDigest } from '../src/protocol/statement.js';
import type { Suite } from '../src/protocol/suite.js';
import { type Consortium, createConsortium } from './consortium.js';
import { quantile } from './measure.js';
import { randomBytes } from './random-bytes.js';
import { atMost, type Row, type Table, timedRows } from './table.js';

const [BANKS, FAULTS, QUORUM] = [100, 33, 67];
/** Most checks of an aggregate that one bad vote may cost. */
const MOST_CHECKS = 15;

const ballot: Ballot = {
  phase: 'commit',
  epoch: 3,
  slot: { view: 1, index: 0 },
  value: randomBytes('value', 0, 32),
  electorate: null,
};

/** Whose votes are bad, counted by hand: this answers true to a sum without a bad vote, and checks no signature. */
function countingBls({ suite }: Consortium, bad: ReadonlySet<number>): { bls: Bls; checks: () => number } {
  let checks = 0;
  const bls: Bls = {
    ...suite.bls,
    // The "signature" of bank i is one byte, i; the sum of several is all of them.
    aggregate: (signatures) => Uint8Array.from(signatures, (signature) => signature[0]!),
    fastAggregateVerify: (_keys, _message, signature) => {
      checks++;
      return signature.every((bank) => !bad.has(bank));
    },
  };
  return { bls, checks: () => checks };
}

/** Checks until a certificate without the bad votes stands; all of them must have been named. */
function checksToName(consortium: Consortium, bad: ReadonlySet<number>): number {
  const { bls, checks } = countingBls(consortium, bad);
  const collector = new SignatureCollector(bls, consortium.manifest.keys, randomBytes('digest', 0, 32));
  for (let bank = 0; bank < QUORUM; bank++) collector.add(bank, Uint8Array.of(bank));
  const aggregate = collector.aggregate(QUORUM - bad.size);
  const named = new Set(collector.bad);
  if (aggregate?.signers.length !== QUORUM - bad.size || [...bad].some((bank) => !named.has(bank)))
    throw new Error('bisection missed a bad vote or dropped a good one');
  return checks();
}

/** k different banks of the quorum; for one bad vote every bank has its turn. */
function badVotes(k: number, turn: number): Set<number> {
  const bad = new Set(k === 1 ? [turn] : []);
  for (const byte of randomBytes(`bad ${k}`, turn, 256)) if (bad.size < k && byte < QUORUM) bad.add(byte);
  return bad;
}

function checksRow(consortium: Consortium, k: number): Row {
  const turns = k === 1 ? QUORUM : 1000;
  const counts = Array.from({ length: turns }, (_, turn) => checksToName(consortium, badVotes(k, turn)));
  const most = Math.max(...counts);
  return {
    what: `checks of an aggregate until ${k} bad among ${QUORUM} ${k === 1 ? 'is' : 'are'} named and the rest certified; at most ${most}`,
    n: turns,
    median: String(quantile(counts, 0.5)),
    middle: `${quantile(counts, 0.25)} – ${quantile(counts, 0.75)}`,
    ratio: '',
    target: k === 1 ? { text: `at most ${MOST_CHECKS}`, met: most <= MOST_CHECKS } : null,
  };
}

/** What a quorum of votes costs to certify and to check, and what bad ones among them cost. */
export async function measureVotes(): Promise<Table[]> {
  const blst = await loadBls();
  const consortium = createConsortium(blst, BANKS, FAULTS);
  const { manifest, suite, secrets } = consortium;
  const digest = statementDigest(manifest.consortiumId, ballotStatement(ballot, BANKS));
  const votes = secrets.slice(0, QUORUM).map((secret) => blst.sign(secret.bls, digest));
  const signers = votes.map((_, bank) => bank);
  const certificate = { ...ballot, attested: false, signers, signature: blst.aggregate(votes) };
  const forged = votes.map((vote, bank) =>
    bank === 20 ? blst.sign(secrets[bank]!.bls, randomBytes('x', 0, 32)) : vote,
  );

  const backends: [Suite, number][] = [
    [suite, 2],
    [{ ...suite, bls: nobleBls }, 40],
  ];
  const collect = (backend: Suite, signatures: readonly Uint8Array[], needed: number) => {
    const collector = new SignatureCollector(backend.bls, manifest.keys, digest);
    for (const [bank, signature] of signatures.entries()) collector.add(bank, signature);
    if (collector.aggregate(needed)?.signers.length !== needed) throw new Error('no certificate');
  };
  const rows = [
    ...(await timedRows(
      `verify a certificate of ${QUORUM} among ${BANKS}`,
      backends.map(([backend, limit]) => ({
        by: backend.bls.name,
        target: atMost(limit),
        run: () => {
          if (!verifyCertificate(manifest, backend, certificate))
            throw new Error('a good certificate failed');
        },
      })),
      { seconds: 2 },
    )),
    ...(await timedRows(
      `certify ${QUORUM} good votes`,
      backends.map(([backend]) => ({ by: backend.bls.name, run: () => collect(backend, votes, QUORUM) })),
    )),
    ...(await timedRows(
      `find one bad vote among ${QUORUM} and certify the rest`,
      backends.map(([backend]) => ({
        by: backend.bls.name,
        run: () => collect(backend, forged, QUORUM - 1),
      })),
      { seconds: 3, rounds: 5 },
    )),
    ...[1, 2, 5, 10].map((k) => checksRow(consortium, k)),
  ];
  return [
    {
      title: 'Votes and certificates',
      about:
        `n = ${BANKS}, f = ${FAULTS}, a quorum of ${QUORUM}. Votes are checked as one sum; only when that fails are the bad ones ` +
        'searched for by halving. Checks are counted over every place of one bad vote, over random places of several. ' +
        'What is known to be bad is not checked again: the second half of a bad group whose first half is good.',
      rows,
    },
  ];
}
