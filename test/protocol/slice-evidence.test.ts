import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import type { Slice } from '../../src/crypto/slices.js';
import { evidenceCodec, evidenceName, Witness } from '../../src/protocol/evidence.js';
import { acceptSlices, dealingShape } from '../../src/protocol/slice-check.js';
import { type BadShares, badShares } from '../../src/protocol/slice-evidence.js';
import { NO_CLAIMS, type SlicesHeader, slicesStatement } from '../../src/protocol/slice-header.js';
import { payloadLimit } from '../../src/protocol/slice-payload.js';
import type { Fixture } from './network.js';
import { accusation, KINDS, type Opened, proofOf, reasonOf, zeros } from './slice-evidence-fixture.js';
import {
  commitmentOf,
  DRAFT,
  dealers,
  EPOCH,
  honest,
  type Lie,
  lying,
  notCodeword,
  otherKey,
  type SignedDealing,
  SLOT,
  signCommitment,
  signEnvelope,
  signHeader,
} from './slice-fixture.js';

const flip = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const LIES: readonly (readonly [string, 'none' | 'open', Opened['kind'], (fixture: Fixture) => Lie])[] = [
  ['of no codeword', 'none', 'bad-slices', notCodeword],
  ['encrypted under another key', 'none', 'bad-slices', otherKey],
  ['of no payload', 'none', 'bad-slices', () => ({ payload: () => new Uint8Array(50) })],
  [
    'of records not under the data root',
    'none',
    'bad-slices',
    () => ({ payload: (payload) => ({ ...payload, proof: [...payload.proof].reverse() }) }),
  ],
  [
    'of statistics not committed to',
    'open',
    'bad-slices',
    () => ({
      payload: ({ statistics, ...rest }) => ({ ...rest, statistics: { ...statistics!, blinding: 1n } }),
    }),
  ],
  [
    'of records that contradict its claims',
    'none',
    'false-attestation',
    () => ({ claims: ({ key, items }) => ({ key, items: [...items].reverse() }) }),
  ],
];

