import { maxFaults } from '../protocol/quorum.js';
import type { EngineScenario } from './campaign-engine-scenario.js';
import type { Scenario } from './scenario.js';

/** Runs of a shrinking, at most, unless it is told otherwise. */
const MOST_RUNS = 200;

/** The guarantee that a violation names: what stands before its first colon. */
export const guaranteeOf = (violation: string): string => violation.split(':')[0]!;

/**
 * Makes a failing scenario smaller for as long as it still breaks one of the same guarantees.
 *
 * @param violations runs a scenario and tells what it broke
 * @param smaller scenarios that are a little simpler than one, the greatest steps first
 * @returns the smallest that was found; the scenario itself if none is smaller, or if it does not fail
 */
export function shrink<S>(
  scenario: S,
  violations: (scenario: S) => readonly string[],
  smaller: (scenario: S) => Iterable<S>,
  mostRuns = MOST_RUNS,
): S {
  const wanted = new Set(violations(scenario).map(guaranteeOf));
  let left = mostRuns;
  const fails = (candidate: S): boolean =>
    left-- > 0 && violations(candidate).some((violation) => wanted.has(guaranteeOf(violation)));
  for (let smallest = scenario; ; ) {
    let found: S | null = null;
    for (const candidate of smaller(smallest))
      if (fails(candidate)) {
        found = candidate;
        break;
      }
    if (!found || left <= 0) return found ?? smallest;
    smallest = found;
  }
}

/** Fewer epochs, liars, strategies, crashes and faults of the network, banks and records. */
export function* smallerScenarios(scenario: Scenario): Generator<Scenario> {
  const { byzantine, records } = scenario;
  if (scenario.succession) yield without(scenario, 'succession');
  if (scenario.outages) yield without(scenario, 'outages');
  else if (scenario.epochs > 1) yield { ...scenario, epochs: 1 };
  if (scenario.firstLeader !== undefined) yield without(scenario, 'firstLeader');
  for (const [i, each] of byzantine.entries())
    if (each.strategies.length > 1)
      for (const s of each.strategies.keys())
        yield {
          ...scenario,
          byzantine: byzantine.with(i, { ...each, strategies: withoutAt(each.strategies, s) }),
        };
  yield* withFewerFaults(scenario);
  for (const chance of ['noise', 'divergence', 'disputed'] as const)
    if (scenario[chance] > 0) yield { ...scenario, [chance]: 0 };
  if (scenario.room !== undefined) yield without(scenario, 'room');
  if (scenario.sketchSymbols !== undefined) yield without(scenario, 'sketchSymbols');
  if (scenario.quota !== null) yield { ...scenario, quota: null };
  if (scenario.statistics !== 'none') yield { ...scenario, statistics: 'none' };
  if (!scenario.succession && !scenario.outages && scenario.firstLeader === undefined)
    yield* withFewerBanks(scenario);
  if (records > 1) yield { ...scenario, records: Math.floor(records / 2) };
  for (const [i, each] of byzantine.entries())
    if (each.trigger.kind !== 'always')
      yield { ...scenario, byzantine: byzantine.with(i, { ...each, trigger: { kind: 'always' } }) };
}

/** The same of a run of agreement alone. */
export function* smallerEngineScenarios(scenario: EngineScenario): Generator<EngineScenario> {
  yield* withFewerFaults(scenario);
  yield* withFewerBanks(scenario);
}

/** What both kinds of scenarios have. */
type Faults = Pick<
  Scenario & EngineScenario,
  'banks' | 'faults' | 'loss' | 'duplicate' | 'reorder' | 'partitions' | 'unstable' | 'crashes'
> & { readonly byzantine: readonly { readonly bank: number }[] };

const withoutAt = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at);

/** The scenario without what need not be in it. */
function without(
  scenario: Scenario,
  part: 'succession' | 'outages' | 'firstLeader' | 'room' | 'sketchSymbols',
): Scenario {
  const { [part]: _, ...rest } = scenario;
  return rest;
}

function* withFewerFaults<S extends Faults>(scenario: S): Generator<S> {
  const { byzantine, crashes, partitions } = scenario;
  if (crashes.length > 1) yield { ...scenario, crashes: [] };
  if (partitions.length > 1) yield { ...scenario, partitions: [] };
  for (const i of byzantine.keys()) yield { ...scenario, byzantine: withoutAt(byzantine, i) };
  for (const i of crashes.keys()) yield { ...scenario, crashes: withoutAt(crashes, i) };
  for (const i of partitions.keys()) yield { ...scenario, partitions: withoutAt(partitions, i) };
  if (scenario.unstable) yield { ...scenario, unstable: null };
  for (const chance of ['loss', 'duplicate', 'reorder'] as const)
    if (scenario[chance] > 0) yield { ...scenario, [chance]: 0 };
}

/** The last bank leaves; whatever was about it goes with it. */
function* withFewerBanks<S extends Faults>(scenario: S): Generator<S> {
  const banks = scenario.banks - 1;
  const faults = Math.min(scenario.faults, maxFaults(banks));
  const byzantine = scenario.byzantine.filter(({ bank }) => bank < banks);
  const isTooMany = byzantine.length > faults && scenario.byzantine.length <= scenario.faults;
  if (banks < 4 || isTooMany) return;
  const crashes = scenario.crashes.filter(({ bank }) => bank < banks);
  const partitions = scenario.partitions.map((partition) => ({
    ...partition,
    groups: partition.groups.map((group) => group.filter((bank) => bank < banks)),
  }));
  yield { ...scenario, banks, faults, byzantine, crashes, partitions };
}
