import { ConcordatError } from '../crypto/error.js';
import type { Random } from './random.js';

/** Why a network model was refused. */
export type NetworkError = {
  readonly code: 'NETWORK_INVALID';
  /** Name of the member of the model. */
  readonly parameter: string;
  /** What is wrong with it, in words. */
  readonly reason: string;
};

/** A time during which banks of different groups cannot reach each other. A bank in no group reaches everybody. */
export interface Partition {
  /** The first moment at which it holds. */
  readonly fromMs: number;
  /** The first moment at which it is healed. */
  readonly untilMs: number;
  /** Banks by index. */
  readonly groups: readonly (readonly number[])[];
}

/** A time in which links keep no promise: Δ does not hold, and what is lost is not sent again. */
export interface Instability {
  /** The first moment at which it is over, as far as new transmissions go. */
  readonly untilMs: number;
  /** Chance that a transmission is lost for good, as when its link breaks and a new one is made. */
  readonly drop: number;
  /** Chance that a transmission is delayed by 1 to `lateMs` more, while later ones overtake it. */
  readonly late: number;
  /** Most milliseconds that such a delay adds. */
  readonly lateMs: number;
}

/**
 * How links between banks behave. Times are whole milliseconds, sizes bytes, chances probabilities for one
 * transmission. All of it is plain data, so that a report can print every parameter.
 *
 * Links are reliable, as TCP or libp2p make them: what is lost or held back by a partition is sent again until it
 * arrives. Copies that were neither lost, held nor reordered arrive in the order in which they were sent.
 */
export interface NetworkModel {
  /** What a report calls it. */
  readonly name: string;
  /** One-way delay of a transmission, uniform between the two, both included. */
  readonly latencyMs: { readonly min: number; readonly max: number };
  /**
   * Delay between regions that is added to `latencyMs`: row and column are regions, and bank i is in region i modulo
   * their number. Empty when distance plays no part.
   */
  readonly regionsMs: readonly (readonly number[])[];
  /** A delay from 0 to this, uniform, is added to every transmission. */
  readonly jitterMs: number;
  /** Chance that a transmission is lost: at most 0.9, so that retransmission ends. */
  readonly loss: number;
  /** Chance that the link sends a message once more though it arrived. */
  readonly duplicate: number;
  /** Chance that a transmission is delayed by 1 to `reorderMs` more, while later ones overtake it. */
  readonly reorder: number;
  /** Most milliseconds that such a delay adds. */
  readonly reorderMs: number;
  /** Uplink of each bank, through which its messages pass one after the other; Infinity for no limit. */
  readonly bandwidthBytesPerMs: number;
  /** After this time a link sends what was lost again, and after a partition what it had held back. */
  readonly retransmitMs: number;
  /** When which banks cannot reach each other; any number, and they may overlap. */
  readonly partitions: readonly Partition[];
  /** From the beginning until then links are worse than all that; absent, they never are. */
  readonly unstable?: Instability;
  /**
   * The Δ that a manifest for this network should state: an upper bound on the delay of a message that is not lost and
   * not held by a partition, uplinks that are not congested provided. {@link propagationBoundMs} is below it.
   */
  readonly deltaMs: number;
}

/** Where a transmission goes: `retryAt` and `arrivals` are times in milliseconds. */
export type Transmission =
  /** A partition lies between the banks: nothing left the sender, who tries again at `retryAt`. */
  | { readonly kind: 'held'; readonly retryAt: number }
  /** It was sent in vain and is sent again at `retryAt`. */
  | { readonly kind: 'lost'; readonly retryAt: number }
  /** It was sent in vain and is not sent again. */
  | { readonly kind: 'dropped' }
  /** It arrives, twice when the link duplicated it; every arrival was a transmission of its own. */
  | { readonly kind: 'sent'; readonly arrivals: readonly number[] };

/** The longest time from the end of a transmission to its arrival, in milliseconds. */
export function propagationBoundMs(model: NetworkModel): number {
  const distance = Math.max(0, ...model.regionsMs.flat());
  const reordered = model.reorder > 0 ? model.reorderMs : 0;
  return model.latencyMs.max + distance + model.jitterMs + reordered;
}

