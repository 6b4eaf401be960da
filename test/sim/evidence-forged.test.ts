import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import { type Evidence, type EvidenceError, verifyEvidence } from '../../src/protocol/evidence.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { claimsOf, commitmentIn } from '../../src/protocol/reading.js';
import { dealingShape } from '../../src/protocol/slice-check.js';
import type { OpenedProof } from '../../src/protocol/slice-evidence.js';
import { slicesRoot, slicesStatement } from '../../src/protocol/slice-header.js';
import { headerOf } from '../../src/protocol/slice-store.js';
import { altered, alteredScalar } from '../../src/sim/adversaries/forgery.js';
import { readAs } from '../../src/sim/redealing.js';
import { type Liar, runCell, type Seen, suite } from './guarantees-run.js';

const run = (strategy: string): Seen =>
  runCell({ banks: 4, seed: 1, mix: [strategy], statistics: 'none', leads: false });

/** Why evidence is refused, `accepted` when it is not. */
function verdict({ manifest }: Seen, evidence: Evidence): string {
  try {
    verifyEvidence(manifest, evidence, suite);
    return 'accepted';
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    return (error.detail as EvidenceError).reason;
  }
}

const heardOf = <T extends Message['type']>({ heard }: Liar, type: T) =>
  heard.flatMap(({ from, message }) =>
    message.type === type ? [{ from, message: message as MessageOf<T> }] : [],
  );

// One liar listened to a whole run; all that the slander is made of was sent to it.
const seen = run('replay');
const { manifest, honest, liars } = seen;
const liar = liars[0]!;
const { sign } = liar.context!;
const read = readAs(liar.context!, heardOf(liar, 'draft')[0]!.message.draft)!;
const dealt = heardOf(liar, 'slices').filter(({ from }) => honest.includes(from));
const [{ from: victim, message: dealing }, { from: other }] = [dealt[0]!, dealt.at(-1)!];

/** What every proof against a dealer rests on, here of an honest one. */
const proofOf = (bank: number) => {
  const { message } = dealt.find(({ from }) => from === bank)!;
  const slices = { header: headerOf(read, bank, message.dealing), signature: message.dealing.signature };
  return { accused: bank, slices, commitment: commitmentIn(read, bank) };
};
const released = heardOf(liar, 'release').flatMap(({ message }) =>
  message.slices.flatMap(({ dealer, slice }) => (dealer === victim ? [slice] : [])),
);
const opened = [...new Map([dealing.envelope.slice!, ...released].map((s) => [s.index, s])).values()]
  .sort((a, b) => a.index - b.index)
  .slice(0, dealingShape(manifest).k);
const proof: OpenedProof = { ...proofOf(victim), claims: claimsOf(read, victim), opened };

