import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { Dataset } from '../../src/data/dataset.js';
import type { DecideKey } from '../../src/data/decide-key.js';
import { reconcileOutcome } from '../../src/data/outcome.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import type { Resolver } from '../../src/data/resolve.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { networkPreset } from '../../src/sim/presets.js';
import type { ReconcileOptions, ReconcileOutcome } from '../../src/sim/reconcile.js';
import type { Reconcile } from '../../src/sim/result-rules.js';
import { loadRememberingBls, reconcile, Simulation, simulate } from './remembered.js';

const schema = defineSchema({
  name: 'prices',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    price: { type: 'integer', resolve: { function: 'highest-but-f' } },
    unit: { type: 'string' },
  },
});
/** Four banks: key 1 is disputed, no version of it has more than one holder; key 2 is unanimous, key 3 settled. */
const datasets = Object.fromEntries(
  [
    [100n, 'kg', 7n],
    [103n, 'kg', 7n],
    [101n, 'g', 7n],
    [190n, 'kg', 8n],
  ].map(([price, unit, third], i) => [
    `bank-${i}`,
    Dataset.fromRecords(schema, [
      [1n, price as bigint, unit as string],
      [2n, 5n, 'kg'],
      [3n, third as bigint, 'kg'],
    ]),
  ]),
);

/** The largest number but the f largest: no f liars can raise it above what an honest bank says. */
const highestButF: Resolver = (claims, { faults }) => {
  const numbers = claims.flatMap(({ value, banks }) => banks.map(() => value as bigint));
  const value = numbers.sort((a, b) => (a < b ? 1 : -1))[faults]!;
  const says = (wanted: boolean) =>
    claims.flatMap(({ value: own, banks }) => ((own === value) === wanted ? banks : []));
  const [supporters, dissenters] = [says(true), says(false)];
  return { state: 'decided', value, rule: 'highest-but-f', supporters, dissenters, margin: 0 };
};

const run = (options: Partial<ReconcileOptions> = {}): Promise<ReconcileOutcome> =>
  reconcile({ schema, datasets, ...options });
const cellOf = ({ rows }: ReconcileOutcome, id: bigint, field: number) =>
  rows.find(({ values }) => values[0] === id)?.values[field];
const sound = ({ report }: ReconcileOutcome): void => {
  expect([report.agreement, report.violations]).toEqual([true, []]);
};

describe('a function that a schema names', () => {
  it('decides its field of a disputed key, and nothing else', async () => {
    const outcome = await run({ functions: { 'highest-but-f': highestButF } });
    sound(outcome);
    expect(outcome.report.keys).toMatchObject({ unanimous: 1, settled: 1, disputed: 1, unresolved: 0 });
    expect([1n, 2n, 3n].map((id) => cellOf(outcome, id, 1))).toEqual([103n, 5n, 7n]);
    expect(cellOf(outcome, 1n, 2)).toBe('kg');
    expect(outcome.explanations.find(({ key, field }) => key === '1' && field === 'price')).toMatchObject({
      value: 103n,
      rule: 'highest-but-f',
      supporters: ['bank-1'],
      dissenters: ['bank-0', 'bank-2', 'bank-3'],
      class: 'disputed',
    });
    expect(outcome.report.parameters.rules).toBe('highest-but-f');
  });

  it('that is not given, or throws, leaves its field open and says why', async () => {
    const failing: Resolver = () => {
      throw new Error('no idea');
    };
    for (const [options, reason] of [
      [{}, 'no function "highest-but-f" is registered'],
      [{ functions: { 'highest-but-f': failing } }, 'function "highest-but-f" failed: no idea'],
    ] as const) {
      const outcome = await run(options);
      sound(outcome);
      expect(outcome.report.keys.unresolved).toBe(1);
      expect(cellOf(outcome, 1n, 1)).toBeUndefined();
      expect(cellOf(outcome, 1n, 2)).toBe('kg');
      expect(outcome.breaks.find(({ key }) => key === '1')).toMatchObject({ field: 'price', reason });
    }
  });
});

