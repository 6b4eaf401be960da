import { ConcordatError } from '../crypto/error.js';
import { EventQueue } from './event-queue.js';
import { Network, type NetworkModel } from './network.js';
import type { Random } from './random.js';
import type { TraceEvent } from './trace.js';
import { type Traffic, TrafficMeter } from './traffic.js';

/** What a {@link World} throws when a node asks for what no host could do. */
export type WorldError =
  /** A message to an index that no node has. */
  | { readonly code: 'WORLD_NO_SUCH_NODE'; readonly node: number; readonly nodes: number }
  /** A message of a node to itself. */
  | { readonly code: 'WORLD_SELF_SEND'; readonly node: number }
  /** A time that is no number from 0. */
  | {
      readonly code: 'WORLD_TIMER_INVALID';
      readonly node: number;
      readonly id: string;
      readonly after: number;
    };

/** What a node asks of its host: the sends in their order, then the timers; then, perhaps, it crashes. */
export interface NodeEffects {
  /** Bytes may be shared between receivers; nobody changes them. */
  readonly send: readonly { readonly to: number; readonly bytes: Uint8Array }[];
  /** Sets timer `id` to run out `after` milliseconds from now, in place of an earlier one; null cancels it. */
  readonly timers: readonly { readonly id: string; readonly after: number | null }[];
  /**
   * When given, the node's host crashes now, and restarts after so many milliseconds: its timers and the messages under
   * way to it are lost, so is what its links would send again, and what arrives before it restarts.
   */
  readonly downMs?: number;
}

/** A participant of a simulation. It computes in no time and has no clock. */
export interface SimNode {
  /** Called once, at the node's start. */
  start(): NodeEffects;
  /** May come before `start` when nodes start at different times. */
  message(from: number, bytes: Uint8Array): NodeEffects;
  /** A timer that the node set has run out. */
  timer(id: string): NodeEffects;
  /** The host is up again after a crash that the node asked for. Such a node has this. */
  restart?(): NodeEffects;
}

/** What a {@link World} is made of. */
export interface WorldOptions {
  /** The nodes; a node's place here is its index. */
  readonly nodes: readonly SimNode[];
  /** How links between them behave. */
  readonly network: NetworkModel;
  /** Decides what the network does with each message. */
  readonly random: Random;
  /** The name under which a message is counted. */
  readonly label: (bytes: Uint8Array) => string;
  /** Whether a message of this label is a step of the protocol, see {@link World.depthOf}; all are by default. */
  readonly countsAsDelay?: (label: string) => boolean;
  /** Is told of every event before the node is. */
  readonly onTrace?: (event: TraceEvent) => void;
  /** When each node starts, in milliseconds; 0 by default. */
  readonly startAt?: (node: number) => number;
}

/** When {@link World.run} ends; whichever comes first. */
export interface RunLimits {
  /** Asked before every event. */
  readonly until?: () => boolean;
  /** Nothing after this moment of the world's clock happens. */
  readonly maxTimeMs: number;
  /** Events of this run; a timer that was replaced or cancelled is none. */
  readonly maxEvents: number;
}

/** `done`: `until` held. `quiet`: nothing is left to happen. `time`, `events`: a limit was met. */
export type RunEnd = 'done' | 'quiet' | 'time' | 'events';

interface Parcel {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly label: string;
  /** The sender's message delays when it sent this, and one more if this counts. */
  readonly depth: number;
  /** Which counting of depths it belongs to. */
  readonly count: number;
  readonly sentAt: number;
  /** How often its sender and its receiver had crashed when it was sent. */
  readonly crashes: { readonly from: number; readonly to: number };
}

type Event =
  | { readonly type: 'start' | 'restart'; readonly node: number }
  | { readonly type: 'timer'; readonly node: number; readonly id: string }
  | { readonly type: 'transmit'; readonly parcel: Parcel }
  | { readonly type: 'deliver'; readonly parcel: Parcel };

/**
 * Discrete-event simulation of nodes that send each other bytes. The same nodes, model and seed give the same events
 * at the same times; events of one moment happen in the order in which they were caused.
 */
