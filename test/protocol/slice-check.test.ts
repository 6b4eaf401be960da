import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { leafHash } from '../../src/crypto/merkle.js';
import * as pedersen from '../../src/crypto/pedersen.js';
import type { Slice } from '../../src/crypto/slices.js';
import { type Entry, entryOf } from '../../src/data/dataset.js';
import { encodeRecord } from '../../src/data/record.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { MAX_PAYLOAD } from '../../src/protocol/fragment-limit.js';
import { acceptSlices, checkEnvelope, dealingShape, openSlices } from '../../src/protocol/slice-check.js';
import { dealingContext, NO_CLAIMS, type SlicesHeader } from '../../src/protocol/slice-header.js';
import { checkPayload, type Payload, payloadCodec, payloadLimit } from '../../src/protocol/slice-payload.js';
import { LEDGER } from './network.js';
import {
  accepted,
  commitmentOf,
  DRAFT,
  dealers,
  EPOCH,
  honest,
  idsOf,
  KEY,
  type Lie,
  lying,
  notCodeword,
  otherKey,
  ownData,
  SLOT,
} from './slice-fixture.js';

const zeros = new Uint8Array(32);

describe('a header', () => {
  const verdictOf = async (
    mode: 'none' | 'aggregate' | 'open',
    change: (header: SlicesHeader) => Partial<SlicesHeader>,
    records = [17, 3],
  ) => {
    const fixture = await dealers(7, 2, mode);
    const { signed, commitment } = honest(fixture, { records });
    const header = { ...signed.header, ...change(signed.header) };
    const result = acceptSlices(fixture.manifest, fixture.suite, header, commitment);
    return typeof result === 'string' ? result : 'accepted';
  };

  it('has a dealing exactly when something is opened', async () => {
    expect(await verdictOf('none', () => ({ dealing: null }))).toBe('dealing-missing');
    expect(await verdictOf('aggregate', () => ({ dealing: null }))).toBe('dealing-missing');
    expect(await verdictOf('open', () => ({ dealing: null }), [])).toBe('dealing-missing');
    expect(await verdictOf('none', () => ({ claims: NO_CLAIMS }))).toBe('dealing-needless');
    expect(await verdictOf('none', () => ({ dealing: null }), [])).toBe('accepted');
  });

  it('shares statistics exactly in mode aggregate', async () => {
    const points = honest(await dealers(7, 2, 'aggregate')).signed.header.statistics;
    expect(await verdictOf('aggregate', () => ({ statistics: null }))).toBe('statistics-missing');
    expect(await verdictOf('none', () => ({ statistics: points }))).toBe('statistics-needless');
    expect(await verdictOf('open', () => ({ statistics: points }))).toBe('statistics-needless');
  });

  it('is of the shape that all dealings here have, no longer than any, over points of a sharing', async () => {
    const { manifest } = await dealers(7, 2, 'none');
    const longest = payloadLimit(manifest, 2);
    const dealings: ((dealing: NonNullable<SlicesHeader['dealing']>) => object)[] = [
      ({ n }) => ({ n: n + 1 }),
      ({ k }) => ({ k: k - 1 }),
      ({ k }) => ({ k: k + 1 }),
      ({ keyCommitments }) => ({ keyCommitments: keyCommitments.slice(1) }),
      ({ keyCommitments }) => ({ keyCommitments: [...keyCommitments, keyCommitments[0]] }),
      ({ keyCommitments }) => ({
        keyCommitments: [...keyCommitments.slice(1), new Uint8Array(32).fill(255)],
      }),
      ({ keyCommitments }) => ({
        keyCommitments: [...keyCommitments.slice(0, 2), pedersen.commit([], 0n)],
      }),
      () => ({ length: MAX_PAYLOAD + 1 }),
      () => ({ length: longest + 1 }),
    ];
    for (const change of dealings)
      expect(
        await verdictOf('none', ({ dealing }) => ({ dealing: { ...dealing!, ...change(dealing!) } })),
      ).toBe('dealing-invalid');
    expect(await verdictOf('none', ({ dealing }) => ({ dealing: { ...dealing!, length: longest } }))).toBe(
      'accepted',
    );
    expect(longest).toBeLessThan(MAX_PAYLOAD / 100);
  });

  it('shares what the Commitment commits to, with a polynomial of degree f', async () => {
    const other = honest(await dealers(7, 2, 'aggregate'), { dealer: 2 }).signed.header.statistics!;
    const statistics = (change: (points: readonly Uint8Array[]) => readonly Uint8Array[]) =>
      verdictOf('aggregate', (header) => ({ statistics: change(header.statistics!) }));
    expect(await statistics((points) => points.slice(0, 2))).toBe('statistics-invalid');
    expect(await statistics((points) => [...points, points[1]!])).toBe('statistics-invalid');
    expect(await statistics((points) => [points[0]!, zeros, points[2]!])).toBe('statistics-invalid');
    expect(await statistics(([a, b]) => [a!, b!, pedersen.commit([], 0n)])).toBe('statistics-invalid');
    expect(await statistics(() => [])).toBe('statistics-invalid');
    expect(await statistics(() => other)).toBe('other-statistics');
    expect(await statistics((points) => [...points].reverse())).toBe('other-statistics');
  });

  it('never makes a receiver throw, whatever was decoded', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const { signed, commitment } = honest(fixture);
    const point = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(zeros));
    const dealing = fc.record({
      n: fc.constantFrom(0, 1, 4, 5, 256, 2 ** 53 - 1),
      k: fc.constantFrom(0, 1, 2, 3, 2 ** 53 - 1),
      length: fc.constantFrom(0, 1, MAX_PAYLOAD, 2 ** 53 - 1),
      fragmentRoot: point,
      keyCommitments: fc.array(point, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.option(dealing), fc.option(fc.array(point, { maxLength: 4 })), (change, statistics) => {
        const header = { ...signed.header, dealing: change, statistics };
        expect(acceptSlices(fixture.manifest, fixture.suite, header, commitment)).toBeTypeOf('string');
      }),
      { numRuns: 100 },
    );
  });
});

