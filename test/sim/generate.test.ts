import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import type { Dataset } from '../../src/data/dataset.js';
import { type Generated, type GenerateOptions, generate } from '../../src/sim/generate.js';
import { Random } from '../../src/sim/random.js';

const make = (changes: Partial<GenerateOptions> = {}): Generated =>
  generate({ banks: 4, records: 40, divergence: 0.1, random: new Random(1), honest: [0, 1, 2], ...changes });

const digests = ({ entries }: Dataset): string => entries.map((entry) => toHex(entry.digest)).join();

/** Where a data set departs from the truth: keys altered, missing and extra. */
function slips(dataset: Dataset, truth: Dataset): { altered: string[]; missing: string[]; extra: string[] } {
  const altered: string[] = [];
  const extra: string[] = [];
  for (const { keyDigest, digest } of dataset.entries) {
    const right = truth.get(keyDigest);
    if (!right) extra.push(toHex(keyDigest));
    else if (toHex(right.digest) !== toHex(digest)) altered.push(toHex(keyDigest));
  }
  const missing = truth.entries.filter((entry) => !dataset.get(entry.keyDigest));
  return { altered, missing: missing.map((entry) => toHex(entry.keyDigest)), extra };
}

describe('generate', () => {
  let big: Generated;
  beforeAll(() => {
    big = make({ records: 2000, divergence: 0.02 });
  });

  it('gives records of 8 fields of mixed types and 100 ± 10 canonical bytes', () => {
    const { schema, truth } = big;
    expect(schema.fields.map((field) => field.type)).toEqual([
      'integer',
      'string',
      'string',
      'decimal',
      'enum',
      'date',
      'timestamp',
      'boolean',
    ]);
    const sizes = truth.entries.map((entry) => entry.bytes.length);
    const mean = sizes.reduce((a, b) => a + b) / sizes.length;
    expect(Math.abs(mean - 100)).toBeLessThan(5);
    expect(new Set(sizes).size).toBeGreaterThan(10);
  });

  it('keeps the mean size for few records and other seeds', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { truth } = make({ banks: 1, records: 30, divergence: 0, random: new Random(seed), honest: [0] });
      const bytes = truth.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
      expect(Math.abs(bytes / 30 - 100)).toBeLessThan(10);
    }
  });

  it('is a replicated table', () => {
    expect(big.schema.absence).toBe('vote');
    expect(big.truth.size).toBe(2000);
    expect(big.datasets).toHaveLength(4);
  });

  it('lets one honest bank err on the stated share of keys: half altered, a quarter missing, a quarter extra', () => {
    const all = big.datasets.map((dataset) => slips(dataset, big.truth));
    const count = (kind: 'altered' | 'missing' | 'extra'): number =>
      all.reduce((sum, each) => sum + each[kind].length, 0);
    expect([count('altered'), count('missing'), count('extra')]).toEqual([20, 10, 10]);
    const keys = all.flatMap(({ altered, missing, extra }) => [...altered, ...missing, ...extra]);
    expect(new Set(keys).size).toBe(40);
  });

  it('spreads the errors over the honest banks and none elsewhere', () => {
    for (const bank of [0, 1, 2]) expect(big.datasets[bank]).not.toBe(big.truth);
    expect(big.datasets[3]).toBe(big.truth);
  });

  it('alters exactly one field, not the key', () => {
    const { datasets, truth } = big;
    for (const dataset of datasets)
      for (const { keyDigest, values } of dataset.entries) {
        const right = truth.get(keyDigest)?.values;
        const wrong = right ? values.filter((value, i) => value !== right[i]) : [];
        expect(wrong.length).toBeLessThanOrEqual(1);
      }
  });

  it('is decided by its random source', () => {
    const [a, b, other] = [make(), make(), make({ random: new Random(2) })];
    expect(a.datasets.map(digests)).toEqual(b.datasets.map(digests));
    expect(digests(a.truth)).not.toBe(digests(other.truth));
  });

  it('does not depend on what was drawn from its source before', () => {
    const used = new Random(1);
    used.next();
    expect(make({ random: used }).datasets.map(digests)).toEqual(make().datasets.map(digests));
  });

  it('gives the same truth whatever the divergence and the banks', () => {
    expect(digests(make({ divergence: 0.5 }).truth)).toBe(digests(make({ banks: 9, honest: [4] }).truth));
  });

  it('gives every bank the truth without divergence, honest banks or not', () => {
    for (const honest of [[0, 1, 2], []]) {
      const { datasets, truth } = make({ divergence: 0, honest });
      expect(datasets.every((dataset) => dataset === truth)).toBe(true);
    }
  });

  it('can err on every key, and on one of few', () => {
    const whole = make({ divergence: 1, honest: [2] });
    const { altered, missing, extra } = slips(whole.datasets[2]!, whole.truth);
    expect([altered.length, missing.length, extra.length]).toEqual([20, 10, 10]);
    const single = make({ records: 1, divergence: 1 });
    expect(single.datasets.filter((dataset) => dataset !== single.truth)).toHaveLength(1);
    expect(make({ records: 1, divergence: 0.1 }).datasets[0]!.size).toBe(1);
  });

  /** How many banks hold each version of a key. */
  const support = ({ datasets }: Generated, key: Uint8Array): number[] => {
    const versions = new Map<string, number>();
    for (const dataset of datasets) {
      const entry = dataset.get(key);
      if (entry) versions.set(toHex(entry.digest), (versions.get(toHex(entry.digest)) ?? 0) + 1);
    }
    return [...versions.values()].sort((a, b) => b - a);
  };

  it('splits the honest banks on the stated share of keys, so that just no version settles', () => {
    for (const [banks, faults, honest] of [
      [4, 1, [0, 1, 2]],
      [7, 2, [0, 2, 3, 4, 6]],
      [10, 3, [0, 1, 2, 3, 4, 5, 6]],
      [3, 0, [0, 1, 2]],
    ] as const) {
      const made = make({ banks, honest, divergence: 0, disputed: 0.25, records: 200 });
      const split = made.truth.entries.filter(({ keyDigest }) => support(made, keyDigest).length > 1);
      expect(split).toHaveLength(50);
      const bound = Math.ceil((banks + faults + 1) / 2);
      for (const { keyDigest } of split) expect(support(made, keyDigest)[0]).toBe(bound - 1);
    }
  });

  it('leaves every single field of a disputed key to more than half of the banks', () => {
    const { datasets, truth } = make({ banks: 7, honest: [0, 1, 2, 3, 4], divergence: 0, disputed: 1 });
    for (const { keyDigest, values } of truth.entries)
      values.forEach((value, f) => {
        const right = datasets.filter((dataset) => dataset.get(keyDigest)!.values[f] === value);
        expect(right.length).toBeGreaterThan(7 / 2);
      });
  });

  it('adds disputes to other keys than those on which one bank errs, whose errors stay as they are', () => {
    const [plain, both] = [make({ divergence: 0.3 }), make({ divergence: 0.3, disputed: 0.7 })];
    for (const { keyDigest } of plain.truth.entries) {
      const before = support(plain, keyDigest);
      const one = before.length > 1 || before[0]! < 4;
      if (one) expect(support(both, keyDigest)).toEqual(before);
      else if (before[0] === 4 && support(both, keyDigest)[0] !== 4)
        expect(support(both, keyDigest)).toEqual([2, 1, 1]);
    }
    const split = both.truth.entries.filter(({ keyDigest }) => support(both, keyDigest).length === 3);
    expect(split).toHaveLength(28);
  });

  it('moves every honest bank’s amount by at most five cents on the keys that are noisy, and no other field', () => {
    const honest = [0, 1, 2, 3, 4];
    const { datasets, truth } = make({ banks: 7, honest, divergence: 0, noise: 0.5 });
    const noisy = truth.entries.filter(({ keyDigest, digest }) =>
      honest.some((bank) => toHex(datasets[bank]!.get(keyDigest)!.digest) !== toHex(digest)),
    );
    expect(noisy).toHaveLength(20);
    for (const { keyDigest, values } of noisy) {
      const amounts = honest.map((bank) => datasets[bank]!.get(keyDigest)!.values[3] as bigint);
      expect(new Set(amounts).size).toBe(5);
      for (const amount of amounts)
        expect(Math.abs(Number(amount - (values[3] as bigint)))).toBeLessThanOrEqual(5);
      for (const bank of honest)
        expect(datasets[bank]!.get(keyDigest)!.values.with(3, null)).toEqual(values.with(3, null));
    }
    expect(datasets[5]).toBe(truth);
  });

  it('makes noise of altered records too, and leaves missing ones missing', () => {
    const quiet = make({ divergence: 1, honest: [2] });
    const { datasets, truth } = make({ divergence: 1, noise: 1, honest: [2] });
    for (const { keyDigest } of truth.entries) {
      const [before, after] = [quiet.datasets[2]!.get(keyDigest), datasets[2]!.get(keyDigest)];
      expect(after === undefined).toBe(before === undefined);
      if (before && after) expect(after.values.with(3, null)).toEqual(before.values.with(3, null));
    }
  });

  it('refuses options that are none', () => {
    const bad: [string, Partial<GenerateOptions>][] = [
      ['banks', { banks: 0 }],
      ['banks', { banks: 1.5 }],
      ['records', { records: 0 }],
      ['records', { records: -1 }],
      ['records', { records: Number.NaN }],
      ['divergence', { divergence: -0.1 }],
      ['divergence', { divergence: 1.1 }],
      ['divergence', { divergence: Number.NaN }],
      ['disputed', { disputed: -0.1 }],
      ['disputed', { disputed: 1.1 }],
      ['disputed', { disputed: Number.NaN }],
      ['disputed', { disputed: 0.95 }],
      ['disputed', { banks: 1, honest: [0], disputed: 0.1 }],
      ['noise', { noise: -0.1 }],
      ['noise', { noise: 1.1 }],
      ['noise', { noise: Number.NaN }],
      ['honest', { divergence: 0, noise: 0.1, honest: [] }],
      ['honest', { honest: [4] }],
      ['honest', { honest: [-1] }],
      ['honest', { honest: [0.5] }],
      ['honest', { honest: [] }],
    ];
    for (const [option, changes] of bad)
      expect(() => make(changes), option).toThrow(
        expect.objectContaining({ code: 'GENERATE_INVALID', detail: expect.objectContaining({ option }) }),
      );
  });
});
