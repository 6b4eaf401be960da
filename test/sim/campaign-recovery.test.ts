import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadBls } from '../../src/crypto/bls-load.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { Journal } from '../../src/protocol/journal.js';
import type { Suite } from '../../src/protocol/suite.js';
import { Campaign, type Verdict } from '../../src/sim/campaign-run.js';
import { drawScenario } from '../../src/sim/campaign-scenario.js';
import { guaranteeOf } from '../../src/sim/campaign-shrink.js';
import { honestOf, type Scenario } from '../../src/sim/scenario.js';
import { calm } from './calm-scenario.js';

let suite: Suite;
let campaign: Campaign;
beforeAll(async () => {
  suite = defaultSuite(await loadBls());
  campaign = new Campaign(suite, 500);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const liar = (bank: number, strategy: string) => ({
  bank,
  strategies: [strategy],
  trigger: { kind: 'always' } as const,
});
const run = (changes: Partial<Scenario>): Verdict => campaign.run({ ...calm, ...changes });

describe('the scenarios of seeds', () => {
  const drawn = Array.from({ length: 1000 }, (_, i) => drawScenario(i + 1));

  it('have lost disks, banks that are down through epochs, successions and both meanings of absence', () => {
    const count = (has: (scenario: Scenario) => unknown): number => drawn.filter(has).length;
    expect(count(({ crashes }) => crashes.some(({ disk }) => disk === 'lost'))).toBeGreaterThan(50);
    expect(count(({ outages }) => outages)).toBeGreaterThan(50);
    expect(count(({ succession }) => succession?.late.length === 0)).toBeGreaterThan(40);
    expect(count(({ succession }) => succession && succession.late.length > 0)).toBeGreaterThan(10);
    expect(count(({ absence }) => absence === 'abstain')).toBeGreaterThan(200);
  });

  it('count banks without their disk, and banks that are down, to the faults that are borne', () => {
    for (const { banks, faults, byzantine, crashes, outages = [], epochs } of drawn) {
      const gone = [...crashes.filter(({ disk }) => disk), ...outages].map(({ bank }) => bank);
      for (const bank of gone) expect(honestOf(banks, byzantine)).toContain(bank);
      // A liar that only answers falsely takes part otherwise.
      const costly = byzantine.filter(({ strategies }) => strategies.join() !== 'false-history');
      const missing = outages.length > 0 ? costly.length : byzantine.length;
      expect(missing + gone.length).toBeLessThanOrEqual(faults);
      for (const { from, until } of outages) expect(from < until && until < epochs).toBe(true);
    }
  });
});

describe('a bank that crashes while it gives back slices', () => {
  it('gave them back after the inputs were agreed, though its host never heard that they were', () => {
    const crash = { bank: 1, step: 12, during: 'send', share: 0.3, downMs: 44 } as const;
    const dealt = { seed: 167, divergence: 0, disputed: 0.1, duplicate: 0.5, reorder: 0.1, healsAtMs: 4100 };
    for (const disk of [undefined, 'lost'] as const)
      expect(run({ ...dealt, crashes: [{ ...crash, ...(disk && { disk }) }] })).toMatchObject({
        violations: [],
        crashes: 1,
      });
  });
});

describe('a bank that lost its disk', () => {
  const crash = { bank: 1, step: 14, during: 'send', share: 1, downMs: 30 } as const;
  const lost = { epochs: 4, crashes: [{ ...crash, disk: 'lost' as const }] };

  it('asks the others, signs nothing meanwhile, and takes part again', () => {
    expect(run(lost)).toMatchObject({ violations: [], lost: 1, crashes: 1 });
  });

  it('is found out when it signs all the same', () => {
    vi.spyOn(Journal.prototype, 'abstains').mockReturnValue(false);
    expect(run(lost).violations).toContainEqual(
      expect.stringMatching(/^integrity: .*bank-1 lost its log and signs: /),
    );
  });

  it('finds out by itself, at the latest, when its host takes the empty disk for that of a new bank', () => {
    const unstable = { untilMs: 4000, drop: 0.1, late: 0.5, lateMs: 1200 };
    const replaced = { ...crash, bank: 0, step: 11, disk: 'replaced' as const };
    const verdict = run({ seed: 8, healsAtMs: 4000, unstable, crashes: [replaced] });
    expect(verdict.violations).toEqual([
      'integrity: epoch 0: bank-0 finds signatures that its log does not have',
    ]);
  });
});

describe('a bank that is down through epochs', () => {
  const outages = [{ bank: 2, from: 0, afterMs: 50, until: 2 }];

  it('learns what was sealed from whoever is honest, and takes part in the next', () => {
    const byzantine = [liar(0, 'false-history')];
    const verdict = run({ seed: 15, epochs: 3, outages, byzantine });
    expect(verdict).toMatchObject({ violations: [], caughtUp: 1 });
    expect([...verdict.acted]).toEqual(['false-history']);
  });
});

describe('another manifest', () => {
  const succession = { joining: 1, leaving: [0], rekeyed: [2], late: [] };

  it('is followed by an epoch under it, whoever joins, leaves, or changes its keys', () => {
    expect(run({ succession, byzantine: [liar(3, 'equivocate')] })).toMatchObject({
      violations: [],
      succeeded: true,
    });
  });

  it('and the next epoch under the old one do not both come, whoever is late', () => {
    for (const late of [[1], [1, 2]]) {
      const verdict = run({ succession: { ...succession, late }, byzantine: [liar(3, 'equivocate')] });
      expect(verdict).toMatchObject({ violations: [], succeeded: false });
    }
  });

  it('is found to come beside that epoch when a promise does not bind', () => {
    vi.spyOn(Journal.prototype, 'mute').mockReturnValue(false);
    const contested = { ...succession, late: [1] };
    expect(run({ succession: contested }).violations.map(guaranteeOf)).toContain('succession');
  });
});