describe('an envelope', () => {
  it('holds the slice and the share of its receiver and of no other', async () => {
    for (const mode of ['none', 'aggregate', 'open'] as const) {
      const fixture = await dealers(5, 1, mode);
      const dealing = honest(fixture);
      const taken = accepted(fixture, dealing);
      const [mine, theirs] = [dealing.envelopes[2]!, dealing.envelopes[3]!];
      expect(checkEnvelope(taken, 2, mine)).toBe('valid');
      expect(checkEnvelope(taken, 2, theirs)).toBe('wrong-slice');
      expect(checkEnvelope(taken, 3, { ...theirs, slice: { ...mine.slice!, index: 3 } })).toBe('wrong-slice');
      expect(checkEnvelope(taken, 2, { ...mine, slice: null })).toBe('wrong-slice');
      expect(checkEnvelope(taken, 2, { ...mine, slice: { ...mine.slice!, share: 5n } })).toBe('wrong-slice');
      const other = honest(fixture, { draft: zeros }).envelopes[2]!;
      expect(checkEnvelope(taken, 2, { ...mine, slice: other.slice })).toBe('wrong-slice');
      const shares = mode === 'aggregate' ? [theirs.share, other.share, null, []] : [[1n], []];
      for (const share of shares) expect(checkEnvelope(taken, 2, { ...mine, share })).toBe('wrong-share');
    }
  });

  it('is empty where nothing is dealt', async () => {
    const fixture = await dealers(4, 1, 'none');
    const taken = accepted(fixture, honest(fixture, { records: [] }));
    expect(checkEnvelope(taken, 0, { slice: null, share: null })).toBe('valid');
    const { slice } = honest(fixture).envelopes[0]!;
    expect(checkEnvelope(taken, 0, { slice, share: null })).toBe('wrong-slice');
    expect(checkEnvelope(taken, 0, { slice: null, share: [] })).toBe('wrong-share');
  });

  it('is of the slot, draft, claims and data root that the header is for', async () => {
    const fixture = await dealers(4, 1, 'none');
    const dealing = honest(fixture);
    const changes: Partial<SlicesHeader>[] = [
      { slot: { ...SLOT, index: 3 } },
      { draft: zeros },
      { claims: DRAFT },
      { dealer: 2 },
      { epoch: EPOCH + 1 },
    ];
    const result = (change: Partial<SlicesHeader>, commitment = dealing.commitment) => {
      const header = { ...dealing.signed.header, ...change };
      const taken = acceptSlices(fixture.manifest, fixture.suite, header, commitment);
      if (typeof taken === 'string') throw new Error(taken);
      return checkEnvelope(taken, 0, dealing.envelopes[0]!);
    };
    expect(result({})).toBe('valid');
    for (const change of changes) expect(result(change)).toBe('wrong-slice');
    expect(result({}, commitmentOf(fixture, 2))).toBe('wrong-slice');
  });
});