export class World {
  readonly #options: WorldOptions;
  readonly #network: Network;
  readonly #meter: TrafficMeter;
  readonly #queue = new EventQueue<Event>();
  /** The event of every timer that is set; one found in the queue but not here was replaced or cancelled. */
  readonly #timers: readonly Map<string, Event>[];
  readonly #depths: number[];
  /** How often each node has crashed. */
  readonly #crashes: number[];
  readonly #down = new Set<number>();
  /** The event with which each node that is down restarts; one found in the queue but not here was overtaken by a stop. */
  readonly #restarts = new Map<number, Event>();
  #now = 0;
  #count = 0;
  #slowest = 0;

  /** @throws `NetworkError` when the model does not suit the nodes; {@link WorldError} for a bad `startAt` */
  constructor(options: WorldOptions) {
    const { nodes, network, random, startAt } = options;
    this.#options = options;
    this.#network = new Network(network, nodes.length, random);
    this.#meter = new TrafficMeter(nodes.length);
    this.#timers = nodes.map(() => new Map());
    this.#depths = nodes.map(() => 0);
    this.#crashes = nodes.map(() => 0);
    for (const node of nodes.keys()) {
      const at = startAt?.(node) ?? 0;
      checkTime(node, 'start', at);
      this.#queue.add(at, { type: 'start', node });
    }
  }

  /** Simulated milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Everything that was sent and received so far. */
  get traffic(): Traffic {
    return this.#meter.snapshot();
  }

  /** The longest time any message took from its sending to its first arrival, retransmissions included, in ms. */
  get slowestMs(): number {
    return this.#slowest;
  }

  /** Whether this node's host has crashed and not restarted. */
  isDown(node: number): boolean {
    return this.#down.has(node);
  }

