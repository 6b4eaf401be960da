import { maxFaults } from '../protocol/quorum.js';
import type { Random } from './random.js';
import { type ByzantineBank, honestOf, type Scenario, type SuccessionPlan } from './scenario.js';

/** Shares of all scenarios. */
const LOST_DISKS = 0.1;
const OUTAGES = 0.12;
const SUCCESSIONS = 0.1;
/** Epochs after which a bank that lost its disk in the first one has signed again. */
const EPOCHS_OF_LOSS = 4;
/** What a liar does who costs nobody anything but false answers. */
const FALSE_HISTORY: Pick<ByzantineBank, 'strategies' | 'trigger'> = {
  strategies: ['false-history'],
  trigger: { kind: 'always' },
};

/**
 * The scenario; in some cases with an honest bank that loses its disk, or is down through epochs, in the place of a liar:
 * either counts to the faults that are borne. In others with another manifest after its epochs.
 */
export function drawRecovery(scenario: Scenario, delta: number, random: Random): Scenario {
  const drawn = random.next();
  if (drawn < SUCCESSIONS) return { ...scenario, succession: drawSuccession(scenario, random) };
  if (scenario.faults === 0 || drawn >= SUCCESSIONS + LOST_DISKS + OUTAGES) return scenario;
  const isLoss = drawn < SUCCESSIONS + LOST_DISKS;
  return isLoss ? withLostDisk(scenario, delta, random) : withOutage(scenario, delta, random);
}

function drawSuccession({ banks, byzantine }: Scenario, random: Random): SuccessionPlan {
  const joining = random.int(3);
  const places = random.shuffle([...Array(banks).keys()]);
  const honest = random.shuffle(honestOf(banks, byzantine));
  const leaving = places.slice(0, random.int(2)).filter((_, i) => {
    const size = banks + joining - i - 1;
    return size >= 4 && maxFaults(size) >= byzantine.length;
  });
  const rekeyed = honest.slice(0, random.int(3)).filter((bank) => !leaving.includes(bank));
  const late = random.chance(0.3) ? honest.slice(0, 1 + random.int(honest.length)) : [];
  return { joining, leaving, rekeyed, late };
}

function withLostDisk(scenario: Scenario, delta: number, random: Random): Scenario {
  const byzantine = scenario.byzantine.slice(0, scenario.faults - 1);
  const bank = random.pick(honestOf(scenario.banks, byzantine));
  const crash = {
    bank,
    step: 1 + random.int(random.pick([5, 20, 50])),
    during: random.pick(['persist', 'send'] as const),
    share: random.next(),
    downMs: random.int(random.pick([2, 10, 40]) * delta),
    disk: 'lost' as const,
  };
  return {
    ...scenario,
    byzantine,
    epochs: EPOCHS_OF_LOSS,
    records: Math.min(scenario.records, 24),
    crashes: [...scenario.crashes.filter(({ step }) => step !== crash.step), crash],
    healsAtMs: Math.max(scenario.healsAtMs, 100 * delta),
  };
}

function withOutage(scenario: Scenario, delta: number, random: Random): Scenario {
  const others = scenario.byzantine.slice(0, scenario.faults - 1);
  // One that answers falsely, and does nothing else, leaves enough that take part: it may be one more.
  const places = honestOf(scenario.banks, others);
  const liar = random.chance(0.6) ? [{ bank: random.pick(places), ...FALSE_HISTORY }] : [];
  const byzantine = [...others, ...liar].sort((a, b) => a.bank - b.bank);
  const honest = honestOf(scenario.banks, byzantine);
  const bank = random.pick(honest);
  const from = random.int(2);
  const until = from + (random.chance(0.3) ? 1 : 2);
  return {
    ...scenario,
    byzantine,
    epochs: until + 1,
    records: Math.min(scenario.records, 24),
    crashes: scenario.crashes.filter((crash) => crash.bank !== bank && honest.includes(crash.bank)),
    outages: [{ bank, from, afterMs: random.pick([0, 1, 20]) * random.int(delta), until }],
  };
}
