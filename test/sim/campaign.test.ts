import { describe, expect, it } from 'vitest';
import { loadBls } from '../../src/crypto/bls-load.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { adversaries } from '../../src/sim/adversaries.js';
import {
  drawEngineScenario,
  ENGINE_STRATEGIES,
  EngineCampaign,
  type EngineScenario,
  type EngineStrategy,
} from '../../src/sim/campaign-engine.js';
import { Campaign } from '../../src/sim/campaign-run.js';
import { drawScenario, networkOf, type Scenario } from '../../src/sim/campaign-scenario.js';
import {
  guaranteeOf,
  shrink,
  smallerEngineScenarios,
  smallerScenarios,
} from '../../src/sim/campaign-shrink.js';
import { Network } from '../../src/sim/network.js';
import { Random } from '../../src/sim/random.js';
import { calm } from './calm-scenario.js';

const seeds = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const share = <T>(of: readonly T[], has: (each: T) => boolean): number => of.filter(has).length / of.length;

describe('the scenarios of seeds', () => {
  const drawn = seeds(1, 1000).map(drawScenario);

  it('are plain data, the same for the same seed', () => {
    for (const scenario of drawn.slice(0, 100)) {
      expect(drawScenario(scenario.seed)).toEqual(scenario);
      expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
    }
  });

  it('never have more liars than faults to bear, crash no liar, and heal', () => {
    for (const { banks, faults, byzantine, crashes, partitions, unstable, healsAtMs } of drawn) {
      expect(banks).toBeGreaterThanOrEqual(3 * faults + 1);
      expect(byzantine.length).toBeLessThanOrEqual(faults);
      const liars = byzantine.map(({ bank }) => bank);
      expect(new Set(liars).size).toBe(liars.length);
      for (const { bank } of crashes) expect(liars).not.toContain(bank);
      for (const { untilMs } of partitions) expect(untilMs).toBeLessThanOrEqual(healsAtMs);
      if (unstable) expect(unstable.untilMs).toBeLessThanOrEqual(healsAtMs);
    }
  });

  it('have networks that there can be', () => {
    for (const scenario of drawn)
      expect(() => new Network(networkOf(scenario), scenario.banks, new Random(1))).not.toThrow();
  });

  it('have every strategy, mixes, triggers and kinds of fault in them', () => {
    const used = new Set(drawn.flatMap(({ byzantine }) => byzantine.flatMap(({ strategies }) => strategies)));
    expect([...used].sort()).toEqual(Object.keys(adversaries).sort());
    expect(
      share(drawn, ({ byzantine }) => byzantine.some(({ strategies }) => strategies.length > 1)),
    ).toBeGreaterThan(0.2);
    expect(share(drawn, ({ crashes }) => crashes.length > 0)).toBeGreaterThan(0.3);
    expect(share(drawn, ({ partitions }) => partitions.length > 0)).toBeGreaterThan(0.2);
    expect(share(drawn, ({ unstable }) => unstable !== null && unstable.drop > 0)).toBeGreaterThan(0.1);
    expect(share(drawn, ({ healsAtMs }) => healsAtMs === 0)).toBeGreaterThan(0.2);
    const triggers = new Set(drawn.flatMap(({ byzantine }) => byzantine.map(({ trigger }) => trigger.kind)));
    expect(triggers).toEqual(new Set(['always', 'between', 'chance', 'after']));
  });
});

