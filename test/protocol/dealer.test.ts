import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import * as pedersen from '../../src/crypto/pedersen.js';
import { SharingCommitments } from '../../src/crypto/verifiable-sharing.js';
import { MAX_RECORD_BYTES } from '../../src/data/record.js';
import { columnStatistics, scalarsToStatistics } from '../../src/data/statistics.js';
import { dealSlices } from '../../src/protocol/dealer.js';
import { MAX_PAYLOAD } from '../../src/protocol/fragment-limit.js';
import { STATISTICS_MODES } from '../../src/protocol/manifest.js';
import { type Openings, OwnData } from '../../src/protocol/own-data.js';
import { acceptSlices, checkEnvelope, dealingShape, openSlices } from '../../src/protocol/slice-check.js';
import {
  claimsDigest,
  envelopeCodec,
  NO_CLAIMS,
  slicesHeaderCodec,
  slicesRoot,
} from '../../src/protocol/slice-header.js';
import {
  accepted,
  bookOf,
  commitmentOf,
  DRAFT,
  dealers,
  dealt,
  EPOCH,
  honest,
  idsOf,
  KEY,
  ownData,
  placeOf,
  SLOT,
} from './slice-fixture.js';

const SIZES = [
  [4, 1],
  [5, 1],
  [7, 2],
  [10, 3],
] as const;

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe.each(STATISTICS_MODES)('slices of an honest dealer, statistics %s', (mode) => {
  it.each(SIZES)('are accepted, valid everywhere and open to its records, n = %i, f = %i', async (n, f) => {
    const fixture = await dealers(n, f, mode);
    const { k } = dealingShape(fixture.manifest);
    for (const records of [[17, 3, 8], [0], []]) {
      const dealing = honest(fixture, { records });
      const taken = accepted(fixture, dealing);
      dealing.envelopes.forEach((envelope, receiver) => {
        expect(checkEnvelope(taken, receiver, envelope)).toBe('valid');
      });
      expect(taken.header.claims).toEqual(claimsDigest(KEY, dealing.claims.items));
      const own = ownData(fixture, 1);
      const expected = {
        verdict: 'opened',
        entries: records.map((r) => own.dataset.entries.find(({ values }) => values[0] === BigInt(r))),
        statistics: mode === 'open' ? columnStatistics(own.dataset) : null,
      };
      const last = dealing.slices.slice(-k);
      for (const slices of [dealing.slices, dealing.slices.slice(0, k), last])
        expect(openSlices(taken, slices, dealing.claims)).toEqual(expected);
      if (dealing.slices.length > 0)
        expect(openSlices(taken, last.slice(1), dealing.claims)).toEqual({ verdict: 'incomplete' });
    }
  });
});

