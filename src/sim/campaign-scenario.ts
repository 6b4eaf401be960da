import { STATISTICS_MODES } from '../protocol/manifest.js';
import { maxFaults } from '../protocol/quorum.js';
import { adversaries } from './adversaries.js';
import { drawRecovery } from './campaign-recovery.js';
import type { CrashPoint } from './crash-point.js';
import type { Instability, NetworkModel, Partition } from './network.js';
import { networkPreset } from './presets.js';
import { Random } from './random.js';
import { type ByzantineBank, honestOf, type Scenario } from './scenario.js';

import type { Trigger } from './triggers.js';

export type { ByzantineBank, Scenario } from './scenario.js';

/** Small consortia more often: they run faster, and f = 1 has its own corners. */
const SIZES = [4, 4, 4, 4, 5, 5, 6, 7, 7, 10];
/** Strategies whose output may be no message at all: they come last, so that the others have something to read. */
const NOISY: ReadonlySet<string> = new Set(['flood', 'bad-encoding']);
/** Strategies of leaders: they do nothing before a liar leads, which in a short run it may never do. */
const LEADING: ReadonlySet<string> = new Set([
  'censor',
  'copycat',
  'fork-schedule',
  'greedy-leader',
  'lying-leader',
  'slow-leader',
  'stale-certificate',
  'two-faced',
]);
/** Losses in a row that Δ allows for where links lose. */
const LOSSES_IN_DELTA = 3;

/** The scenario of a seed: size, liars, network, crashes, books and parameters are all drawn from it. */
export function drawScenario(seed: number): Scenario {
  const random = new Random(seed).fork('scenario');
  const banks = random.pick(SIZES);
  const faults = random.chance(0.9) ? maxFaults(banks) : random.int(maxFaults(banks) + 1);
  const latencyMs = random.pick([5, 20, 50]);
  // A third runs within Δ, where inclusion and termination in time are promised as well.
  const timely = random.chance(1 / 3);
  const delta = 2 * latencyMs + 1;
  const healsAtMs = timely ? 0 : delta * (5 + random.int(60));
  const byzantine = drawByzantine(banks, faults, delta, random.fork('byzantine'));
  const honest = honestOf(banks, byzantine);
  const drawn: Scenario = {
    seed,
    banks,
    faults,
    epochs: random.chance(0.2) ? 2 : 1,
    records: random.pick([1, 8, 24, 24, 60, 60]),
    divergence: random.pick([0, 0.05, 0.1, 0.3]),
    disputed: random.pick([0, 0, 0.1, 0.2, 0.5]),
    noise: random.pick([0, 0, 0.2]),
    quota: random.chance(0.15) ? random.int(8) : null,
    statistics: random.pick(STATISTICS_MODES),
    latencyMs,
    loss: timely ? 0 : random.pick([0, 0, 0.05, 0.3]),
    duplicate: random.pick([0, 0, 0.05, 0.5]),
    reorder: random.pick([0, 0, 0.1, 0.5]),
    partitions: timely ? [] : drawPartitions(banks, healsAtMs, random.fork('partitions')),
    unstable: timely ? null : drawInstability(healsAtMs, delta, random.fork('unstable')),
    byzantine,
    crashes: timely ? [] : drawCrashes(honest, delta, random.fork('crashes')),
    healsAtMs,
    absence: random.fork('absence').pick(['vote', 'vote', 'abstain'] as const),
  };
  const leaders = byzantine.filter(({ strategies }) => strategies.some((name) => LEADING.has(name)));
  const first = leaders.length > 0 && random.fork('leader').chance(0.7) ? leaders[0] : undefined;
  const bounds = drawBounds(random.fork('bounds'));
  const led = { ...drawn, ...bounds, ...(first && { firstLeader: first.bank }) };
  return drawRecovery(led, delta, random.fork('recovery'));
}

/** How much honest banks may differ, and how little of a sketch travels unasked: mostly less than a manifest's defaults. */
function drawBounds(random: Random): Pick<Scenario, 'room' | 'sketchSymbols'> {
  const sketchSymbols = random.pick([null, 8, 8, 16, 64]);
  const room = random.pick([null, 0, 0, 3]);
  return { ...(sketchSymbols !== null && { sketchSymbols }), ...(room !== null && { room }) };
}

function drawByzantine(banks: number, faults: number, delta: number, random: Random): ByzantineBank[] {
  const liars = random.chance(0.75) ? faults : random.int(faults + 1);
  const places = random.shuffle([...Array(banks).keys()]).slice(0, liars);
  return places
    .sort((a, b) => a - b)
    .map((bank) => {
      const several = random.chance(0.3) ? 2 + random.int(2) : 1;
      const strategies = random.shuffle(Object.keys(adversaries)).slice(0, several);
      const ordered = [
        ...strategies.filter((name) => !NOISY.has(name)),
        ...strategies.filter((name) => NOISY.has(name)),
      ];
      return { bank, strategies: ordered, trigger: drawTrigger(delta, random) };
    });
}

function drawTrigger(delta: number, random: Random): Trigger {
  if (random.chance(0.6)) return { kind: 'always' };
  const fromMs = random.int(20 * delta);
  return random.pick<Trigger>([
    { kind: 'chance', share: 0.5 },
    { kind: 'between', fromMs, untilMs: fromMs + random.int(40 * delta) },
    { kind: 'after', heard: random.pick(['draft', 'certificate', 'timeout', 'slices']) },
  ]);
}

/** Up to three, of two or three groups each; some banks may be in no group, and so reach everybody. */
export function drawPartitions(banks: number, healsAtMs: number, random: Random): Partition[] {
  const count = random.pick([0, 0, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => {
    const [a, b] = [random.int(healsAtMs + 1), random.int(healsAtMs + 1)];
    const groups: number[][] = Array.from({ length: 2 + random.int(2) }, () => []);
    for (let bank = 0; bank < banks; bank++) if (random.chance(0.9)) random.pick(groups).push(bank);
    return { fromMs: Math.min(a, b), untilMs: Math.max(a, b), groups };
  });
}

export function drawInstability(untilMs: number, delta: number, random: Random): Instability | null {
  if (random.chance(0.5)) return null;
  const drop = random.pick([0, 0.02, 0.1, 0.3]);
  const late = random.pick([0.05, 0.2, 0.6]);
  return { untilMs, drop, late, lateMs: delta * (1 + random.int(20)) };
}

/** In half of all scenarios none; else up to three, of whichever honest banks. */
export function drawCrashes(honest: readonly number[], delta: number, random: Random): CrashPoint[] {
  const count = random.pick([0, 0, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => ({
    bank: random.pick(honest),
    step: 1 + random.int(random.pick([5, 15, 40])),
    during: random.pick(['persist', 'send'] as const),
    share: random.next(),
    downMs: random.int(random.pick([2, 10, 40]) * delta),
  }));
}

/** The network of a scenario. Δ is what it keeps once it has healed. */
export function networkOf(scenario: Scenario): NetworkModel {
  const { banks, latencyMs, loss, duplicate, reorder, partitions, unstable } = scenario;
  const calm = networkPreset('synchronous', { banks, latencyMs });
  const reorderMs = reorder > 0 ? latencyMs : 0;
  const lost = loss > 0 ? LOSSES_IN_DELTA * calm.retransmitMs : 0;
  return {
    ...calm,
    name: 'campaign',
    loss,
    duplicate,
    reorder,
    reorderMs,
    partitions,
    ...(unstable && { unstable }),
    deltaMs: calm.deltaMs + reorderMs + lost,
  };
}