/**
 * Whether Δ bounds every message of this network, so that a protocol may be asked to end; uplinks that are not congested
 * provided (`World.slowestMs` tells what happened in fact).
 */
export function isTimely(model: NetworkModel): boolean {
  const { loss, partitions, deltaMs, unstable } = model;
  return loss === 0 && partitions.length === 0 && !unstable && propagationBoundMs(model) <= deltaMs;
}

/** When the last partition has healed and the links are stable, in milliseconds; 0 if they always are. */
export function healedAtMs(model: NetworkModel): number {
  return Math.max(0, model.unstable?.untilMs ?? 0, ...model.partitions.map(({ untilMs }) => untilMs));
}

/** The links of one simulation: a model, what chance makes of it, and what waits on each bank's uplink. */
export class Network {
  /** When each uplink is free again, in ms × bytes per ms: whole numbers, so that nothing is rounded on the way. */
  readonly #uplinks: Float64Array;
  /** The latest arrival on each link, from · banks + to, of what keeps its order. */
  readonly #latest: Float64Array;
  /** The group of each bank in each partition, −1 for none. */
  readonly #groups: readonly Int32Array[];

  /** @throws {@link NetworkError} when the model has a parameter that is out of bounds for this many banks */
  constructor(
    private readonly model: NetworkModel,
    private readonly banks: number,
    private readonly random: Random,
  ) {
    checkModel(model, banks);
    this.#uplinks = new Float64Array(banks);
    this.#latest = new Float64Array(banks * banks);
    this.#groups = model.partitions.map(({ groups }) => {
      const groupOf = new Int32Array(banks).fill(-1);
      for (const [group, members] of groups.entries()) for (const bank of members) groupOf[bank] = group;
      return groupOf;
    });
  }

  /** Puts `size` bytes on the uplink of `from` at time `now`. */
  transmit(now: number, from: number, to: number, size: number): Transmission {
    const healed = this.#healedAt(this.#freeAt(now, from), from, to);
    if (healed !== null) return { kind: 'held', retryAt: healed + this.model.retransmitMs };
    const left = this.#occupy(now, from, size);
    const unstable = this.#unstableAt(now);
    if (unstable && this.random.chance(unstable.drop)) return { kind: 'dropped' };
    if (this.random.chance(this.model.loss)) return { kind: 'lost', retryAt: left + this.model.retransmitMs };
    const arrivals = [this.#arrive(left, from, to)];
    // A duplicate is what TCP calls a spurious retransmission: it takes the uplink's time again.
    if (this.random.chance(this.model.duplicate))
      arrivals.push(this.#arrive(this.#occupy(now, from, size), from, to));
    return { kind: 'sent', arrivals };
  }

  /** When the uplink begins to send what is given to it now. */
  #freeAt(now: number, from: number): number {
    const { bandwidthBytesPerMs: rate } = this.model;
    return rate === Infinity ? now : Math.max(now, Math.floor(this.#uplinks[from]! / rate));
  }

  /** Takes the uplink for `size` bytes, and returns the first whole millisecond at which they have left. */
  #occupy(now: number, from: number, size: number): number {
    const { bandwidthBytesPerMs: rate } = this.model;
    if (rate === Infinity) return now;
    this.#uplinks[from] = Math.max(this.#uplinks[from]!, now * rate) + size;
    return Math.ceil(this.#uplinks[from]! / rate);
  }

  #arrive(left: number, from: number, to: number): number {
    const { latencyMs, regionsMs, jitterMs, reorder, reorderMs } = this.model;
    const regions = regionsMs.length;
    const distance = regions === 0 ? 0 : regionsMs[from % regions]![to % regions]!;
    const latency = latencyMs.min + this.random.int(latencyMs.max - latencyMs.min + 1);
    const at = left + distance + latency + this.random.int(jitterMs + 1);
    const unstable = this.#unstableAt(left);
    if (unstable && this.random.chance(unstable.late)) return at + 1 + this.random.int(unstable.lateMs);
    if (this.random.chance(reorder)) return at + (reorderMs > 0 ? 1 + this.random.int(reorderMs) : 0);
    const link = from * this.banks + to;
    this.#latest[link] = Math.max(this.#latest[link]!, at);
    return this.#latest[link]!;
  }

  #unstableAt(at: number): Instability | null {
    const { unstable } = this.model;
    return unstable && at < unstable.untilMs ? unstable : null;
  }

  /** When the partitions that separate two banks at this time have healed, null when none does. */
  #healedAt(at: number, a: number, b: number): number | null {
    let healed: number | null = null;
    for (const [i, { fromMs, untilMs }] of this.model.partitions.entries()) {
      const groupOf = this.#groups[i]!;
      const apart = groupOf[a]! >= 0 && groupOf[b]! >= 0 && groupOf[a] !== groupOf[b];
      if (apart && at >= fromMs && at < untilMs) healed = Math.max(healed ?? 0, untilMs);
    }
    return healed;
  }
}