  /** The node's host crashes and stays down until {@link World.restart}. */
  stop(node: number): void {
    if (this.#options.nodes[node] === undefined) this.#noSuchNode(node);
    this.#options.onTrace?.({ at: this.#now, kind: 'crash', to: node });
    this.#crashes[node]!++;
    this.#down.add(node);
    this.#restarts.delete(node);
    this.#timers[node]!.clear();
  }

  /**
   * The node's host, which is down, is up again so many milliseconds from now.
   * @throws {@link WorldError}
   */
  restart(node: number, after: number): void {
    checkTime(node, 'restart', after);
    if (!this.#down.has(node)) return;
    const event: Event = { type: 'restart', node };
    this.#restarts.set(node, event);
    this.#queue.add(this.#now + after, event);
  }

  /**
   * Message delays of a node: the length of the longest chain of messages, each sent after its sender had received the
   * one before, that has reached it. Messages that `countsAsDelay` denies leave their receiver's figure as it is. The
   * node's figure has risen already when its `message` is called.
   */
  depthOf(node: number): number {
    return this.#depths[node] ?? this.#noSuchNode(node);
  }

  /** Begins to count message delays anew, from 0; what is under way raises nobody's figure any more. */
  restartDepths(): void {
    this.#depths.fill(0);
    this.#count++;
  }

  /**
   * Carries out effects as if `node` had asked for them now.
   * @throws {@link WorldError}
   */
  inject(node: number, effects: NodeEffects): void {
    if (this.#options.nodes[node] === undefined) this.#noSuchNode(node);
    for (const { to, bytes } of effects.send) this.#send(node, to, bytes);
    for (const { id, after } of effects.timers) this.#setTimer(node, id, after);
    if (effects.downMs !== undefined) this.#crash(node, effects.downMs);
  }

  /**
   * Lets events happen until a limit is met; a later call goes on from there.
   * @throws {@link WorldError}, and whatever a node throws
   */
  run({ until, maxTimeMs, maxEvents }: RunLimits): RunEnd {
    for (let events = 0; ; ) {
      if (until?.()) return 'done';
      const at = this.#queue.nextAt;
      if (at === undefined) return 'quiet';
      if (at > maxTimeMs) {
        this.#now = Math.max(this.#now, maxTimeMs);
        return 'time';
      }
      if (events >= maxEvents) return 'events';
      if (this.#happen(at, this.#queue.take()!)) events++;
    }
  }

  /** Returns false for a timer that is not set any more. */
  #happen(at: number, event: Event): boolean {
    if (event.type === 'timer' && this.#timers[event.node]!.get(event.id) !== event) return false;
    if (event.type === 'restart' && this.#restarts.get(event.node) !== event) return false;
    this.#now = at;
    switch (event.type) {
      case 'start':
        this.#options.onTrace?.({ at, kind: 'start', to: event.node });
        this.inject(event.node, this.#options.nodes[event.node]!.start());
        break;
      case 'restart':
        this.#down.delete(event.node);
        this.#restarts.delete(event.node);
        this.#options.onTrace?.({ at, kind: 'restart', to: event.node });
        this.inject(event.node, this.#options.nodes[event.node]!.restart?.() ?? { send: [], timers: [] });
        break;
      case 'timer':
        this.#timers[event.node]!.delete(event.id);
        this.#options.onTrace?.({ at, kind: 'timer', to: event.node, id: event.id });
        this.inject(event.node, this.#options.nodes[event.node]!.timer(event.id));
        break;
      case 'transmit':
        this.#transmit(event.parcel);
        break;
      case 'deliver':
        this.#deliver(event.parcel);
        break;
    }
    return true;
  }

  #deliver({ from, to, bytes, label, depth, count, sentAt, crashes }: Parcel): void {
    if (this.#down.has(to) || crashes.to !== this.#crashes[to]) return;
    this.#meter.received(to, bytes.length);
    if (count === this.#count && this.#counts(label)) this.#depths[to] = Math.max(this.#depths[to]!, depth);
    this.#options.onTrace?.({ at: this.#now, kind: 'deliver', from, to, label, bytes, sentAt });
    this.inject(to, this.#options.nodes[to]!.message(from, bytes));
  }

  #send(from: number, to: number, bytes: Uint8Array): void {
    if (this.#options.nodes[to] === undefined) this.#noSuchNode(to);
    // What a node says to itself does not travel: counting it would flatter or burden a protocol for nothing.
    if (to === from)
      throw new ConcordatError<WorldError>(
        { code: 'WORLD_SELF_SEND', node: from },
        `node ${from} sends to itself`,
      );
    const label = this.#options.label(bytes);
    const depth = this.#depths[from]! + 1;
    const crashes = { from: this.#crashes[from]!, to: this.#crashes[to]! };
    this.#transmit({ from, to, bytes, label, depth, count: this.#count, sentAt: this.#now, crashes });
  }

  #crash(node: number, downMs: number): void {
    checkTime(node, 'restart', downMs);
    this.stop(node);
    this.restart(node, downMs);
  }

  #transmit(parcel: Parcel): void {
    const { from, to, bytes, label, sentAt, crashes } = parcel;
    if (crashes.from !== this.#crashes[from]) return;
    const transmission = this.#network.transmit(this.#now, from, to, bytes.length);
    if (transmission.kind !== 'held') this.#meter.sent(from, label, bytes.length);
    if (transmission.kind === 'dropped') return;
    if (transmission.kind !== 'sent') {
      this.#queue.add(transmission.retryAt, { type: 'transmit', parcel });
      return;
    }
    const [first, ...copies] = transmission.arrivals as [number, ...number[]];
    this.#slowest = Math.max(this.#slowest, first - sentAt);
    this.#queue.add(first, { type: 'deliver', parcel });
    for (const at of copies) {
      this.#meter.sent(from, label, bytes.length);
      this.#queue.add(at, { type: 'deliver', parcel });
    }
  }

  #setTimer(node: number, id: string, after: number | null): void {
    const timers = this.#timers[node]!;
    if (after === null) {
      timers.delete(id);
      return;
    }
    checkTime(node, id, after);
    const event: Event = { type: 'timer', node, id };
    timers.set(id, event);
    this.#queue.add(this.#now + after, event);
  }

  #counts(label: string): boolean {
    return this.#options.countsAsDelay?.(label) ?? true;
  }

  #noSuchNode(node: number): never {
    const nodes = this.#options.nodes.length;
    throw new ConcordatError<WorldError>(
      { code: 'WORLD_NO_SUCH_NODE', node, nodes },
      `there is no node ${node} among ${nodes}`,
    );
  }
}

/** A time must be finite and not in the past, or the order of events would not be defined. */
function checkTime(node: number, id: string, after: number): void {
  if (!Number.isFinite(after) || after < 0)
    throw new ConcordatError<WorldError>(
      { code: 'WORLD_TIMER_INVALID', node, id, after },
      `node ${node}: "${id}" cannot happen ${after} ms from now`,
    );
}