describe.each(LIES)('a dealer whose slices are %s', (_, mode, kind, lie) => {
  it('is proven faulty by any k of them', async () => {
    for (const [n, f] of [
      [4, 1],
      [5, 1],
      [7, 2],
    ] as const) {
      const fixture = await dealers(n, f, mode);
      const { k } = dealingShape(fixture.manifest);
      const dealing = lying(fixture, lie(fixture));
      for (const slices of [dealing.slices, dealing.slices.slice(-k), [...dealing.slices].reverse()]) {
        const proof = proofOf(fixture, dealing, slices)!;
        expect(proof).toMatchObject({ kind, accused: 1 });
        expect(proof.opened.length).toBe(k);
        const encoded = encode(evidenceCodec, proof);
        const read = decode(evidenceCodec, encoded);
        expect(read).toEqual(proof);
        expect(reasonOf(read, fixture)).toBe('holds');
        expect(evidenceName(read)).toBe(kind);
      }
    }
  });

  it('is not proven faulty by fewer, by others, or by changed ones', async () => {
    const fixture = await dealers(7, 2, mode);
    const { k } = dealingShape(fixture.manifest);
    const dealing = lying(fixture, lie(fixture));
    const proof = proofOf(fixture, dealing)!;
    const refusal = (opened: readonly Slice[]) => reasonOf({ ...proof, opened }, fixture);
    const [first, ...rest] = proof.opened;
    expect(proofOf(fixture, dealing, dealing.slices.slice(1, k))).toBeNull();
    expect(refusal(rest)).toBe('wrong-count');
    expect(refusal([])).toBe('wrong-count');
    expect(refusal(dealing.slices)).toBe('wrong-count');
    expect(refusal([...rest, rest[0]!])).toBe('incomplete');
    expect(refusal([{ ...first!, index: 6 }, ...rest])).toBe('incomplete');
    expect(refusal([{ ...first!, fragment: flip(first!.fragment) }, ...rest])).toBe('incomplete');
    expect(refusal([{ ...first!, proof: [] }, ...rest])).toBe('incomplete');
    expect(refusal(honest(fixture).slices.slice(0, k))).toBe('incomplete');
  });

  it('is proven faulty in this way only, and nobody else is', async () => {
    const fixture = await dealers(4, 1, mode);
    const elsewhere = await dealers(4, 1, mode === 'none' ? 'open' : 'none');
    const proof = proofOf(fixture, lying(fixture, lie(fixture)))!;
    expect(reasonOf({ ...proof, kind: KINDS.find((other) => other !== kind)! }, fixture)).toBe('no-fault');
    for (const accused of [0, 2, 3]) expect(reasonOf({ ...proof, accused }, fixture)).toBe('not-its-own');
    for (const accused of [4, 65_535]) expect(reasonOf({ ...proof, accused }, fixture)).toBe('unknown-bank');
    expect(reasonOf(proof, elsewhere)).toBe('signature');
  });

  it('cannot be proven faulty with a Commitment, header or claims but those it signed', async () => {
    const fixture = await dealers(4, 1, mode);
    const proof = proofOf(fixture, lying(fixture, lie(fixture)))!;
    const { claims, slices, commitment } = proof;
    const reasons = (changes: readonly Partial<Opened>[]) =>
      new Set(changes.map((change) => reasonOf({ ...proof, ...change } as Opened, fixture)));
    expect(reasons([{ commitment: commitmentOf(fixture, 2) }])).toEqual(new Set(['not-its-own']));
    expect(reasons([{ commitment: commitmentOf(fixture, 1, EPOCH + 1) }])).toEqual(new Set(['other-epoch']));
    const commitments = [
      { dataRoot: zeros },
      { records: 1 },
      { statistics: zeros },
      { signature: flip(commitment.signature) },
    ];
    expect(reasons(commitments.map((change) => ({ commitment: { ...commitment, ...change } })))).toEqual(
      new Set(['signature']),
    );
    const headers: Partial<SlicesHeader>[] = [
      { slot: { ...SLOT, view: 0 } },
      { draft: zeros },
      { claims: zeros },
      { dealing: null },
      { statistics: [zeros] },
    ];
    expect(
      reasons([
        ...headers.map((change) => ({ slices: { ...slices, header: { ...slices.header, ...change } } })),
        { slices: { ...slices, signature: flip(slices.signature) } },
      ]),
    ).toEqual(new Set(['signature']));
    expect(
      reasons([
        { claims: { ...claims, key: zeros } },
        { claims: { ...claims, items: claims.items.slice(1) } },
        { claims: { ...claims, items: [...claims.items, claims.items[0]!] } },
        { claims: { ...claims, items: claims.items.map((item) => flip(item, 20)) } },
        { claims: { ...claims, items: [] } },
      ]),
    ).toEqual(new Set(['other-claims']));
  });
});

describe('a proof by slices', () => {
  it('is made of true shares where liars released others before', async () => {
    const fixture = await dealers(5, 1, 'none');
    const { k } = dealingShape(fixture.manifest);
    const dealing = lying(fixture, { payload: () => new Uint8Array(50) });
    const { slices } = dealing;
    const bent = slices.map((slice) => ({ ...slice, share: slice.share ^ 1n }));
    const proof = proofOf(fixture, dealing, [...bent, ...slices.slice(0, k)])!;
    expect(proof.opened).toEqual(slices.slice(0, k));
    const few = proofOf(fixture, dealing, [...bent.slice(0, 3), ...slices.slice(3)])!;
    expect(few.opened).toEqual([bent[0], ...slices.slice(3)]);
    expect(reasonOf(few, fixture)).toBe('holds');
    expect(proofOf(fixture, dealing, [...bent.slice(0, 4), ...slices.slice(4)])).toBeNull();
  });

  it('weighs as much as the payload, not as all slices of it', async () => {
    const fixture = await dealers(7, 2, 'none');
    const records = Array.from({ length: 24 }, (_, i) => i);
    const longest = payloadLimit(fixture.manifest, records.length);
    const dealing = lying(fixture, { payload: () => new Uint8Array(longest) }, records);
    const size = encode(evidenceCodec, proofOf(fixture, dealing)!).length;
    expect(size).toBeLessThan(longest + 24 * 24 + 2_000);
    expect(longest).toBeLessThan(1 << 20);
  });
});

