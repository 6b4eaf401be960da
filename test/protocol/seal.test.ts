import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  type Ballot,
  ballotStatement,
  type Certificate,
  verifyCertificate,
} from '../../src/protocol/certificate.js';
import { parentOf } from '../../src/protocol/chain.js';
import { type DraftHeader, draftDigest } from '../../src/protocol/draft.js';
import type { Evidence } from '../../src/protocol/evidence.js';
import { checkSeal, executorsOf, resultStatement, type Seal, sealCodec } from '../../src/protocol/seal.js';
import { evidenceForSeal, surplusEvidence } from '../../src/protocol/seal-evidence.js';
import { agreedValue } from '../../src/protocol/value.js';
import { consortium, type Fixture, Net } from './network.js';
import { dealers, lying } from './slice-fixture.js';

const N = 6;
let fixture: Fixture;
let foreign: Fixture;
let seal: Seal;
beforeAll(async () => {
  fixture = await consortium(N, 1);
  foreign = await consortium(N, 1, { name: 'elsewhere' });
  const net = new Net(fixture).start().run();
  seal = net.output(0, 'sealed')[0]!.seal;
});

const codeOf = (changed: Seal, by = fixture): string => {
  try {
    checkSeal(by.manifest, changed, by.suite);
    return 'holds';
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    return error.code;
  }
};
const flip = (bytes: Uint8Array, at = 5): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 4 : byte));

/** A seal for another header, certified and signed by banks that would do so: what f liars alone cannot make. */
function resealed(header: DraftHeader, signers: readonly number[], executors: readonly number[]): Seal {
  const value = agreedValue(draftDigest(header), seal.agreed);
  const { epoch } = header;
  const ballot: Ballot = { phase: 'commit', epoch, slot: seal.commit.slot, value, electorate: null };
  const votes = signers.map((bank) => fixture.sign(bank, ballotStatement(ballot, N)));
  const commit: Certificate = {
    ...seal.commit,
    value,
    signers,
    signature: fixture.suite.bls.aggregate(votes),
  };
  const claim = { value, root: seal.root, totals: seal.totals };
  const results = executors.map((bank) => fixture.sign(bank, resultStatement(epoch, claim)));
  return { ...seal, header, commit, executors, signature: fixture.suite.bls.aggregate(results) };
}

