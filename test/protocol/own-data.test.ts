import { beforeAll, describe, expect, it } from 'vitest';
import { ORDER } from '../../src/crypto/babyjubjub.js';
import { fromHex } from '../../src/crypto/bytes.js';
import * as merkle from '../../src/crypto/merkle.js';
import * as pedersen from '../../src/crypto/pedersen.js';
import { columnStatistics } from '../../src/data/statistics.js';
import { OwnData, type OwnDataPlace } from '../../src/protocol/own-data.js';
import { recordLeaf } from '../../src/protocol/slice-payload.js';
import { ledger } from './network.js';
import { KEY } from './slice-fixture.js';

const vault = new Uint8Array(32).fill(7);
const dataset = ledger({ 3: -5000 }, 50);
const at = (place: Partial<OwnDataPlace> = {}): OwnDataPlace => ({
  consortiumId: KEY,
  bank: 0,
  epoch: 2,
  ...place,
});
let own: OwnData;
beforeAll(() => {
  own = new OwnData(dataset, vault, at());
});
const ids = (...places: number[]): Uint8Array[] => places.map((place) => fromHex(own.keyed(KEY).ids[place]!));

describe('openings', () => {
  it('hang under the data root, in whatever order they were asked for', () => {
    for (const places of [[0], [49], [31, 2, 17], [5, 4, 3, 2, 1, 0], dataset.entries.map((_, i) => i)]) {
      const { records, proof, items } = own.openings(KEY, ids(...places));
      expect(records.map(({ index }) => index)).toEqual(places);
      expect(records.map(({ record }) => record)).toEqual(places.map((i) => dataset.entries[i]!.bytes));
      expect(items).toEqual(
        places.map((i) => {
          const { keyDigest, digest } = dataset.entries[i]!;
          return own.keyed(KEY).key.item(keyDigest, digest);
        }),
      );
      const ascending = [...records].sort((a, b) => a.index - b.index);
      merkle.verifyMultiproof({
        indices: ascending.map(({ index }) => index),
        size: dataset.size,
        leaves: ascending.map(recordLeaf),
        proof,
        root: own.dataRoot(),
      });
    }
  });

  it('have a salt of their own for each record, epoch and vault', () => {
    const salts = [
      own,
      new OwnData(dataset, vault, at({ epoch: 3 })),
      new OwnData(dataset, KEY, at()),
    ].flatMap((data) => data.openings(KEY, ids(0, 1, 2)).records.map(({ salt }) => String(salt)));
    expect(new Set(salts).size).toBe(9);
  });

  it('of none are none, and of an unknown id are refused', () => {
    expect(own.openings(KEY, [])).toEqual({ records: [], items: [], proof: [] });
    const code = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code(() => own.openings(KEY, [...ids(1), new Uint8Array(8)]))).toBe('OWN_DATA_NO_RECORD');
    expect(code(() => own.openings(KEY, [new Uint8Array(0)]))).toBe('OWN_DATA_NO_RECORD');
    expect(code(() => own.openings(new Uint8Array(32), ids(1)))).toBe('OWN_DATA_NO_RECORD');
    expect(code(() => own.openings(KEY, ids(1, 2, 1)))).toBe('MERKLE_INDICES_NOT_ASCENDING');
  });
});

describe('the data root', () => {
  it('is the same each time, and another for another vault, epoch or record', () => {
    expect(own.dataRoot()).toEqual(new OwnData(ledger({ 3: -5000 }, 50), vault, at()).dataRoot());
    expect(own.dataRoot()).toEqual(own.dataRoot());
    for (const other of [
      new OwnData(dataset, KEY, at()),
      new OwnData(dataset, vault, at({ epoch: 3 })),
      new OwnData(ledger({ 3: -5001 }, 50), vault, at()),
      new OwnData(ledger({ 3: -5000 }, 49), vault, at()),
    ])
      expect(other.dataRoot()).not.toEqual(own.dataRoot());
  });

  it('of no records is that of the empty tree', () => {
    expect(new OwnData(ledger({}, 0), vault, at()).dataRoot()).toEqual(merkle.root([]));
  });
});

describe('the statistics commitment', () => {
  it('opens to the column statistics, negative sums as scalars', () => {
    const negative = new OwnData(ledger({ 0: -100_000 }), vault, at());
    const [, sum] = columnStatistics(negative.dataset);
    expect(sum).toBeLessThan(0n);
    const { values, blinding } = negative.statistics('aggregate');
    expect(values[1]).toBe(ORDER + sum!);
    expect(values.every((value) => value >= 0n && value < ORDER)).toBe(true);
    for (const mode of ['aggregate', 'open'] as const)
      expect(
        pedersen.verify(negative.statisticsCommitment(mode), values, negative.statistics(mode).blinding),
      ).toBe(true);
    const plus = values.map((value, i) => (i === 1 ? -sum! : value));
    expect(pedersen.verify(negative.statisticsCommitment('aggregate'), plus, blinding)).toBe(false);
  });

  it('is to nothing in mode none', () => {
    const { values, blinding } = own.statistics('none');
    expect(values).toEqual([]);
    expect(pedersen.verify(own.statisticsCommitment('none'), [], blinding)).toBe(true);
    expect(own.statisticsCommitment('none')).not.toEqual(own.statisticsCommitment('open'));
  });

  it('hides: another epoch or vault blinds it otherwise', () => {
    const blindings = [
      own,
      new OwnData(dataset, vault, at({ epoch: 3 })),
      new OwnData(dataset, KEY, at()),
    ].map((data) => data.statistics('aggregate').blinding);
    expect(new Set(blindings).size).toBe(3);
  });
});

describe('entropy', () => {
  it('is the same again, and another for another purpose, context, epoch or vault', () => {
    const made = [
      own.entropy('payload', KEY),
      own.entropy('statistics', KEY),
      own.entropy('payload', vault),
      new OwnData(dataset, vault, at({ epoch: 3 })).entropy('payload', KEY),
      new OwnData(dataset, KEY, at()).entropy('payload', KEY),
    ].map(String);
    expect(new Set(made).size).toBe(made.length);
    expect(String(new OwnData(ledger({ 3: -5000 }, 50), vault, at()).entropy('payload', KEY))).toBe(made[0]);
  });
});

describe('a record found by its key id', () => {
  it('is told with its place', () => {
    const keyed = own.keyed(KEY);
    for (const index of [0, 20, 49]) {
      const entry = dataset.entries[index]!;
      const version = keyed.key.versionDigest(entry.digest);
      expect(keyed.find(keyed.ids[index]!)).toEqual({ entry, index, version });
    }
    expect(keyed.find('00')).toBeUndefined();
  });
});
