import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { formatKey } from '../../src/data/record.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { readCsv } from '../../src/data/table-reader.js';
import type { Value } from '../../src/data/value.js';
import { PAYMENTS } from '../../src/sim/generate.js';
import type { ReconcileOptions, ReconcileOutcome } from '../../src/sim/reconcile.js';
import { reconcile } from './remembered.js';

const folder = new URL('../../examples/failed-banks/', import.meta.url);
const schema = defineSchema(JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')));
const copies = readdirSync(folder)
  .filter((file) => file.endsWith('.csv'))
  .sort()
  .map((file) => ({
    id: file.replace('.csv', ''),
    dataset: readCsv(schema, readFileSync(new URL(file, folder)), { file, skipBadRows: true }).dataset,
  }));

type Cells = ReadonlyMap<string, Value>;

/** Key digest and field of every cell on which more than half of these copies agree, and what they agree on. */
function cellsOfMost(honest: typeof copies): Cells {
  const votes = new Map<string, Map<Value, number>>();
  for (const { dataset } of honest)
    for (const { keyDigest, values } of dataset.entries)
      values.forEach((value, field) => {
        const cell = `${toHex(keyDigest)}/${field}`;
        const counts = votes.get(cell) ?? new Map<Value, number>();
        votes.set(cell, counts.set(value, (counts.get(value) ?? 0) + 1));
      });
  const most = new Map<string, Value>();
  for (const [cell, counts] of votes)
    for (const [value, count] of counts) if (2 * count > honest.length) most.set(cell, value);
  return most;
}

/** Cells that came out otherwise than most honest copies have them: with another value, or with none. */
function compare(expected: Cells, { rows }: ReconcileOutcome): { wrong: string[]; open: string[] } {
  const found = new Map(rows.map(({ keyDigest, values }) => [toHex(keyDigest), values]));
  const [wrong, open]: [string[], string[]] = [[], []];
  for (const [cell, value] of expected) {
    const [key, field] = cell.split('/');
    const decided = found.get(key!)?.[Number(field)];
    if (decided === undefined) open.push(cell);
    else if (decided !== value) wrong.push(cell);
  }
  return { wrong, open };
}

const rehearsed = new Map<string, ReturnType<typeof rehearsal>>();
/** A {@link rehearsal}, run once. */
function rehearse(lies: Readonly<Record<string, string>>, seed = 1) {
  const name = JSON.stringify([lies, seed]);
  const known = rehearsed.get(name) ?? rehearsal(lies, seed);
  rehearsed.set(name, known);
  return known;
}

async function rehearsal(lies: Readonly<Record<string, string>>, seed: number) {
  const outcome = await reconcile({ schema, datasets: copies, adversaries: lies, seed });
  const { report, breaks } = outcome;
  expect([report.agreement, report.violations]).toEqual([true, []]);
  for (const { id, state, evidence } of report.perBank) {
    expect(evidence).toEqual([]);
    expect(['agreed', 'divergent']).toContain(state);
    if (id in lies) expect(state).toBe('divergent');
  }
  for (const each of breaks) {
    expect(each.reason.trim()).not.toBe('');
    expect(each.id).toMatch(/^[0-9a-f]{16}$/);
    if (each.state === 'unvouched') expect(each.key).toBeNull();
  }
  const honest = copies.filter(({ id }) => !(id in lies));
  return { outcome, ...compare(cellsOfMost(honest), outcome) };
}

describe('the ten real copies of the failed-banks list', () => {
  it('come out, cell by cell, as most of the nine others have them, whatever the tenth lies', async () => {
    for (const seed of [1, 2]) {
      const { outcome, wrong, open } = await rehearse({ 'bank-05': 'falsify' }, seed);
      expect({ wrong, open }).toEqual({ wrong: [], open: [] });
      expect(outcome.report.keys.total).toBe(569);
    }
  });

  it('come out so, whichever copy is the one that lies', async () => {
    for (const liar of ['bank-01', 'bank-10']) {
      const { wrong, open } = await rehearse({ [liar]: 'falsify' });
      expect({ wrong, open }).toEqual({ wrong: [], open: [] });
    }
  });

  it('come out so when two tell one lie', async () => {
    const { wrong, open } = await rehearse({ 'bank-05': 'collude', 'bank-08': 'collude' });
    expect({ wrong, open }).toEqual({ wrong: [], open: [] });
  });

  it('are never decided against the honest ones by three liars: what they can reach is an open key, reported', async () => {
    for (const strategy of ['falsify', 'collude']) {
      const lies = { 'bank-02': strategy, 'bank-05': strategy, 'bank-08': strategy };
      const { outcome, wrong, open } = await rehearse(lies);
      expect(wrong).toEqual([]);
      const keys = new Map(
        copies.flatMap(({ dataset }) =>
          dataset.entries.map(
            ({ keyDigest, values }) => [toHex(keyDigest), formatKey(schema, values)] as const,
          ),
        ),
      );
      const reported = new Set(
        outcome.breaks.filter(({ state }) => state === 'unresolved').map(({ key }) => key),
      );
      const openKeys = new Set(open.map((cell) => keys.get(cell.split('/')[0]!)!));
      expect(openKeys.size).toBe(outcome.report.keys.unresolved);
      for (const key of openKeys) expect(reported).toContain(key);
      expect(openKeys.size).toBeLessThan(0.02 * 569);
    }
  });

  it('name what is broken: a key that too few hold by its id alone, every other by its number', async () => {
    const { outcome } = await rehearse({ 'bank-05': 'falsify' });
    const of = (state: string) => outcome.breaks.filter((each) => each.state === state);
    expect(of('unvouched')).toHaveLength(outcome.report.keys.unvouched);
    expect(of('unvouched').length).toBeGreaterThan(0);
    for (const { key } of of('divergent')) expect(key).toMatch(/^\d+$/);
    const rows = new Set(outcome.rows.map(({ values }) => formatKey(schema, values as Value[])));
    for (const { key } of of('divergent')) expect(rows.has(key!)).toBe(true);
    for (const { key, value, supporters } of outcome.explanations) {
      expect(rows.has(key)).toBe(true);
      expect(value).not.toBeUndefined();
      expect(supporters.length).toBeGreaterThan(3);
    }
  });

  it('are the same result whichever bank is said to be the first', async () => {
    const adversaries = { 'bank-05': 'silent' };
    const same = { schema, adversaries, seed: 1 };
    const forwards = await reconcile({ ...same, datasets: copies });
    const byName = Object.fromEntries(copies.map(({ id, dataset }) => [id, dataset]));
    const named = await reconcile({ ...same, datasets: byName });
    expect(named.report.resultRoot).toBe(forwards.report.resultRoot);
    const reversed = await reconcile({ ...same, datasets: [...copies].reverse() });
    const sorted = ({ rows }: ReconcileOutcome) => rows.map(({ values }) => values);
    expect(sorted(reversed)).toEqual(sorted(forwards));
    expect(forwards.report.perBank.find(({ id }) => id === 'bank-05')!.state).toBe('silent');
  });

  it('send a fraction of what naive broadcast sends', async () => {
    const { outcome } = await rehearse({});
    expect(outcome.report.bytes.total).toBeLessThan(outcome.report.naive.bytes / 10);
  });
});

describe('reconcile', () => {
  const failure = async (change: Partial<ReconcileOptions>): Promise<unknown> => {
    try {
      await reconcile({ schema, datasets: copies, ...change });
    } catch (error) {
      if (isConcordatError(error)) return error.detail;
      throw error;
    }
    return 'none';
  };

  it('refuses a bank under another schema, by name', async () => {
    expect(await failure({ schema: PAYMENTS })).toMatchObject({
      code: 'OPTION_INVALID',
      option: 'datasets',
      reason: 'has "bank-01" under another schema',
    });
  });

  it('refuses an adversary for a bank that is not there, and one that is not known', async () => {
    expect(await failure({ adversaries: { 'bank-11': 'falsify' } })).toMatchObject({ option: 'adversaries' });
    expect(await failure({ adversaries: { 'bank-05': 'liar' } })).toMatchObject({
      code: 'ADVERSARY_UNKNOWN',
    });
  });

  it('refuses more faults than ten banks bear, and a seed that is no whole number', async () => {
    expect(await failure({ faults: 4 })).toMatchObject({ code: 'TOO_MANY_FAULTS' });
    for (const seed of [-1, 0.5, Number.NaN])
      expect(await failure({ seed })).toMatchObject({ code: 'OPTION_INVALID', option: 'seed' });
  });

  it('refuses no banks at all, and two with one name', async () => {
    expect(await failure({ datasets: [] })).toMatchObject({ code: 'TOO_MANY_FAULTS', banks: 0 });
    const twice = [...copies.slice(0, 3), { ...copies[3]!, id: 'bank-01' }];
    expect(await failure({ datasets: twice })).toMatchObject({ code: 'MANIFEST_DUPLICATE' });
  });
});
