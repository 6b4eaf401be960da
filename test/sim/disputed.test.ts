import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import type { Dataset } from '../../src/data/dataset.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import { keyDigest } from '../../src/data/record.js';
import {
  AMOUNT,
  booksOf,
  CUSTOMER,
  POSITIONS,
  type Ran,
  REFERENCE,
  requestOf,
  run,
  type Setup,
  truthOf,
} from './disputed-fixture.js';

/** An epoch that ends as it should: all agree, nothing is violated, and every version of a disputed key is open. */
function expectOpened(books: readonly Dataset[], setup: Setup = {}): Ran {
  const ran = run(books, setup);
  const { simulation, record, honest, outputs } = ran;
  expect(simulation.oracle.violations).toEqual([]);
  expect(record.complete).toBe(true);
  expect(new Set(honest.map((bank) => record.roots[bank])).size).toBe(1);
  for (const bank of honest) expectOpenedOnce(requestOf(outputs[bank]!), ran);
  expectDisclosed(ran);
  return ran;
}

/** Every version is there, once: no two of a row are the same record, and none that honest banks hold is missing. */
function expectOpenedOnce({ table, versions, closed }: ReconcileRequest, { record, honest }: Ran): void {
  const { inputs } = record.sealed[honest[0]!]!;
  const held = inputs.map(
    (bank) => new Set(record.datasets[bank]!.entries.map(({ digest }) => toHex(digest))),
  );
  const trusted = [...inputs.keys()].filter((place) => honest.includes(inputs[place]!));
  const disputed = table.rows.filter(({ standing }) => standing.class === 'disputed');
  const wrong = disputed.filter((row) => {
    const opened = versions.get(row)!.map((entry) => entry && toHex(entry.digest));
    const there = opened.filter((digest) => digest !== null);
    const missing = trusted.some((place) => {
      const version = row.column[place]!;
      return version > 0 && !held[place]!.has(opened[version - 1] ?? '');
    });
    return missing || new Set(there).size < there.length;
  });
  expect(disputed.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
  expect(closed.size).toBe(0);
}

/** Every bank says that it opened what the table makes it deal: its version, if it is among the first f + 1 that hold it. */
function expectDisclosed({ simulation, record, honest, outputs }: Ran): void {
  const { table } = requestOf(outputs[honest[0]!]!);
  const { inputs } = record.sealed[honest[0]!]!;
  const { faults } = simulation.consortium.manifest;
  const dealt = inputs.map(() => 0);
  for (const { column, standing } of table.rows) {
    if (standing.class !== 'disputed') continue;
    for (const version of new Set(column.filter((each) => each > 0)))
      for (const place of [...column.keys()].filter((i) => column[i] === version).slice(0, faults + 1))
        dealt[place]!++;
  }
  for (const bank of honest) {
    const opened = outputs[bank]!.filter((output) => output.type === 'disclosed' && output.to === null);
    expect(opened.length).toBe(dealt[inputs.indexOf(bank)]);
  }
}

/** Of the cells of these records, the share that is decided as the truth has it, or within a number's tolerance of it. */
function accuracy({ record, honest }: Ran, records: number): Record<'decided' | 'exact' | 'near', number[]> {
  const rows = new Map(
    record.sealed[honest[0]!]!.outcome!.rows.map(({ keyDigest, values }) => [toHex(keyDigest), values]),
  );
  const count = { decided: [0, 0, 0, 0], exact: [0, 0, 0, 0], near: [0, 0, 0, 0] };
  for (let i = 0; i < records; i++) {
    const truth = truthOf(i);
    const values = rows.get(toHex(keyDigest(POSITIONS, truth)));
    for (const f of truth.keys()) {
      const value = values?.[f];
      if (value === undefined) continue;
      count.decided[f]!++;
      if (value === truth[f]) count.exact[f]!++;
      const far = typeof value === 'bigint' ? value - (truth[f] as bigint) : 0n;
      if (typeof value === 'bigint' ? far <= NOISE && far >= -NOISE : value === truth[f]) count.near[f]!++;
    }
  }
  return count;
}

/** How far a bank's amount may be from the truth, in cents; the schema's tolerance is 5. */
const NOISE = 5n;

/** Every second bank calls the customer otherwise, so that no version has the support that settles a key. */
const split = (banks: number, records: number): Dataset[] =>
  booksOf(banks, records, (truth, i, bank) =>
    (i + bank) % 2 === 0 ? truth : truth.with(CUSTOMER, `${truth[CUSTOMER]} (late)`),
  );

/** Every bank's amount is its own, at most five cents from the truth, below it as often as above. */
const noisy = (banks: number, records: number): Dataset[] =>
  booksOf(banks, records, (truth, i, bank) => {
    const step = BigInt((((i % banks) + bank) % banks) - (banks >> 1));
    return truth.with(AMOUNT, (truth[AMOUNT] as bigint) + step);
  });

const RECORDS = 240;

describe('two hundred and forty disputed keys', () => {
  it('of four banks in two camps are opened, and decided where they agree', () => {
    const ran = expectOpened(split(4, RECORDS));
    const { totals } = ran.record.sealed[0]!.outcome!;
    expect(totals).toMatchObject({ disputed: RECORDS, unresolved: RECORDS });
    const { decided, exact } = accuracy(ran, RECORDS);
    // Two against two: nobody has the customer's majority, and all else is said by everybody.
    expect(decided).toEqual([RECORDS, 0, RECORDS, RECORDS]);
    expect(exact).toEqual(decided);
  });

  it('of four banks, one of which tells lies about them, keep what the honest three agree on', () => {
    const ran = expectOpened(split(4, RECORDS), { liars: { 3: 'falsify' } });
    const { decided, exact } = accuracy(ran, RECORDS);
    // Three honest banks say the same reference and amount of every key, which is more than half of four.
    expect(decided[REFERENCE]).toBe(RECORDS);
    expect(exact[REFERENCE]).toBe(RECORDS);
    expect(exact[AMOUNT]).toBe(RECORDS);
  });

  it('of seven banks, two of which collude, keep what the honest five agree on', () => {
    const ran = expectOpened(split(7, RECORDS), { liars: { 2: 'collude', 5: 'collude' } });
    const { totals } = ran.record.sealed[0]!.outcome!;
    expect(totals.disputed).toBeGreaterThanOrEqual(200);
    const { exact } = accuracy(ran, RECORDS);
    expect(exact[REFERENCE]).toBe(RECORDS);
    expect(exact[AMOUNT]).toBe(RECORDS);
  });

  it('stay shut when nobody may be made to disclose', () => {
    const ran = run(split(4, RECORDS), { parameters: { disclosureQuota: 0 } });
    expect(ran.simulation.oracle.violations).toEqual([]);
    expect(ran.record.sealed[0]!.outcome!.totals).toMatchObject({ disputed: RECORDS, unresolved: RECORDS });
    expect(accuracy(ran, RECORDS).decided).toEqual([0, 0, 0, 0]);
    expect(ran.record.disclosed.every((keys) => keys.size === 0)).toBe(true);
  });

  it('are opened up to the quota, and no further', () => {
    const ran = run(split(4, RECORDS), { parameters: { disclosureQuota: 50 } });
    expect(ran.simulation.oracle.violations).toEqual([]);
    // Every bank deals its version of every key it opens: all run out together.
    expect(accuracy(ran, RECORDS).decided).toEqual([50, 0, 50, 50]);
    expect(ran.record.disclosed.map((keys) => keys.size)).toEqual([50, 50, 50, 50]);
  });
});

describe('a hundred and fifty keys of which every bank has its own number', () => {
  const KEYS = 150;

  it('of four honest banks are decided within the noise', () => {
    const ran = expectOpened(noisy(4, KEYS));
    expect(ran.record.sealed[0]!.outcome!.totals).toMatchObject({ disputed: KEYS, unresolved: 0 });
    const { decided, near } = accuracy(ran, KEYS);
    expect(decided).toEqual([KEYS, KEYS, KEYS, KEYS]);
    expect(near).toEqual(decided);
  });

  it('of seven honest banks are decided exactly: as many are below the truth as above', () => {
    const ran = expectOpened(noisy(7, KEYS));
    expect(accuracy(ran, KEYS).exact).toEqual([KEYS, KEYS, KEYS, KEYS]);
  });

  it.each([
    [4, { 1: 'falsify' }],
    [4, { 0: 'collude' }],
    [7, { 1: 'falsify', 4: 'falsify' }],
    [7, { 0: 'collude', 6: 'collude' }],
  ] as const)(
    'of %i banks, liars %o among them, are decided within the noise all the same',
    (banks, liars) => {
      const ran = expectOpened(noisy(banks, KEYS), { liars });
      // The median is between honest numbers, and those are within the noise; 2f + 1 honest numbers decide it.
      const { decided, near } = accuracy(ran, KEYS);
      expect(decided[AMOUNT]).toBe(KEYS);
      expect(near[AMOUNT]).toBe(KEYS);
      // Texts are said alike by 2f + 1 honest banks, which are most of all.
      expect(near[CUSTOMER]).toBe(KEYS);
      expect(near[REFERENCE]).toBe(KEYS);
    },
  );
});
