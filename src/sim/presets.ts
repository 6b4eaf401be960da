import {
  type Instability,
  type NetworkModel,
  networkError,
  type Partition,
  propagationBoundMs,
} from './network.js';

/** The names of the built-in networks. */
export const NETWORK_PRESETS = ['synchronous', 'wan', 'lossy', 'partition'] as const;

/** The name of a built-in network. */
export type NetworkPreset = (typeof NETWORK_PRESETS)[number];

/** The longest latency that {@link networkPreset} takes, in milliseconds. */
export const MAX_LATENCY_MS = 60_000;

/** Longest one-way latency when none is asked for, in milliseconds. */
const DEFAULT_LATENCY_MS: Readonly<Record<NetworkPreset, number>> = {
  synchronous: 50,
  wan: 120,
  lossy: 50,
  partition: 50,
};

/**
 * One-way distances of five regions in percent of the longest, in the proportions of London, Frankfurt, New York,
 * Singapore and Tokyo. They are plausible, not measured.
 */
const WAN_REGIONS = [
  [1, 7, 32, 72, 94],
  [7, 1, 37, 70, 98],
  [32, 37, 1, 100, 72],
  [72, 70, 100, 1, 30],
  [94, 98, 72, 30, 1],
] as const;

/** 100 Mbit/s. */
const WAN_BYTES_PER_MS = 12_500;
/** What Δ of the wide-area preset leaves for messages that wait on their sender's uplink: 12.5 MB of backlog. */
const WAN_QUEUE_MS = 1000;
/** How long the partition lasts, in Δ: a view of a small consortium times out while it does. */
const PARTITION_DELTAS = 20;
/** Losses of one message in a row that Δ of the lossy preset allows for. */
const LOSSES_IN_DELTA = 3;

/**
 * A built-in network for `banks` banks.
 *
 * - `synchronous`: latency from half of `latencyMs` to all of it, 10 % jitter, no limit on bandwidth. Every delay is
 *   below Δ.
 * - `wan`: five regions as far apart as `latencyMs` at most, 10 % jitter, 100 Mbit/s for each bank's uplink. Every
 *   delay is below Δ as long as no uplink has more than a second of backlog.
 * - `lossy`: `synchronous`, and of the transmissions 5 % are lost, 2 % sent twice, 10 % overtaken. Δ allows for three
 *   losses of one message in a row: now and then a message takes longer.
 * - `partition`: `synchronous`, and from Δ on, for 19 Δ, the banks are in groups of which none has a quorum, whatever
 *   is tolerated: two halves, and when the number of banks is odd one bank on its own. Δ is broken until it heals.
 *
 * @param options.latencyMs longest one-way latency before jitter, a whole number from 0 to {@link MAX_LATENCY_MS};
 * 50 ms when left out, 120 ms for `wan`
 * @param options.banks the number of banks
 * @throws `NetworkError`
 */
export function networkPreset(
  name: NetworkPreset,
  options: { readonly latencyMs?: number; readonly banks: number },
): NetworkModel {
  const latencyMs = options.latencyMs ?? DEFAULT_LATENCY_MS[name];
  if (!Number.isInteger(latencyMs) || latencyMs < 0 || latencyMs > MAX_LATENCY_MS)
    networkError('latencyMs', `is ${latencyMs}, not a whole number from 0 to ${MAX_LATENCY_MS}`);
  switch (name) {
    case 'synchronous':
      return synchronous(latencyMs);
    case 'wan':
      return wan(latencyMs);
    case 'lossy':
      return lossy(latencyMs);
    case 'partition':
      return partition(latencyMs, options.banks);
  }
}

function synchronous(latencyMs: number): NetworkModel {
  return {
    name: 'synchronous',
    latencyMs: { min: Math.ceil(latencyMs / 2), max: latencyMs },
    regionsMs: [],
    jitterMs: Math.floor(latencyMs / 10),
    loss: 0,
    duplicate: 0,
    reorder: 0,
    reorderMs: 0,
    bandwidthBytesPerMs: Infinity,
    retransmitMs: 2 * latencyMs + 1,
    partitions: [],
    deltaMs: 2 * latencyMs + 1,
  };
}

function wan(latencyMs: number): NetworkModel {
  const model: NetworkModel = {
    ...synchronous(latencyMs),
    name: 'wan',
    latencyMs: { min: 0, max: 0 },
    regionsMs: WAN_REGIONS.map((row) => row.map((percent) => Math.ceil((percent * latencyMs) / 100))),
    bandwidthBytesPerMs: WAN_BYTES_PER_MS,
  };
  return { ...model, deltaMs: propagationBoundMs(model) + WAN_QUEUE_MS + 1 };
}

function lossy(latencyMs: number): NetworkModel {
  const model: NetworkModel = {
    ...synchronous(latencyMs),
    name: 'lossy',
    loss: 0.05,
    duplicate: 0.02,
    reorder: 0.1,
    reorderMs: 2 * latencyMs,
  };
  return { ...model, deltaMs: propagationBoundMs(model) + LOSSES_IN_DELTA * model.retransmitMs + 1 };
}

function partition(latencyMs: number, banks: number): NetworkModel {
  const model = synchronous(latencyMs);
  const half = Math.floor(banks / 2);
  const all = Array.from({ length: banks }, (_, bank) => bank);
  // The larger half of an odd number would be a quorum when no fault is tolerated: hence the third group.
  const groups = [all.slice(0, half), all.slice(half, 2 * half), all.slice(2 * half)];
  const split: Partition = {
    fromMs: model.deltaMs,
    untilMs: PARTITION_DELTAS * model.deltaMs,
    groups: groups.filter((group) => group.length > 0),
  };
  return { ...model, name: 'partition', partitions: [split] };
}

/** Every parameter of a model by name, as a report prints it. */
export function describeNetwork(model: NetworkModel): Record<string, number | string> {
  const { bandwidthBytesPerMs: rate } = model;
  return {
    name: model.name,
    latencyMinMs: model.latencyMs.min,
    latencyMaxMs: model.latencyMs.max,
    regionsMs: model.regionsMs.map((row) => row.join(' ')).join(' / ') || 'none',
    jitterMs: model.jitterMs,
    loss: model.loss,
    duplicate: model.duplicate,
    reorder: model.reorder,
    reorderMs: model.reorderMs,
    bandwidthBytesPerMs: rate === Infinity ? 'unlimited' : rate,
    retransmitMs: model.retransmitMs,
    partitions: model.partitions.map(describePartition).join('; ') || 'none',
    ...(model.unstable && { unstable: describeInstability(model.unstable) }),
    deltaMs: model.deltaMs,
  };
}

function describeInstability({ untilMs, drop, late, lateMs }: Instability): string {
  return `until ${untilMs} ms: ${drop} lost for good, ${late} up to ${lateMs} ms late`;
}

function describePartition({ fromMs, untilMs, groups }: Partition): string {
  return `${fromMs} to ${untilMs} ms: ${groups.map((group) => group.join(' ')).join(' | ')}`;
}