describe('a function that decides disputed keys', () => {
  it('is asked about them only, and decides what it answers', async () => {
    const asked: string[] = [];
    const decide: DecideKey = ({ versions, withheld, faults }) => {
      asked.push(String(versions[0]!.values[0]));
      expect([versions.length, withheld, faults]).toEqual([4, [], 1]);
      return { price: 42n };
    };
    const outcome = await run({ decide, functions: { 'highest-but-f': highestButF } });
    sound(outcome);
    expect(new Set(asked)).toEqual(new Set(['1']));
    expect([1n, 2n, 3n].map((id) => cellOf(outcome, id, 1))).toEqual([42n, 5n, 7n]);
    expect(outcome.explanations.find(({ key, field }) => key === '1' && field === 'price')!.rule).toBe(
      'function',
    );
    expect(outcome.report.parameters.rules).toBe('highest-but-f, decide');
  });

  it('decides in a simulation too', async () => {
    const decide: DecideKey = () => ({ currency: 'PLN' });
    const options = { banks: 4, records: 40, divergence: 0, disputed: 0.5 } as const;
    const [plain, decided] = [await simulate(options), await simulate({ ...options, decide })];
    expect([plain.accuracy, plain.violations]).toEqual([1, []]);
    expect([decided.agreement, decided.violations]).toEqual([true, []]);
    expect(decided.accuracy).toBeLessThan(1);
    expect(decided.keys).toEqual(plain.keys);
    expect(decided.resultRoot).not.toBe(plain.resultRoot);
  });
});

describe('a function that computes the whole result', () => {
  it('is taken at its word: what is sealed is the root that it gives', async () => {
    let requests: ReconcileRequest[] = [];
    const root = new Uint8Array(32).fill(7);
    const empty: Reconcile = (request) => {
      requests = [...requests, request];
      return { ...reconcileOutcome(request), root, rows: [], breaks: [], explanations: [] };
    };
    const { report, rows, seal } = await run({ reconcile: empty });
    expect([report.agreement, report.violations, rows]).toEqual([true, [], []]);
    expect(report.resultRoot).toBe(toHex(root));
    expect(seal).not.toBeNull();
    expect(requests).toHaveLength(4);
    expect(new Set(requests.map(({ common }) => common.length))).toEqual(new Set([1]));
  });

  it('may not stand beside rules that it would ignore', async () => {
    for (const rules of [{ decide: () => undefined }, { functions: { 'highest-but-f': highestButF } }])
      await expect(run({ ...rules, reconcile: reconcileOutcome })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        detail: { option: Object.keys(rules)[0] },
      });
  });

  it('may not be named otherwise than the schema has it', async () => {
    const functions = { 'highest-but-one': highestButF };
    await expect(run({ functions })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      detail: { option: 'functions', reason: 'has "highest-but-one", which no field of the schema names' },
    });
  });
});

describe('a function that is not deterministic', () => {
  const suite = loadRememberingBls().then(defaultSuite);

  /** An epoch of four honest banks; `calls` counts how often a result was computed before. */
  async function epoch(change: (root: Uint8Array, calls: number) => Uint8Array) {
    let calls = 0;
    const simulation = new Simulation({
      schema,
      banks: Object.entries(datasets).map(([id, dataset]) => ({ id, dataset })),
      faults: 1,
      adversaries: new Map(),
      network: networkPreset('synchronous', { banks: 4 }),
      suite: await suite,
      seed: 1,
      reconcile: (request) => {
        const outcome = reconcileOutcome(request);
        return { ...outcome, root: change(outcome.root, calls++) };
      },
    });
    const record = simulation.runEpoch();
    return { record, violations: simulation.oracle.violations, calls };
  }
  const altered = (root: Uint8Array, by: number): Uint8Array => root.with(0, root[0]! ^ by);

  it('costs termination, never agreement: with every bank’s result another nothing is sealed', async () => {
    const { record, violations, calls } = await epoch((root, call) => altered(root, call));
    expect(calls).toBe(4);
    expect(record.complete).toBe(false);
    expect(record.sealed.every((sealed) => sealed === undefined)).toBe(true);
    // The inputs are agreed all the same, and alike.
    expect(new Set(record.agreed.map((agreed) => toHex(agreed!.value))).size).toBe(1);
    expect(violations.length).toBeGreaterThan(0);
    for (const violation of violations) expect(violation).toMatch(/^termination/);
  });

  it('seals nothing when two and two banks come to the same', async () => {
    const { record } = await epoch((root, call) => altered(root, call % 2));
    expect(record.sealed.every((sealed) => sealed === undefined)).toBe(true);
  });

  it('seals one result, the one of 2f + 1 executors, when a single bank comes to another', async () => {
    const { record, violations } = await epoch((root, call) => altered(root, call === 0 ? 1 : 0));
    expect(record.complete).toBe(true);
    expect(new Set(record.roots).size).toBe(1);
    const differing = record.sealed.filter((s) => toHex(s!.outcome!.root) !== toHex(s!.seal.root));
    expect(differing).toHaveLength(1);
    for (const violation of violations) expect(violation).not.toMatch(/^agreement/);
  });
});

describe('an error that a whole-result function throws', () => {
  it('comes out of the run as it is', async () => {
    const failure = new Error('my own');
    const failing: Reconcile = () => {
      throw failure;
    };
    const caught = await run({ reconcile: failing }).catch((error: unknown) => error);
    expect(caught).toBe(failure);
    expect(isConcordatError(caught)).toBe(false);
  });
});
