import { maxFaults } from '../protocol/quorum.js';
import { drawCrashes, drawInstability, drawPartitions } from './campaign-scenario.js';
import type { CrashPoint } from './crash-point.js';
import type { Instability, NetworkModel, Partition } from './network.js';
import { networkPreset } from './presets.js';
import { Random } from './random.js';

/** What a bank of the engine campaign that is not honest does. */
export const ENGINE_STRATEGIES = ['silent', 'twins', 'amnesia', 'liar', 'lying-twins'] as const;
/**
 * `silent` says nothing; `twins` are two instances with one key, each of which follows the protocol with other banks,
 * drawn anew in every view (Bano et al., Twins, OPODIS 2021); `amnesia` forgets its log again and again; a `liar` says
 * different things to different banks, and all liars act as one; `lying-twins` do both.
 */
export type EngineStrategy = (typeof ENGINE_STRATEGIES)[number];

/** A run of agreement alone, as data. */
export interface EngineScenario {
  readonly seed: number;
  readonly banks: number;
  readonly faults: number;
  readonly latencyMs: number;
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly partitions: readonly Partition[];
  readonly unstable: Instability | null;
  readonly byzantine: readonly { readonly bank: number; readonly strategy: EngineStrategy }[];
  readonly crashes: readonly CrashPoint[];
  readonly healsAtMs: number;
}

const SIZES = [4, 4, 4, 4, 5, 6, 7, 7, 10];

/** The scenario of a seed. */
export function drawEngineScenario(seed: number): EngineScenario {
  const random = new Random(seed).fork('engine');
  const banks = random.pick(SIZES);
  const faults = maxFaults(banks);
  const liars = random.chance(0.8) ? faults : random.int(faults + 1);
  const places = random.shuffle([...Array(banks).keys()]);
  const byzantine = places
    .slice(0, liars)
    .sort((a, b) => a - b)
    .map((bank) => ({ bank, strategy: random.pick(ENGINE_STRATEGIES) }));
  const latencyMs = 10;
  const delta = 2 * latencyMs + 1;
  const calm = random.chance(0.1);
  const healsAtMs = calm ? 0 : delta * (10 + random.int(150));
  return {
    seed,
    banks,
    faults,
    latencyMs,
    loss: calm ? 0 : random.pick([0, 0, 0.05, 0.3]),
    duplicate: random.pick([0, 0.1, 0.5]),
    reorder: random.pick([0, 0.1, 0.5]),
    partitions: calm ? [] : drawPartitions(banks, healsAtMs, random.fork('partitions')),
    unstable: calm ? null : drawInstability(healsAtMs, delta, random.fork('unstable')),
    byzantine,
    crashes: calm ? [] : drawCrashes(places.slice(liars), delta, random.fork('crashes')),
    healsAtMs,
  };
}

/** The network of a scenario. Δ is what it keeps once it has healed. */
export function engineNetworkOf({
  banks,
  latencyMs,
  loss,
  duplicate,
  reorder,
  partitions,
  unstable,
}: EngineScenario): NetworkModel {
  const calm = networkPreset('synchronous', { banks, latencyMs });
  const reorderMs = reorder > 0 ? latencyMs : 0;
  const changes = { loss, duplicate, reorder, reorderMs, partitions, ...(unstable && { unstable }) };
  return { ...calm, ...changes, deltaMs: calm.deltaMs + reorderMs + (loss > 0 ? 3 * calm.retransmitMs : 0) };
}