describe('a dealer', () => {
  it('deals nothing when there is nothing to open, and no slices to anybody', async () => {
    for (const mode of STATISTICS_MODES) {
      const { header, parcels, claims } = dealt(await dealers(4, 1, mode), { records: [] });
      expect(claims.items).toEqual([]);
      expect(header.claims).toEqual(NO_CLAIMS);
      expect(header.dealing === null).toBe(mode !== 'open');
      expect(header.statistics === null).toBe(mode !== 'aggregate');
      for (const { slice, share } of parcels) {
        expect(slice === null).toBe(mode !== 'open');
        expect(share === null).toBe(mode !== 'aggregate');
      }
    }
  });

  it('deals the same bytes again after a restart', async () => {
    for (const mode of STATISTICS_MODES) {
      const fixture = await dealers(4, 1, mode);
      const [once, again] = [dealt(fixture), dealt(fixture)];
      expect(encode(slicesHeaderCodec, again.header)).toEqual(encode(slicesHeaderCodec, once.header));
      expect(again.root).toEqual(once.root);
      expect(again.root).toEqual(slicesRoot(once.header));
      expect(again.parcels).toEqual(once.parcels);
    }
  });

  it('shares neither key nor statistics alike in another place, under another draft, or by another vault', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const places = [
      {},
      { epoch: EPOCH + 1 },
      { slot: { ...SLOT, view: 0 } },
      { slot: { ...SLOT, index: 0 } },
      { draft: new Uint8Array(32) },
      { dealer: 2 },
      { records: [17, 3] },
    ];
    const all = places.map((place) => dealt(fixture, place));
    const different = (of: (deal: (typeof all)[number]) => unknown) =>
      expect(new Set(all.map((deal) => String(of(deal)))).size).toBe(places.length);
    different(({ root }) => root);
    different(({ header }) => header.dealing!.keyCommitments[0]);
    different(({ parcels }) => parcels[0]!.slice!.share);
    different(({ header }) => header.statistics![1]);
    different(({ parcels }) => parcels[0]!.share);
  });

  it('shares its statistics apart from the key: the commitments have nothing in common', async () => {
    const { header } = dealt(await dealers(7, 2, 'aggregate'));
    const points = [...header.dealing!.keyCommitments, ...header.statistics!].map(String);
    expect(new Set(points).size).toBe(6);
  });

  it('shares statistics that f + 1 banks open to what its Commitment holds, negative sums too', async () => {
    const fixture = await dealers(7, 2, 'aggregate');
    const dealing = honest(fixture);
    const { statistics } = accepted(fixture, dealing);
    const shares = dealing.envelopes.map(({ share }, i) => ({ x: i + 1, ys: share! }));
    expect(statistics!.recover(shares.slice(0, 2))).toBeUndefined();
    const scalars = statistics!.recover(shares.slice(4))!;
    expect(pedersen.verify(dealing.commitment.statistics, scalars.slice(0, -1), scalars.at(-1)!)).toBe(true);
    const opened = scalarsToStatistics(scalars.slice(0, -1));
    expect(opened).toEqual(columnStatistics(bookOf(1)));
    expect(opened.some((figure) => figure < 0n)).toBe(true);
  });

  it('shares statistics that add up over dealers', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const both = [1, 2].map((dealer) => honest(fixture, { dealer }));
    const sum = SharingCommitments.sum(both.map((dealing) => accepted(fixture, dealing).statistics!));
    const shares = [0, 3].map((i) => ({
      x: i + 1,
      ys: both[0]!.envelopes[i]!.share!.map(
        (y, j) => (y + both[1]!.envelopes[i]!.share![j]!) % pedersen.ORDER,
      ),
    }));
    const totals = scalarsToStatistics(sum.recover(shares)!.slice(0, -1));
    const [a, b] = [columnStatistics(bookOf(1)), columnStatistics(bookOf(2))];
    expect(totals).toEqual(a.map((figure, i) => figure + b[i]!));
  });

  it('opens no record that it lacks, and none twice', async () => {
    const fixture = await dealers(4, 1, 'none');
    const deal = {
      manifest: fixture.manifest,
      own: ownData(fixture, 1),
      commitment: commitmentOf(fixture, 1),
      draft: DRAFT,
      slot: SLOT,
      key: KEY,
    };
    expect(codeOf(() => dealSlices({ ...deal, ids: [new Uint8Array(8)] }))).toBe('OWN_DATA_NO_RECORD');
    const [id] = idsOf(fixture, 1, [3]);
    expect(codeOf(() => dealSlices({ ...deal, ids: [id!, id!] }))).toBe('MERKLE_INDICES_NOT_ASCENDING');
    expect(codeOf(() => dealSlices({ ...deal, ids: [id!] }))).toBe('nothing thrown');
  });

  it('does not deal beside a Commitment to other records or statistics, which would prove it faulty', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const { manifest } = fixture;
    const deal = { manifest, draft: DRAFT, slot: SLOT, key: KEY, ids: idsOf(fixture, 1, [3]) };
    const own = ownData(fixture, 1);
    const commitment = commitmentOf(fixture, 1);
    for (const other of [
      { own: new OwnData(bookOf(2), fixture.secrets[1]!.vault, placeOf(fixture, 1)), commitment },
      { own: new OwnData(bookOf(1), fixture.secrets[2]!.vault, placeOf(fixture, 1)), commitment },
      { own: new OwnData(bookOf(1), fixture.secrets[1]!.vault, placeOf(fixture, 1, EPOCH + 1)), commitment },
      { own, commitment: { ...commitment, dataRoot: commitmentOf(fixture, 2).dataRoot } },
      { own, commitment: { ...commitment, statistics: commitmentOf(fixture, 2).statistics } },
    ])
      expect(codeOf(() => dealSlices({ ...deal, ...other }))).toBe('DEALER_OTHER_COMMITMENT');
  });

  it('does not deal more than every receiver takes', async () => {
    const fixture = await dealers(4, 1, 'none');
    /** A bank with records as long as any, of which it opens `count`. */
    class Hoard extends OwnData {
      constructor(private readonly count: number) {
        super(bookOf(1), fixture.secrets[1]!.vault, placeOf(fixture, 1));
      }
      override openings(): Openings {
        const record = new Uint8Array(MAX_RECORD_BYTES);
        const records = Array.from({ length: this.count }, (_, index) => ({ index, salt: KEY, record }));
        return { records, items: records.map(() => new Uint8Array(24)), proof: [] };
      }
    }
    const most = Math.floor(MAX_PAYLOAD / (MAX_RECORD_BYTES + 40));
    const { manifest } = fixture;
    const place = { manifest, commitment: commitmentOf(fixture, 1), draft: DRAFT, slot: SLOT, key: KEY };
    const attempt = (count: number) =>
      codeOf(() => dealSlices({ ...place, own: new Hoard(count), ids: [new Uint8Array(8)] }));
    expect(attempt(most + 1)).toBe('DEALER_PAYLOAD_TOO_LONG');
    expect(attempt(most)).toBe('nothing thrown');
  });

  it('deals what survives the wire', async () => {
    for (const mode of STATISTICS_MODES) {
      const fixture = await dealers(5, 1, mode);
      const { signed, envelopes, commitment } = honest(fixture);
      const header = decode(slicesHeaderCodec, encode(slicesHeaderCodec, signed.header));
      expect(header).toEqual(signed.header);
      const taken = acceptSlices(fixture.manifest, fixture.suite, header, commitment);
      if (typeof taken === 'string') throw new Error(taken);
      envelopes.forEach((envelope, receiver) => {
        const read = decode(envelopeCodec, encode(envelopeCodec, envelope));
        expect(checkEnvelope(taken, receiver, read)).toBe('valid');
      });
    }
  });
});