/** Every way in which a lying dealer's slices do not open. */
describe('slices of a lying dealer', () => {
  const verdictsOf = async (mode: 'none' | 'aggregate' | 'open', lie: Lie, records?: readonly number[]) => {
    const fixture = await dealers(4, 1, mode);
    const dealing = lying(fixture, lie, records);
    const taken = accepted(fixture, dealing);
    for (const [receiver, envelope] of dealing.envelopes.entries())
      expect(checkEnvelope(taken, receiver, envelope)).toBe('valid');
    const pairs = dealing.slices.flatMap((a, i) => dealing.slices.slice(i + 1).map((b) => [a, b]));
    return new Set(
      [dealing.slices, ...pairs].map((slices) => openSlices(taken, slices, dealing.claims).verdict),
    );
  };
  const only = (verdict: string) => new Set([verdict]);
  const changed = (payload: Payload, change: Partial<Payload['records'][number]>): Payload => ({
    ...payload,
    records: [{ ...payload.records[0]!, ...change }, ...payload.records.slice(1)],
  });
  const record = encodeRecord(LEDGER, [17n, 1n, 'payment 17']);

  it('of no codeword open to nothing, whichever are used', async () => {
    const fixture = await dealers(4, 1, 'none');
    for (const damaged of [0, 1, 2, 3])
      expect(await verdictsOf('none', notCodeword(fixture, damaged))).toEqual(only('not-codeword'));
  });

  it('under another key do not decrypt', async () => {
    const fixture = await dealers(4, 1, 'none');
    expect(await verdictsOf('none', otherKey(fixture))).toEqual(only('not-decryptable'));
  });

  it('of what is no payload, or lacks a record, are malformed', async () => {
    const payloads: ((payload: Payload) => Payload | Uint8Array)[] = [
      () => new Uint8Array(0),
      () => new Uint8Array(1000),
      (payload) => Uint8Array.of(...encode(payloadCodec(3), payload), 0),
      (payload) => ({ ...payload, records: payload.records.slice(1) }),
      (payload) => ({ ...payload, records: [...payload.records, payload.records[0]!] }),
      (payload) => ({ ...payload, records: [], proof: [] }),
      (payload) => ({ ...payload, statistics: { values: [1n, 2n, 3n], blinding: 4n } }),
    ];
    for (const payload of payloads) expect(await verdictsOf('none', { payload })).toEqual(only('malformed'));
    for (const payload of payloads.slice(0, 3))
      expect(await verdictsOf('aggregate', { payload })).toEqual(only('malformed'));
  });

  it('of records that are not under the data root are not taken', async () => {
    const payloads: ((payload: Payload) => Payload)[] = [
      (payload) => changed(payload, { record }),
      (payload) => changed(payload, { salt: zeros }),
      (payload) => changed(payload, { index: 23 }),
      (payload) => changed(payload, { index: 24 }),
      (payload) => changed(payload, { index: payload.records[1]!.index }),
      (payload) => ({ ...payload, records: [payload.records[1]!, payload.records[1]!, payload.records[2]!] }),
      (payload) => ({ ...payload, proof: payload.proof.slice(1) }),
      (payload) => ({ ...payload, proof: [...payload.proof, zeros] }),
      (payload) => ({ ...payload, proof: [...payload.proof].reverse() }),
      (payload) => ({ ...payload, proof: payload.proof.map((node, i) => (i === 0 ? zeros : node)) }),
    ];
    for (const payload of payloads)
      expect(await verdictsOf('none', { payload })).toEqual(only('not-under-root'));
    const counts = [0, 8, 33, 2 ** 53 - 1];
    for (const records of counts)
      expect(await verdictsOf('none', { commitment: (c) => ({ ...c, records }) })).toEqual(
        only('not-under-root'),
      );
  });

  it('of bytes under its data root that are no record are malformed', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(9).fill(255), Uint8Array.of(...record, 0)]) {
      const leaf = leafHash(Uint8Array.of(...zeros, ...bytes));
      const lie: Lie = {
        commitment: (commitment) => ({ ...commitment, records: 1, dataRoot: leaf }),
        payload: () => ({
          records: [{ index: 0, salt: zeros, record: bytes }],
          proof: [],
          statistics: null,
        }),
      };
      expect(await verdictsOf('none', lie, [17])).toEqual(only('malformed'));
    }
  });

  it('with statistics that its Commitment is not to are not taken', async () => {
    const lies: ((statistics: NonNullable<Payload['statistics']>) => Payload['statistics'])[] = [
      ({ values, blinding }) => ({ values: values.map((x, i) => (i === 0 ? x + 1n : x)), blinding }),
      ({ values, blinding }) => ({ values: [...values].reverse(), blinding }),
      ({ values, blinding }) => ({ values, blinding: blinding - 1n }),
    ];
    for (const lie of lies)
      for (const records of [[17, 3], []])
        expect(
          await verdictsOf(
            'open',
            { payload: (payload) => ({ ...payload, statistics: lie(payload.statistics!) }) },
            records,
          ),
        ).toEqual(only('false-statistics'));
    const shapes: ((statistics: NonNullable<Payload['statistics']>) => Payload['statistics'])[] = [
      () => null,
      ({ values, blinding }) => ({ values: values.slice(1), blinding }),
      ({ values, blinding }) => ({ values: [...values, 0n], blinding }),
    ];
    for (const shape of shapes)
      expect(
        await verdictsOf('open', {
          payload: (payload) => ({ ...payload, statistics: shape(payload.statistics!) }),
        }),
      ).toEqual(only('malformed'));
  });

  it('of records that it committed to and did not claim contradict its claims', async () => {
    const fixture = await dealers(4, 1, 'none');
    const own = ownData(fixture, 1);
    const others = own.openings(KEY, idsOf(fixture, 1, [1, 2, 4]));
    const item = new SketchKey(KEY).item(zeros, zeros);
    const lies: Lie[] = [
      { claims: ({ key, items }) => ({ key, items: [item, ...items.slice(1)] }) },
      { claims: ({ key, items }) => ({ key, items: [...items].reverse() }) },
      { claims: ({ items }) => ({ key: zeros, items }) },
      { payload: () => ({ ...others, statistics: null }) },
      { payload: (payload) => ({ ...payload, records: [...payload.records].reverse() }) },
    ];
    for (const lie of lies) expect(await verdictsOf('none', lie)).toEqual(only('contradicts-claims'));
  });

  it('show a record in another version than claimed as the contradiction it is', async () => {
    const mine = ownData(await dealers(4, 1, 'none'), 2).dataset.entries;
    const theirs: Entry = entryOf(LEDGER, record);
    const key = new SketchKey(KEY);
    expect(mine.some(({ keyDigest }) => String(keyDigest) === String(theirs.keyDigest))).toBe(true);
    const lie: Lie = {
      claims: ({ items }) => ({
        key: KEY,
        items: [key.item(theirs.keyDigest, theirs.digest), ...items.slice(1)],
      }),
    };
    expect(await verdictsOf('none', lie)).toEqual(only('contradicts-claims'));
  });
});

