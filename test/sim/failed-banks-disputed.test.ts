import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Dataset } from '../../src/data/dataset.js';
import { formatKey } from '../../src/data/record.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { readCsv } from '../../src/data/table-reader.js';
import type { Value } from '../../src/data/value.js';
import type { ReconcileOutcome } from '../../src/sim/reconcile.js';
import { reconcile } from './remembered.js';

const folder = new URL('../../examples/failed-banks/', import.meta.url);
const json = JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8'));
/** As the example's schema, but names keep their article, and what most copies give as the last column counts too. */
const schema = defineSchema({
  ...json,
  fields: {
    ...json.fields,
    name: { ...json.fields.name, normalise: ['trim', 'collapse-spaces'] },
    acquirer: {
      type: 'string',
      columns: ['Acquiring Institution', 'AcquiringInstitution'],
      normalise: ['trim'],
      optional: true,
    },
    last: { type: 'string', columns: ['Fund', 'Updated Date', 'UpdatedDate'], optional: true },
  },
});
/** Certificates up to this number, and two on whose names or acquirers the copies are split: enough to open. */
const LARGEST = 5000n;
const SPLIT = new Set([24735n, 6782n]);
const FAULTS = 3;

const copies = readdirSync(folder)
  .filter((file) => file.endsWith('.csv'))
  .sort()
  .map((file) => {
    const { dataset } = readCsv(schema, readFileSync(new URL(file, folder)), { file, skipBadRows: true });
    const rows = dataset.entries.map(({ values }) => values);
    const kept = rows.filter(([cert]) => (cert as bigint) <= LARGEST || SPLIT.has(cert as bigint));
    return { id: file.replace('.csv', ''), dataset: Dataset.fromRecords(schema, kept) };
  });

interface Counted {
  readonly disputed: ReadonlyMap<
    string,
    ReadonlyMap<string, readonly [Value, string[], string[], number] | null>
  >;
  readonly settled: number;
  readonly unvouched: number;
  readonly unanimous: number;
}

/** The classes of all keys, and what a majority of the holders of each disputed one makes of it, counted by hand. */
function countedByHand(banks: typeof copies): Counted {
  const holders = new Map<string, { id: string; values: readonly Value[] }[]>();
  for (const { id, dataset } of banks)
    for (const { keyDigest, values } of dataset.entries)
      holders.set(toHex(keyDigest), [...(holders.get(toHex(keyDigest)) ?? []), { id, values }]);
  const disputed = new Map<string, Map<string, [Value, string[], string[], number] | null>>();
  const counts = { settled: 0, unvouched: 0, unanimous: 0 };
  for (const held of holders.values()) {
    const most = (votes: readonly string[]): number =>
      Math.max(...votes.map((vote) => votes.filter((other) => other === vote).length));
    const support = most(held.map(({ values }) => values.map(String).join('|')));
    if (support === banks.length) counts.unanimous++;
    else if (2 * support > held.length + FAULTS && support > FAULTS) counts.settled++;
    else if (held.length <= FAULTS) counts.unvouched++;
    else {
      const fields = new Map<string, [Value, string[], string[], number] | null>();
      const bound = Math.max(Math.floor(held.length / 2), FAULTS) + 1;
      schema.fields.forEach(({ name }, f) => {
        if (schema.keyIndexes.includes(f)) return;
        const values = [...new Set(held.map((each) => each.values[f]!))];
        const says = (value: Value) => held.filter((each) => each.values[f] === value).map(({ id }) => id);
        const winner = values.find((value) => says(value).length >= bound);
        const others = held.filter((each) => each.values[f] !== winner).map(({ id }) => id);
        const decided = winner !== undefined;
        fields.set(name, decided ? [winner, says(winner), others, says(winner).length - bound] : null);
      });
      disputed.set(formatKey(schema, held[0]!.values), fields);
    }
  }
  return { disputed, ...counts };
}

function expectAsCounted({ report, explanations, breaks, rows }: ReconcileOutcome, counted: Counted): void {
  expect([report.agreement, report.violations]).toEqual([true, []]);
  const { disputed, ...classes } = counted;
  const open = [...disputed].filter(([, fields]) => [...fields.values()].includes(null)).map(([key]) => key);
  expect(report.keys).toMatchObject({ ...classes, disputed: disputed.size, unresolved: open.length });
  const found = new Map(rows.map(({ values }) => [formatKey(schema, values as Value[]), values]));
  for (const [key, fields] of disputed)
    for (const [field, decided] of fields) {
      const place = schema.fields.findIndex(({ name }) => name === field);
      const why = explanations.filter((each) => each.key === key && each.field === field);
      if (!decided) {
        expect(why).toEqual([]);
        expect(found.get(key)![place]).toBeUndefined();
        expect(breaks.filter((each) => each.key === key && each.field === field)).toMatchObject([
          {
            state: 'unresolved',
            reason: expect.stringMatching(/^best value has \d+ of \d+ voices, \d+ decide$/),
          },
        ]);
        continue;
      }
      const [value, supporters, dissenters, margin] = decided;
      expect(found.get(key)![place]).toBe(value);
      expect(why).toEqual([
        {
          key,
          field,
          value,
          rule: 'majority',
          supporters,
          dissenters,
          hidden: [],
          margin,
          class: 'disputed',
        },
      ]);
    }
  const unresolved = breaks.filter(({ state }) => state === 'unresolved');
  expect(new Set(unresolved.map(({ key }) => key))).toEqual(new Set(open));
}

describe('real disputed keys: the ten copies with the columns on which they differ', () => {
  let counted: Counted;
  beforeAll(() => {
    counted = countedByHand(copies);
  });

  it('are many, of which some are decided as a whole and others in part', () => {
    const fields = [...counted.disputed.values()];
    expect(fields.length).toBeGreaterThan(20);
    const whole = fields.filter((decided) => ![...decided.values()].includes(null));
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.length).toBeLessThan(fields.length);
  });

  it('come out field by field as a majority of the holders has them, counted by hand', async () => {
    expectAsCounted(await reconcile({ schema, datasets: copies, seed: 1 }), counted);
  });

  it('come out as the other nine have them when one copy is silent', async () => {
    const adversaries = { 'bank-05': 'silent' };
    const nine = copies.filter(({ id }) => id !== 'bank-05');
    expectAsCounted(await reconcile({ schema, datasets: copies, adversaries, seed: 1 }), countedByHand(nine));
  });

  it('stay open as a whole, and undisclosed, where the quota is nothing', async () => {
    const { report, breaks } = await reconcile({
      schema,
      datasets: copies,
      quota: 0,
      statistics: 'none',
      seed: 1,
    });
    expect([report.agreement, report.violations, report.quota]).toEqual([true, [], 0]);
    expect(report.keys.unresolved).toBeGreaterThanOrEqual(counted.disputed.size);
    const quota = breaks.filter(({ reason }) =>
      reason.includes('the quota of forced disclosures is used up'),
    );
    expect(quota).toHaveLength(report.keys.unresolved);
  });
});
