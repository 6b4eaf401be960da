import { beforeAll, describe, expect, it } from 'vitest';
import { loadBls } from '../../src/crypto/bls-load.js';
import { Dataset } from '../../src/data/dataset.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { Suite } from '../../src/protocol/suite.js';
import { type Adversary, defineAdversary } from '../../src/sim/adversary.js';
import type { EpochRecord } from '../../src/sim/epoch-record.js';
import { generate } from '../../src/sim/generate.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { Simulation } from '../../src/sim/simulation.js';

let suite: Suite;
beforeAll(async () => {
  suite = defaultSuite(await loadBls());
});

const banks = 4;
const network = networkPreset('synchronous', { banks });
const books = generate({
  banks,
  records: 300,
  divergence: 0.05,
  random: new Random(1),
  honest: [0, 1, 2, 3],
}).datasets;

function build(adversaries: Map<number, Adversary>, parameters = {}, data = books): Simulation {
  const named = data.map((dataset, i) => ({ id: `bank-${i}`, dataset }));
  const options = { schema: data[0]!.schema, banks: named, faults: 1, adversaries, network, suite, seed: 5 };
  return new Simulation({ ...options, parameters });
}

/** The leader of view 0 of every simulation here: one seed, one schedule. */
const leader = (): number => build(new Map()).runEpoch().sealed[0]!.seal.header.schedule[0]!;
const work = ({ work }: EpochRecord, bank: number): number => work[bank]!.verifications;

describe('a leader that sends its draft again and again', () => {
  it('costs each bank one signature check a copy, not a draft', () => {
    const again = defineAdversary({
      name: 'again',
      attack: (outgoing, { decode }) =>
        outgoing.flatMap((send) => Array(decode(send.bytes).type === 'draft' ? 20 : 1).fill(send)),
    });
    const liar = leader();
    const other = (liar + 1) % banks;
    const once = build(new Map()).runEpoch();
    const often = build(new Map([[liar, again]])).runEpoch();
    expect(often.complete).toBe(true);
    expect(work(often, other) - work(once, other)).toBeLessThanOrEqual(19);
  });
});

describe('the longest table that the manifest allows', () => {
  it('has room for all that a leader and each of f + 2 others may differ in: nobody is left out', () => {
    const parameters = { sketchSymbols: 128, maxDifferences: 128 };
    const { truth } = generate({ banks, records: 500, divergence: 0, random: new Random(2), honest: [0] });
    const same: Dataset[] = Array(banks).fill(truth);
    const first = build(new Map(), parameters, same).runEpoch().sealed[0]!.seal.header.schedule[0]!;
    // Each but the leader lacks keys of its own, nearly as many as it may.
    const lacking = [110, 112, 114, 116];
    const data = same.map(({ schema, entries }, bank) =>
      Dataset.fromRecords(
        schema,
        entries
          .filter((_, i) => bank === first || i < 120 * bank || i >= 120 * bank + lacking[bank]!)
          .map(({ values }) => values),
      ),
    );
    const { sealed } = build(new Map(), parameters, data).runEpoch();
    expect(sealed[first]!.inputs).toEqual([0, 1, 2, 3]);
    expect(sealed[first]!.table!.rows.length).toBeGreaterThan(2 * parameters.maxDifferences);
    expect(sealed[first]!.table!.rows.length).toBeLessThanOrEqual(3 * parameters.maxDifferences);
  });
});