describe('slices that are not of a dealing', () => {
  it('open nothing and hinder nothing', async () => {
    const fixture = await dealers(7, 2, 'none');
    const { k } = dealingShape(fixture.manifest);
    const dealing = honest(fixture);
    const foreign = honest(fixture, { draft: zeros }).slices;
    const taken = accepted(fixture, dealing);
    const bad: Slice[] = dealing.slices.map((slice) => ({ ...slice, share: slice.share ^ 1n }));
    const verdict = (slices: readonly Slice[]) => openSlices(taken, slices, dealing.claims).verdict;
    expect(verdict(foreign)).toBe('incomplete');
    expect(verdict([])).toBe('incomplete');
    expect(verdict([...foreign, ...dealing.slices.slice(0, k - 1)])).toBe('incomplete');
    expect(verdict(bad)).toBe('incomplete');
    expect(verdict([...foreign, ...bad.slice(0, 2), ...dealing.slices.slice(2, k + 2)])).toBe('opened');
  });
});

describe('a payload', () => {
  it('is never thrown over, whatever bytes it is', async () => {
    const fixture = await dealers(4, 1, 'open');
    const own = ownData(fixture, 1);
    const openings = own.openings(KEY, idsOf(fixture, 1, [5, 6]));
    const payload = encode(payloadCodec(2), { ...openings, statistics: own.statistics('open') });
    const claims = { key: KEY, items: openings.items };
    const commitment = commitmentOf(fixture, 1);
    const verdict = (bytes: Uint8Array) => checkPayload(fixture.manifest, commitment, claims, bytes).verdict;
    expect(verdict(payload)).toBe('opened');
    for (let cut = 0; cut < payload.length; cut += 7)
      expect(verdict(payload.subarray(0, cut))).toBe('malformed');
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bad = payload.slice();
        bad[at]! ^= mask;
        expect(verdict(bad)).not.toBe('opened');
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(verdict(bytes)).toBe('malformed');
      }),
    );
  });

  it('is read for no more records than were claimed', () => {
    const record = { index: 0, salt: zeros, record: new Uint8Array(1) };
    const two = encode(payloadCodec(2), { records: [record, record], proof: [], statistics: null });
    expect(() => decode(payloadCodec(1), two)).toThrow();
    const proof = Array.from({ length: 54 }, () => zeros);
    const long = encode(payloadCodec(2), { records: [record], proof, statistics: null });
    expect(() => decode(payloadCodec(1), long)).toThrow();
  });
});

