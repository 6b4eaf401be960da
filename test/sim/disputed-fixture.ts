import { Dataset } from '../../src/data/dataset.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { Output } from '../../src/protocol/effects.js';
import type { Parameters } from '../../src/protocol/manifest.js';
import { adversaryNamed } from '../../src/sim/adversaries.js';
import type { Adversary } from '../../src/sim/adversary.js';
import type { EpochRecord } from '../../src/sim/epoch-record.js';
import type { NetworkModel } from '../../src/sim/network.js';
import { networkPreset } from '../../src/sim/presets.js';
import { loadRememberingBls, Simulation } from './remembered.js';

export const suite = defaultSuite(await loadRememberingBls());

/** Positions of customers: text by majority, numbers by their median. */
export const POSITIONS: Schema = defineSchema({
  name: 'positions',
  version: 1,
  absence: 'vote',
  key: ['position'],
  fields: {
    position: { type: 'integer' },
    customer: { type: 'string', maxLength: 60 },
    reference: { type: 'string', maxLength: 60 },
    amount: { type: 'decimal', scale: 2, resolve: 'median', tolerance: '0.05' },
  },
});

/** Places of the fields. */
export const [CUSTOMER, REFERENCE, AMOUNT] = [1, 2, 3] as const;

const FIRST = 7_310_000_000_000_000_001n;

/** Record `i` as it should be. Its texts are long enough to be found in any bytes, and to be guessed by nobody. */
export const truthOf = (i: number): readonly Value[] => [
  FIRST + BigInt(i * 977),
  `Customer ${(i * 2_654_435_761) >>> 0} of Harbour Street`,
  `REF-${((i + 1) * 40_503_003_007).toString(36)}-${((i + 7) * 69_069_001).toString(36)}`,
  BigInt(100_000 + ((i * 48_271) % 900_000)),
];

/** How bank `bank` alters record `i`; null leaves it out. */
export type Alteration = (truth: readonly Value[], i: number, bank: number) => readonly Value[] | null;

/** Books of `banks` banks over `records` records, each altered. */
export const booksOf = (banks: number, records: number, alter: Alteration): Dataset[] =>
  Array.from({ length: banks }, (_, bank) =>
    Dataset.fromRecords(
      POSITIONS,
      Array.from({ length: records }, (__, i) => alter(truthOf(i), i, bank) ?? []).filter(
        (row) => row.length > 0,
      ),
    ),
  );

/** A run's options beyond its books. */
export interface Setup {
  readonly faults?: number;
  /** Adversaries by bank: their names, or what they are. */
  readonly liars?: Readonly<Record<number, string | Adversary>>;
  readonly seed?: number;
  readonly parameters?: Partial<Parameters>;
  readonly network?: NetworkModel;
  readonly patience?: number;
  readonly onSend?: (from: number, to: number, bytes: Uint8Array) => void;
  readonly onOutput?: (bank: number, output: Output) => void;
}

/** A simulation of these books, with the most faults that so many banks bear. */
export function simulationOf(books: readonly Dataset[], setup: Setup = {}): InstanceType<typeof Simulation> {
  const { faults = Math.floor((books.length - 1) / 3), liars = {}, seed = 1, parameters, network } = setup;
  const { onSend, onOutput } = setup;
  return new Simulation({
    schema: books[0]!.schema,
    banks: books.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
    faults,
    adversaries: new Map(
      Object.entries(liars).map(([bank, liar]) => [
        Number(bank),
        typeof liar === 'string' ? adversaryNamed(liar) : liar,
      ]),
    ),
    network: network ?? networkPreset('synchronous', { banks: books.length }),
    suite,
    seed,
    ...(parameters && { parameters }),
    ...(setup.patience && { patience: setup.patience }),
    ...(onSend && { onSend }),
    ...(onOutput && { onOutput }),
  });
}

/** One epoch, in which nothing may be violated. */
export interface Ran {
  readonly simulation: InstanceType<typeof Simulation>;
  readonly record: EpochRecord;
  readonly honest: readonly number[];
  /** What honest banks and liars reported, by bank. */
  readonly outputs: readonly (readonly Output[])[];
}

/** Runs one epoch of these books. */
export function run(books: readonly Dataset[], setup: Setup = {}): Ran {
  const outputs: Output[][] = books.map(() => []);
  const simulation = simulationOf(books, {
    ...setup,
    onOutput: (bank, output) => {
      outputs[bank]!.push(output);
      setup.onOutput?.(bank, output);
    },
  });
  const record = simulation.runEpoch();
  const honest = books.map((_, i) => i).filter((i) => setup.liars?.[i] === undefined);
  return { simulation, record, honest, outputs };
}

/** What a bank was to reconcile. */
export function requestOf(outputs: readonly Output[]) {
  for (const output of outputs) if (output.type === 'reconcile') return output.request;
  throw new Error('nothing to reconcile');
}