describe('agreement alone', () => {
  const campaign = new EngineCampaign();

  it('holds, whatever f banks do, and ends once everything has healed', () => {
    const runs = seeds(1, 3600).map((seed) => ({ seed, ...campaign.run(drawEngineScenario(seed)) }));
    expect(runs.filter(({ violations }) => violations.length > 0)).toEqual([]);
    expect(share(runs, ({ views }) => views > 1)).toBeGreaterThan(0.2);
    expect(share(runs, ({ crashes }) => crashes > 0)).toBeGreaterThan(0.2);
    expect(share(runs, ({ torn }) => torn > 0)).toBeGreaterThan(0.05);
  }, 240_000);

  /** With one liar more than there may be, of four banks. */
  const overrun = (seed: number, strategy: EngineStrategy): EngineScenario => {
    const calm = {
      loss: 0,
      duplicate: 0,
      reorder: 0,
      partitions: [],
      unstable: null,
      crashes: [],
      healsAtMs: 0,
    };
    const byzantine = [0, 1].map((bank) => ({ bank, strategy }));
    return { ...drawEngineScenario(seed), banks: 4, faults: 1, ...calm, byzantine };
  };

  it.each(['twins', 'liar', 'lying-twins'] as const)('is broken by f + 1 banks that are %s', (strategy) => {
    const broken = seeds(1, 60).filter((seed) =>
      campaign.run(overrun(seed, strategy)).violations.some((each) => guaranteeOf(each) === 'agreement'),
    );
    expect(broken.length).toBeGreaterThan(0);
  });

  it('does not end when f + 1 banks say nothing', () => {
    const { violations } = new EngineCampaign(2000).run(overrun(1, 'silent'));
    expect(violations.map(guaranteeOf)).toEqual(['termination']);
  });

  it('ends though a bank crashes that is ahead, and what it said of the view before is lost', () => {
    const crash = (bank: number, step: number, during: 'persist' | 'send', downMs: number) =>
      ({ bank, step, during, share: 0.3, downMs }) as const;
    const lossy = { untilMs: 3255, drop: 0.3, late: 0.2, lateMs: 294 };
    const restarted = {
      ...overrun(7545, 'silent'),
      byzantine: [{ bank: 3, strategy: 'silent' as const }],
      duplicate: 0.1,
      reorder: 0.1,
    };
    const first = { ...restarted, unstable: lossy, crashes: [crash(0, 7, 'persist', 6)], healsAtMs: 3255 };
    const crashes = [crash(0, 11, 'send', 1), crash(1, 2, 'persist', 35), crash(2, 5, 'persist', 19)];
    const second = { ...restarted, seed: 13680, duplicate: 0.5, reorder: 0, crashes, healsAtMs: 2667 };
    for (const scenario of [first, second]) expect(campaign.run(scenario).violations).toEqual([]);
  });

  it('does the same again for the same scenario', () => {
    for (const seed of [1, 2, 3])
      expect(campaign.run(drawEngineScenario(seed))).toEqual(campaign.run(drawEngineScenario(seed)));
    const drawn = new Set(
      seeds(1, 100).flatMap((seed) => drawEngineScenario(seed).byzantine.map((each) => each.strategy)),
    );
    expect(drawn).toEqual(new Set(ENGINE_STRATEGIES));
  });

  it('shrinks a failure to one that is no larger and fails alike', () => {
    const impatient = new EngineCampaign(2000);
    const violations = (scenario: EngineScenario) => impatient.run(scenario).violations;
    const failing = {
      ...overrun(1, 'silent'),
      duplicate: 0.1,
      partitions: [{ fromMs: 0, untilMs: 50, groups: [[2], [3]] }],
    };
    const smallest = shrink(failing, violations, smallerEngineScenarios, 6);
    expect(smallest).toEqual({ ...failing, duplicate: 0, partitions: [] });
  });
});