describe('the shape of a dealing', () => {
  it.each([
    [4, 1, 2],
    [5, 1, 3],
    [6, 1, 3],
    [7, 2, 3],
    [9, 2, 4],
    [10, 3, 4],
  ])('of n = %i banks, f = %i, is rebuilt by k = %i of a quorum without its liars', async (n, f, k) => {
    const { manifest } = await dealers(n, f, 'none');
    expect(dealingShape(manifest)).toEqual({ n, k, f });
  });
});

describe('what a dealing is tied to', () => {
  it('is every part of its place', async () => {
    const { manifest } = await dealers(4, 1, 'none');
    const elsewhere = (await dealers(4, 1, 'open')).manifest;
    const place = { epoch: EPOCH, slot: SLOT, dealer: 1, draft: DRAFT, claims: zeros };
    const contexts = [
      dealingContext(manifest, place, zeros),
      dealingContext(elsewhere, place, zeros),
      dealingContext(manifest, place, DRAFT),
      ...[
        { epoch: EPOCH + 1 },
        { slot: { ...SLOT, view: 3 } },
        { slot: { ...SLOT, index: 3 } },
        { dealer: 2 },
        { draft: zeros },
        { claims: DRAFT },
      ].map((change) => dealingContext(manifest, { ...place, ...change }, zeros)),
    ];
    expect(new Set(contexts.map(String)).size).toBe(contexts.length);
  });
});