describe('a seal', () => {
  it('holds, and says what was decided, by whom, and what comes next', () => {
    const verified = checkSeal(fixture.manifest, seal, fixture.suite);
    const value = agreedValue(draftDigest(seal.header), seal.agreed);
    expect(verified).toMatchObject({ epoch: 0, value, resultRoot: seal.root, totals: seal.totals });
    expect(verified.parent).toEqual(fixture.manifest.consortiumId);
    expect(verified.next).toEqual(parentOf(0, value, seal.root));
    expect(verified.inputs).toHaveLength(N);
    expect(verified.signers.length).toBeGreaterThanOrEqual(4);
    expect(verified.executors.length).toBeGreaterThanOrEqual(3);
    expect(verified.evidence).toEqual([]);
  });

  it('does not hold with any field of its header altered', () => {
    const { header } = seal;
    const [first, second, ...rest] = header.schedule as [number, number, ...number[]];
    const changes: Partial<DraftHeader>[] = [
      { epoch: 1 },
      { slot: { view: 1, index: 0 } },
      { slot: { view: 0, index: 1 } },
      { parent: flip(header.parent) },
      { schedule: [second, first, ...rest] },
      { schedule: [first, first, ...rest] },
      { schedule: [first, second] },
      { schedule: [] },
      { opening: flip(header.opening) },
      { inputs: header.inputs.slice(1) },
      { inputs: [] },
      { commonRoot: flip(header.commonRoot) },
      { commonRecords: header.commonRecords + 1 },
      { table: flip(header.table) },
      { commitments: flip(header.commitments) },
    ];
    for (const change of changes)
      expect(codeOf({ ...seal, header: { ...header, ...change } }), JSON.stringify(change)).not.toBe('holds');
  });

  it('does not hold with any other field altered', () => {
    const { commit, totals } = seal;
    const changes: [Partial<Seal>, string][] = [
      [{ consortiumId: flip(seal.consortiumId) }, 'SEAL_WRONG_CONSORTIUM'],
      [{ commit: { ...commit, phase: 'prepare' } }, 'SEAL_COMMIT_INVALID'],
      [{ commit: { ...commit, epoch: 1 } }, 'SEAL_COMMIT_INVALID'],
      [{ commit: { ...commit, value: flip(commit.value) } }, 'SEAL_COMMIT_INVALID'],
      [{ commit: { ...commit, slot: { view: 0, index: 2 } } }, 'SEAL_COMMIT_INVALID'],
      [{ commit: { ...commit, attested: true } }, 'SEAL_COMMIT_INVALID'],
      [{ commit: { ...commit, signers: commit.signers.slice(1) } }, 'SEAL_COMMIT_INVALID'],
      [{ commit: { ...commit, signature: flip(commit.signature) } }, 'SEAL_COMMIT_INVALID'],
      [{ root: flip(seal.root) }, 'SEAL_RESULT_INVALID'],
      [{ signature: flip(seal.signature) }, 'SEAL_RESULT_INVALID'],
      [{ signature: commit.signature }, 'SEAL_RESULT_INVALID'],
      [{ executors: seal.executors.slice(1) }, 'SEAL_RESULT_INVALID'],
      [{ executors: [...seal.executors, seal.executors[0]!] }, 'SEAL_RESULT_INVALID'],
      [{ executors: [] }, 'SEAL_RESULT_INVALID'],
      ...Object.keys(totals).map((name): [Partial<Seal>, string] => [
        { totals: { ...totals, [name]: totals[name as keyof typeof totals] + 1 } },
        'SEAL_RESULT_INVALID',
      ]),
    ];
    for (const [change, code] of changes)
      expect(codeOf({ ...seal, ...change }), JSON.stringify(Object.keys(change))).toBe(code);
  });

  it('does not hold under another manifest, even one with the same keys', () => {
    expect(codeOf(seal, foreign)).toBe('SEAL_WRONG_CONSORTIUM');
    expect(codeOf({ ...seal, consortiumId: foreign.manifest.consortiumId }, foreign)).toBe(
      'SEAL_COMMIT_INVALID',
    );
  });

  it('needs 2f + 1 executors, and counts nobody else', () => {
    const { header } = seal;
    const executors = executorsOf(header, 4).sort((a, b) => a - b);
    const outsider = [0, 1, 2, 3, 4, 5].find((bank) => !executors.includes(bank))!;
    expect(codeOf(resealed(header, [0, 1, 2, 3], executors.slice(1)))).toBe('holds');
    expect(codeOf(resealed(header, [0, 1, 2, 3], executors.slice(2)))).toBe('SEAL_RESULT_INVALID');
    const mixed = [...executors.slice(2), outsider].sort((a, b) => a - b);
    expect(codeOf(resealed(header, [0, 1, 2, 3], mixed))).toBe('SEAL_RESULT_INVALID');
    const more = [...executors, outsider].sort((a, b) => a - b);
    expect(codeOf(resealed(header, [0, 1, 2, 3], more))).toBe('SEAL_RESULT_INVALID');
  });

  it('needs a quorum of inputs and a quorum that decided them', () => {
    const executors = executorsOf(seal.header, 4).sort((a, b) => a - b);
    const thin = { ...seal.header, inputs: [0, 1, 2] };
    expect(codeOf(resealed(thin, [0, 1, 2, 3], executors))).toBe('SEAL_HEADER_INVALID');
    expect(codeOf(resealed(seal.header, [0, 1, 2], executors))).toBe('SEAL_COMMIT_INVALID');
  });

  it('is none of its header with votes of another epoch, or of the first phase, whoever cast them', () => {
    const everybody = [0, 1, 2, 3, 4, 5];
    const executors = executorsOf(seal.header, 4).sort((a, b) => a - b);
    const good = resealed(seal.header, everybody, executors);
    expect(codeOf(good)).toBe('holds');
    for (const change of [{ epoch: 1 }, { phase: 'prepare' as const }]) {
      const { phase, epoch, slot, value } = { ...good.commit, ...change };
      const ballot = { phase, epoch, slot, value, electorate: null };
      const votes = everybody.map((bank) => fixture.sign(bank, ballotStatement(ballot, N)));
      const commit = { ...good.commit, ...change, signature: fixture.suite.bls.aggregate(votes) };
      expect(verifyCertificate(fixture.manifest, fixture.suite, commit)).toBe(true);
      expect(codeOf({ ...good, commit })).toBe('SEAL_COMMIT_INVALID');
    }
  });

  it('carries no accusation that does not hold', () => {
    const said = { type: 'commit', epoch: 0, slot: { view: 0, index: 0 }, body: Uint8Array.of(1) } as const;
    const other = { ...said, body: Uint8Array.of(2) };
    const evidence: Evidence = {
      kind: 'equivocation',
      accused: 2,
      first: { statement: said, signature: fixture.sign(2, said) },
      second: { statement: other, signature: fixture.sign(2, other) },
    };
    expect(codeOf({ ...seal, evidence: [evidence] })).toBe('holds');
    for (const bad of [
      { ...evidence, accused: 3 },
      { ...evidence, accused: 77 },
      { ...evidence, second: evidence.first },
      { ...evidence, second: { statement: other, signature: fixture.sign(1, other) } },
    ])
      expect(codeOf({ ...seal, evidence: [evidence, bad] })).toBe('SEAL_EVIDENCE_INVALID');
  });

  it('carries one piece of evidence against a bank, and no more than four mebibytes of it', async () => {
    const { signed, commitment, claims, slices } = lying(await dealers(4, 1, 'none'), {});
    /** Weighs 24 bytes for each claim, and some more. */
    const against = (accused: number, weight: number): Evidence => ({
      kind: 'bad-slices',
      accused,
      slices: signed,
      commitment,
      claims: { ...claims, items: Array.from({ length: weight / 24 }, () => new Uint8Array(24)) },
      opened: slices.slice(0, 2),
    });
    const limit = 1 << 22;
    expect(surplusEvidence([against(1, 24), against(2, limit - 4096)])).toBe(-1);
    expect(surplusEvidence([against(1, 24), against(2, 24), against(1, 24)])).toBe(2);
    expect(surplusEvidence([against(1, 24), against(2, limit)])).toBe(1);
    expect(codeOf({ ...seal, evidence: [against(2, limit)] })).toBe('SEAL_EVIDENCE_INVALID');
    const chosen = evidenceForSeal([against(2, limit), against(1, 24), against(3, limit / 2)]);
    expect(chosen.map(({ accused }) => accused)).toEqual([1, 3]);
  });

  it('does not hold with any byte of it flipped, cut short or lengthened', () => {
    const codec = sealCodec(N);
    const encoded = encode(codec, seal);
    expect(toHex(encode(codec, decode(codec, encoded)))).toBe(toHex(encoded));
    const verdict = (bytes: Uint8Array): string => {
      try {
        return codeOf(decode(codec, bytes));
      } catch (error) {
        if (!isConcordatError(error)) throw error;
        return error.code;
      }
    };
    for (let i = 0; i < encoded.length; i++)
      expect(
        verdict(encoded.map((byte, j) => (i === j ? byte ^ (1 << (i % 8)) : byte))),
        `byte ${i}`,
      ).not.toBe('holds');
    for (let cut = 0; cut < encoded.length; cut++)
      expect(verdict(encoded.subarray(0, cut))).not.toBe('holds');
    expect(verdict(Uint8Array.of(...encoded, 0))).toBe('ENCODING_TRAILING');
  });
});

describe('the executors of an epoch', () => {
  const schedule = [3, 5, 0, 1, 4, 2];
  it('are the first 3f + 1 of the schedule when nobody was left out', () => {
    expect(executorsOf({ schedule, inputs: [0, 1, 2, 3, 4, 5] }, 4)).toEqual([3, 5, 0, 1]);
  });
  it('are inputs as long as there are any', () => {
    expect(executorsOf({ schedule, inputs: [0, 1, 2, 4] }, 4)).toEqual([0, 1, 4, 2]);
    expect(executorsOf({ schedule: [1, 0, 3, 2], inputs: [0, 2, 3] }, 4)).toEqual([0, 3, 2, 1]);
  });
});