describe('evidence forged against an honest bank from all that a liar heard in a run', () => {
  it('has material: the victim dealt records and they were opened', () => {
    expect(victim).not.toBe(other);
    expect(proof.claims.items.length).toBeGreaterThan(0);
    expect(opened).toHaveLength(dealingShape(manifest).k);
    expect(seen.evidence).toEqual([]);
  });

  it('of bad shares is refused: the envelope is in order, or not the one that was signed', () => {
    const { envelope } = dealing;
    const slice = { ...envelope.slice!, share: alteredScalar(envelope.slice!.share) };
    const forged = (delivery: { receiver: number; envelope: typeof envelope } | null) =>
      verdict(seen, { kind: 'bad-shares', ...proofOf(victim), delivery });
    expect(forged(null)).toBe('no-fault');
    expect(forged({ receiver: liar.bank, envelope })).toBe('no-fault');
    expect(forged({ receiver: other, envelope })).toBe('signature');
    expect(forged({ receiver: liar.bank, envelope: { ...envelope, slice } })).toBe('signature');
    expect(forged({ receiver: liar.bank, envelope: { ...envelope, slice: null } })).toBe('signature');
  });

  it.each(['bad-slices', 'false-attestation'] as const)(
    'of %s is refused, whatever slices it shows',
    (kind) => {
      const forged = (change: Partial<OpenedProof>) => verdict(seen, { kind, ...proof, ...change });
      const [first, ...rest] = opened;
      expect(forged({})).toBe('no-fault');
      expect(forged({ opened: [{ ...first!, fragment: altered(first!.fragment) }, ...rest] })).toBe(
        'incomplete',
      );
      expect(forged({ opened: [{ ...first!, share: alteredScalar(first!.share) }, ...rest] })).not.toBe(
        'accepted',
      );
      expect(forged({ opened: rest })).toBe('wrong-count');
      expect(forged({ claims: claimsOf(read, other) })).toBe('other-claims');
      expect(forged({ claims: { ...proof.claims, items: proof.claims.items.slice(1) } })).toBe(
        'other-claims',
      );
      expect(forged({ commitment: commitmentIn(read, other) })).toBe('not-its-own');
      const records = proof.commitment.records + 1;
      expect(forged({ commitment: { ...proof.commitment, records } })).toBe('signature');
      const commitment = { ...proof.commitment, dataRoot: altered(proof.commitment.dataRoot) };
      const signature = sign(commitmentStatement(commitment));
      expect(forged({ commitment: { ...commitment, signature } })).toBe('signature');
    },
  );

  it('of two headers is refused: nobody else can sign the second', () => {
    const { slices } = proof;
    const first = { statement: slicesStatement(slices.header), signature: slices.signature };
    const root = altered(slicesRoot(slices.header));
    const statement = slicesStatement({ epoch: slices.header.epoch, slot: slices.header.slot, root });
    const forged = (signature: Uint8Array) =>
      verdict(seen, { kind: 'equivocation', accused: victim, first, second: { statement, signature } });
    expect(forged(slices.signature)).toBe('signature');
    expect(forged(sign(statement))).toBe('signature');
    expect(verdict(seen, { kind: 'equivocation', accused: victim, first, second: first })).toBe(
      'not-in-conflict',
    );
  });

  it('of two votes is refused: both phases of one slot, or a vote that it did not cast', () => {
    const voter = runCell({ banks: 4, seed: 1, mix: ['replay'], statistics: 'none', leads: true });
    const leading = voter.liars[0]!;
    const vote = heardOf(leading, 'vote').find(({ from }) => voter.honest.includes(from))!;
    const statement = ballotStatement(vote.message, 4);
    const other = ballotStatement({ ...vote.message, value: altered(vote.message.value) }, 4);
    const first = { statement, signature: vote.message.signature };
    for (const signature of [vote.message.signature, leading.context!.sign(other)])
      expect(
        verdict(voter, {
          kind: 'equivocation',
          accused: vote.from,
          first,
          second: { statement: other, signature },
        }),
      ).toBe('signature');
  });
});

describe('the proof of a guilty bank', () => {
  it.each([
    ['bad-shares', 'bad-shares', 'not-its-own'],
    ['corrupt-slices', 'bad-slices', 'not-its-own'],
    ['false-attestation', 'false-attestation', 'not-its-own'],
    ['split-slices', 'equivocation', 'signature'],
    ['double-vote', 'equivocation', 'signature'],
    ['equivocate', 'equivocation', 'signature'],
  ])('of %s does not pass for one of an honest bank', (strategy, kind, reason) => {
    const guilty = run(strategy);
    const [evidence] = guilty.evidence;
    expect(evidence?.kind).toBe(kind);
    expect(verdict(guilty, evidence!)).toBe('accepted');
    for (const accused of guilty.honest) expect(verdict(guilty, { ...evidence!, accused })).toBe(reason);
  });

  it.each([
    ['corrupt-slices', 'false-attestation'],
    ['false-attestation', 'bad-slices'],
  ] as const)('of %s does not pass for %s', (strategy, kind) => {
    const guilty = run(strategy);
    expect(verdict(guilty, { ...(guilty.evidence[0] as Evidence & OpenedProof), kind })).toBe('no-fault');
  });
});
