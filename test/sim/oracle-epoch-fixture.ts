import { Dataset, type Entry } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Output } from '../../src/protocol/effects.js';
import { Oracle, type OracleFacts } from '../../src/sim/oracle.js';
import { HEADER } from './oracle-fixture.js';

const schema = defineSchema({
  name: 'tiny',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: { id: { type: 'integer' }, text: { type: 'string' } },
});
export const book = (...rows: [number, string][]): Dataset =>
  Dataset.fromRecords(
    schema,
    rows.map(([id, text]) => [BigInt(id), text]),
  );
export const entry = (dataset: Dataset, id: number): Entry =>
  dataset.entries.find(({ values }) => values[0] === BigInt(id))!;

/** Four banks, of which the last is Byzantine. Key 1 is unanimous, key 2 settled, key 3 disputed. */
export const TRUTH = book([1, 'a'], [2, 'b'], [3, 'c']);
export const BOOKS = [
  TRUTH,
  book([1, 'a'], [2, 'x'], [3, 'd']),
  book([1, 'a'], [2, 'b'], [3, 'c']),
  book([1, 'a'], [2, 'b'], [3, 'd']),
];
export const FACTS: OracleFacts = {
  ids: ['north', 'east', 'south', 'west'],
  faults: 1,
  schema,
  quota: 100,
  honest: [0, 1, 2],
  timely: true,
};
export const RIGHT = [entry(TRUTH, 1), entry(TRUTH, 2)];
export const bytes = (n: number): Uint8Array => new Uint8Array(32).fill(n);

export const view = (n: number): Output => ({ type: 'view', epoch: 0, view: n });
export const agreed = (value = 1, epoch = 0): Output => ({
  type: 'agreed',
  epoch,
  slot: { view: 0, index: 0 },
  value: bytes(value),
});

interface Sealed {
  readonly epoch?: number;
  readonly root?: number;
  readonly value?: number;
  readonly rows?: readonly Pick<Entry, 'keyDigest' | 'values'>[] | null;
  readonly inputs?: readonly number[];
  /** Who signed the result, and who decided the inputs. */
  readonly executors?: readonly number[];
  readonly signers?: readonly number[];
}
/** A `sealed` output with as much of a seal as the oracle reads. */
export function sealed({
  epoch = 0,
  root = 1,
  value = 1,
  rows = RIGHT,
  inputs = [0, 1, 2, 3],
  executors = [0, 1, 2],
  signers = [0, 1, 2],
}: Sealed = {}): Output {
  return {
    type: 'sealed',
    epoch,
    seal: {
      header: { ...HEADER, epoch },
      root: bytes(root),
      executors,
      commit: { signers, value: bytes(value) },
    },
    outcome: rows && { rows },
    inputs,
  } as unknown as Output;
}
/** What a run may differ in from one in which nothing is wrong. */
interface Deviation {
  readonly facts?: Partial<OracleFacts>;
  readonly books?: readonly Dataset[];
  readonly sealed?: Readonly<Record<number, Sealed | null>>;
  readonly all?: Sealed;
  /** Before anything is agreed. */
  readonly early?: (oracle: Oracle) => void;
  /** After it is agreed, before anybody seals. */
  readonly late?: (oracle: Oracle) => void;
}

/** The violations that the oracle finds in a fabricated epoch. */
export function judge(deviation: Deviation = {}): string[] {
  const oracle = new Oracle({ ...FACTS, ...deviation.facts });
  oracle.beginEpoch(0, deviation.books ?? BOOKS);
  for (let bank = 0; bank < 4; bank++) oracle.onOutput(bank, view(0));
  deviation.early?.(oracle);
  for (let bank = 0; bank < 4; bank++) oracle.onOutput(bank, agreed());
  deviation.late?.(oracle);
  for (let bank = 0; bank < 4; bank++) {
    const special = deviation.sealed?.[bank];
    if (special !== null) oracle.onOutput(bank, sealed({ ...deviation.all, ...special }));
  }
  oracle.endEpoch();
  return [...oracle.violations];
}

export const guarantees = (violations: readonly string[]): string[] => [
  ...new Set(violations.map((v) => v.split(':')[0]!)),
];