describe('a dealer that signs a header which nobody accepts', () => {
  const HEADERS: readonly (readonly [string, 'none' | 'aggregate', (header: SlicesHeader) => object])[] = [
    ['dealing-missing', 'none', () => ({ dealing: null })],
    ['dealing-needless', 'none', () => ({ claims: NO_CLAIMS })],
    ['dealing-invalid', 'none', ({ dealing }) => ({ dealing: { ...dealing!, k: dealing!.k + 1 } })],
    ['statistics-missing', 'aggregate', () => ({ statistics: null })],
    ['statistics-needless', 'none', ({ dealing }) => ({ statistics: dealing!.keyCommitments })],
    ['statistics-invalid', 'aggregate', ({ statistics }) => ({ statistics: statistics!.slice(1) })],
    ['other-statistics', 'aggregate', ({ dealing }) => ({ statistics: dealing!.keyCommitments })],
  ];
  it.each(HEADERS)('is proven faulty by it: %s', async (fault, mode, change) => {
    const fixture = await dealers(7, 2, mode);
    const { signed, commitment, envelopes } = honest(fixture);
    const slices = signHeader(fixture, { ...signed.header, ...change(signed.header) });
    expect(acceptSlices(fixture.manifest, fixture.suite, slices.header, commitment)).toBe(fault);
    const proof = badShares(slices, commitment);
    expect(proof.accused).toBe(1);
    const encoded = encode(evidenceCodec, proof);
    expect(reasonOf(decode(evidenceCodec, encoded), fixture)).toBe('holds');
    expect(evidenceName(proof)).toBe('bad-shares');
    const envelope = signEnvelope(fixture, slices.header, 0, envelopes[0]!);
    expect(reasonOf(badShares(slices, commitment, { receiver: 0, envelope }), fixture)).toBe(
      'header-refused',
    );
    expect(reasonOf({ ...proof, slices: { ...slices, signature: signed.signature } }, fixture)).toBe(
      'signature',
    );
    for (const accused of [0, 2, 3]) expect(reasonOf({ ...proof, accused }, fixture)).toBe('not-its-own');
    for (const kind of KINDS) {
      const opened = accusation(fixture, { ...honest(fixture), signed: slices }, kind);
      expect(['header-refused', 'other-claims']).toContain(reasonOf(opened, fixture));
    }
  });

  it('is judged by its own Commitment of that epoch', async () => {
    const fixture = await dealers(7, 2, 'aggregate');
    const { signed } = honest(fixture);
    const reason = (commitment: BadShares['commitment']) => reasonOf(badShares(signed, commitment), fixture);
    const other = signCommitment(fixture, { ...commitmentOf(fixture, 1), statistics: zeros });
    expect(reason(other)).toBe('holds');
    expect(reason(commitmentOf(fixture, 1))).toBe('no-fault');
    expect(reason(commitmentOf(fixture, 2))).toBe('not-its-own');
    expect(reason({ ...commitmentOf(fixture, 2), bank: 1 })).toBe('signature');
    expect(reason({ ...other, signature: commitmentOf(fixture, 1).signature })).toBe('signature');
    expect(reason(commitmentOf(fixture, 1, EPOCH + 1))).toBe('other-epoch');
  });
});