describe('whole epochs with real cryptography', () => {
  it('keep every guarantee, whatever f banks, the network, crashes and torn logs do', async () => {
    const campaign = new Campaign(defaultSuite(await loadBls()));
    const small = seeds(1, 800)
      .map(drawScenario)
      .filter(({ banks, records, epochs }) => banks === 4 && records <= 24 && epochs === 1)
      .slice(0, 40);
    const runs = small.map((scenario) => ({ seed: scenario.seed, ...campaign.run(scenario) }));
    expect(runs.flatMap(({ seed, violations }) => violations.map((each) => `${seed}: ${each}`))).toEqual([]);
    expect(runs.some(({ viewChanged }) => viewChanged)).toBe(true);
    expect(runs.some(({ crashes }) => crashes > 0)).toBe(true);
    expect(runs.some(({ disputed }) => disputed)).toBe(true);
    expect(runs.some(({ acted }) => acted.size > 0)).toBe(true);
  }, 240_000);

  it('end at a bank that restarts without the headers of what is decided', async () => {
    const scenario: Scenario = {
      ...calm,
      seed: 986,
      records: 1,
      divergence: 0,
      statistics: 'open',
      latencyMs: 50,
      reorder: 0.5,
      partitions: [{ fromMs: 2325, untilMs: 3216, groups: [[0], [2, 3], [1]] }],
      unstable: { untilMs: 5151, drop: 0.02, late: 0.2, lateMs: 1313 },
      crashes: [{ bank: 1, step: 8, during: 'persist', share: 0.36113184715565383, downMs: 3506 }],
      healsAtMs: 5151,
      absence: 'abstain',
    };
    const campaign = new Campaign(defaultSuite(await loadBls()));
    expect(campaign.run(scenario)).toMatchObject({ violations: [], crashes: 1, torn: 1 });
  });

  it('are found out when more banks lie than f, and when an adversary throws', async () => {
    const campaign = new Campaign(defaultSuite(await loadBls()), 500);
    const scenario: Scenario = {
      ...drawScenario(1),
      banks: 4,
      faults: 1,
      epochs: 1,
      records: 1,
      crashes: [],
      partitions: [],
      unstable: null,
      loss: 0,
      healsAtMs: 0,
      byzantine: [0, 1].map((bank) => ({ bank, strategies: ['silent'], trigger: { kind: 'always' } })),
    };
    expect(campaign.run(scenario).violations.map(guaranteeOf)).toContain('termination');
    const unknown = {
      ...scenario,
      byzantine: [{ bank: 0, strategies: ['nobody'], trigger: { kind: 'always' } }],
    } as const;
    expect(campaign.run(unknown).violations.map(guaranteeOf)).toEqual(['error']);
  }, 60_000);
});

describe('shrink', () => {
  /** Fails as long as bank 1 is a censor and there is a crash. */
  const violations = ({ byzantine, crashes }: Scenario): string[] =>
    byzantine.some(({ bank, strategies }) => bank === 1 && strategies.includes('censor')) &&
    crashes.length > 0
      ? ['inclusion: somebody is left out']
      : [];
  const large: Scenario = {
    ...drawScenario(7),
    banks: 7,
    faults: 2,
    epochs: 2,
    records: 60,
    byzantine: [
      { bank: 1, strategies: ['silent', 'censor'], trigger: { kind: 'chance', share: 0.5 } },
      { bank: 2, strategies: ['delay'], trigger: { kind: 'always' } },
    ],
    crashes: [0, 2, 3].map((bank) => ({ bank, step: 3, during: 'send', share: 0, downMs: 1 })),
    partitions: [{ fromMs: 1, untilMs: 9, groups: [[0], [1, 2]] }],
  };

  it('leaves only what the failure needs', () => {
    const smallest = shrink(large, violations, smallerScenarios);
    expect(violations(smallest)).not.toEqual([]);
    const { banks, faults, epochs, records, byzantine, crashes, partitions, unstable, statistics } = smallest;
    expect({ banks, faults, epochs, records, partitions, unstable, statistics }).toEqual({
      banks: 4,
      faults: 1,
      epochs: 1,
      records: 1,
      partitions: [],
      unstable: null,
      statistics: 'none',
    });
    expect(byzantine).toEqual([{ bank: 1, strategies: ['censor'], trigger: { kind: 'always' } }]);
    expect(crashes).toHaveLength(1);
  });

  it('gives back a scenario that does not fail, and stops at its bound of runs', () => {
    expect(shrink(large, () => [], smallerScenarios)).toBe(large);
    let runs = 0;
    const counted = (scenario: Scenario): string[] => {
      runs++;
      return violations(scenario);
    };
    shrink(large, counted, smallerScenarios, 5);
    expect(runs).toBeLessThanOrEqual(6);
  });

  it('takes no other failure for the same', () => {
    const other = (scenario: Scenario): string[] =>
      scenario === large ? ['agreement: lost'] : ['termination: stuck'];
    expect(shrink(large, other, smallerScenarios)).toBe(large);
  });
});