/** Longer than any delay that makes sense, and short enough for sums of many to be exact. */
const MAX_MS = 2 ** 32;

function checkModel(model: NetworkModel, banks: number): void {
  const { latencyMs, bandwidthBytesPerMs: rate } = model;
  for (const name of ['jitterMs', 'reorderMs', 'retransmitMs', 'deltaMs'] as const)
    checkMs(name, model[name]);
  checkMs('latencyMs.min', latencyMs.min);
  checkMs('latencyMs.max', latencyMs.max);
  if (latencyMs.min > latencyMs.max) networkError('latencyMs', 'has its min above its max');
  // A message lost again and again at the very same moment would stop the clock.
  if (model.retransmitMs < 1) networkError('retransmitMs', 'is below 1');
  for (const name of ['duplicate', 'reorder'] as const) checkChance(name, model[name], 1);
  checkChance('loss', model.loss, 0.9);
  if (rate !== Infinity && !(Number.isSafeInteger(rate) && rate >= 1 && rate <= MAX_MS))
    networkError('bandwidthBytesPerMs', 'is neither a whole number of 1 or more nor Infinity');
  for (const row of model.regionsMs) {
    if (row.length !== model.regionsMs.length) networkError('regionsMs', 'is not square');
    for (const distance of row) checkMs('regionsMs', distance);
  }
  for (const partition of model.partitions) checkPartition(partition, banks);
  if (model.unstable) checkInstability(model.unstable);
}

function checkInstability({ untilMs, drop, late, lateMs }: Instability): void {
  checkMs('unstable.untilMs', untilMs);
  checkMs('unstable.lateMs', lateMs);
  checkChance('unstable.drop', drop, 1);
  checkChance('unstable.late', late, 1);
  if (late > 0 && lateMs < 1) networkError('unstable.lateMs', 'is 0, so that nothing could be late');
}

function checkPartition({ fromMs, untilMs, groups }: Partition, banks: number): void {
  checkMs('partitions.fromMs', fromMs);
  checkMs('partitions.untilMs', untilMs);
  if (fromMs > untilMs) networkError('partitions', 'has one that ends before it begins');
  const seen = new Set<number>();
  for (const bank of groups.flat()) {
    if (!Number.isInteger(bank) || bank < 0 || bank >= banks)
      networkError('partitions.groups', `has bank ${bank}, but there are ${banks}`);
    if (seen.has(bank)) networkError('partitions.groups', `has bank ${bank} twice`);
    seen.add(bank);
  }
}

function checkMs(parameter: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_MS)
    networkError(parameter, `is ${value}, not a whole number of milliseconds from 0 to 2^32`);
}

function checkChance(parameter: string, value: number, most: number): void {
  if (!(value >= 0 && value <= most)) networkError(parameter, `is ${value}, not a probability up to ${most}`);
}

/** Throws a typed {@link NetworkError}. */
export function networkError(parameter: string, reason: string): never {
  throw new ConcordatError<NetworkError>(
    { code: 'NETWORK_INVALID', parameter, reason },
    `network: ${parameter} ${reason}`,
  );
}