describe('a dealer that sends a wrong slice or share under its signature', () => {
  it('is proven faulty by the envelope', async () => {
    const fixture = await dealers(5, 1, 'aggregate');
    const { signed, commitment, envelopes } = honest(fixture);
    const { header } = signed;
    const [mine, theirs] = [envelopes[2]!, envelopes[3]!];
    const wrong = [
      { ...mine, slice: { ...mine.slice!, share: mine.slice!.share ^ 1n } },
      { ...mine, slice: { ...mine.slice!, fragment: flip(mine.slice!.fragment) } },
      { ...mine, slice: theirs.slice },
      { ...mine, slice: null },
      { ...mine, share: theirs.share },
      { ...mine, share: mine.share!.slice(1) },
      { ...mine, share: null },
    ];
    for (const parcel of wrong) {
      const envelope = signEnvelope(fixture, header, 2, parcel);
      const proof = badShares(signed, commitment, { receiver: 2, envelope });
      const read = decode(evidenceCodec, encode(evidenceCodec, proof));
      expect(reasonOf(read, fixture)).toBe('holds');
      const reason = (change: Partial<BadShares>) => reasonOf({ ...proof, ...change }, fixture);
      expect(reason({ delivery: { receiver: 3, envelope } })).toBe('signature');
      expect(reason({ delivery: null })).toBe('no-fault');
      expect(reason({ delivery: { receiver: 2, envelope: { ...parcel, signature: mine.signature } } })).toBe(
        'signature',
      );
      expect(reason({ accused: 2 })).toBe('not-its-own');
      expect(reason({ slices: honest(fixture, { draft: zeros }).signed })).toBe('signature');
    }
  });
});

describe('evidence about slices', () => {
  it('has one byte form: cut, or with bytes after it, it is none', async () => {
    const fixture = await dealers(4, 1, 'none');
    const dealing = lying(fixture, otherKey(fixture));
    const { signed, commitment, envelopes } = dealing;
    for (const evidence of [
      badShares(signed, commitment),
      badShares(signed, commitment, { receiver: 1, envelope: envelopes[1]! }),
      proofOf(fixture, dealing)!,
      { ...proofOf(fixture, dealing)!, kind: 'false-attestation' as const },
    ]) {
      const encoded = encode(evidenceCodec, evidence);
      expect(decode(evidenceCodec, encoded)).toEqual(evidence);
      for (let cut = 0; cut < encoded.length; cut += 3)
        expect(() => decode(evidenceCodec, encoded.subarray(0, cut))).toThrow();
      expect(() => decode(evidenceCodec, Uint8Array.of(...encoded, 0))).toThrow();
      expect(() => decode(evidenceCodec, Uint8Array.of(4, ...encoded.subarray(1)))).toThrow();
    }
  });

  it('of two headers in one slot is plain equivocation', async () => {
    const fixture = await dealers(4, 1, 'none');
    const witness = new Witness(fixture.manifest, fixture.suite);
    const testimony = ({ signed }: SignedDealing) => ({
      statement: slicesStatement(signed.header),
      signature: signed.signature,
    });
    expect(witness.observe(1, testimony(honest(fixture)), true)).toBeNull();
    expect(witness.observe(1, testimony(honest(fixture, { slot: { ...SLOT, index: 0 } })), true)).toBeNull();
    const evidence = witness.observe(1, testimony(honest(fixture, { draft: zeros })), true)!;
    expect(evidenceName(evidence)).toBe('two-slices');
    expect(reasonOf(evidence, fixture)).toBe('holds');
    expect(witness.isProven(1)).toBe(true);
  });

  it('counts once for each bank, whatever its kinds', async () => {
    const fixture = await dealers(4, 1, 'none');
    const witness = new Witness(fixture.manifest, fixture.suite);
    const dealing = lying(fixture, otherKey(fixture));
    expect(witness.adopt(proofOf(fixture, dealing)!)).toBe(true);
    expect(witness.adopt(badShares(dealing.signed, dealing.commitment))).toBe(false);
    const said = (body: Uint8Array) => {
      const statement = { type: 'slices' as const, epoch: EPOCH, slot: SLOT, body };
      return witness.observe(1, { statement, signature: fixture.sign(1, statement) }, true);
    };
    expect(said(zeros)).toBeNull();
    expect(said(DRAFT)).toBeNull();
  });
});
