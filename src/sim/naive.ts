import { equalBytes } from '../crypto/bytes.js';
import type { Dataset, Entry } from '../data/dataset.js';
import { expectTolerance, quorum } from '../protocol/quorum.js';
import { NaiveMail } from './naive-mail.js';
import { NaiveUnion } from './naive-union.js';
import type { NetworkModel } from './network.js';
import type { Random } from './random.js';
import { maxBytesPerBank, type Traffic } from './traffic.js';
import { type NodeEffects, type RunEnd, type SimNode, World } from './world.js';

/** What {@link runNaive} is told. */
export interface NaiveOptions {
  /** Each bank's records, one schema for all. */
  readonly datasets: readonly Dataset[];
  /** f, the faults to bear. */
  readonly faults: number;
  readonly network: NetworkModel;
  /** Decides what the network does. */
  readonly random: Random;
  /** Byzantine banks, by index: they say nothing, which is the cheapest a fault can be for the others. */
  readonly silent?: readonly number[];
}

/** What naive broadcast came to. */
export interface NaiveResult {
  /** Whether every bank that is not silent holds the same digest, and knows of a quorum that holds it too. */
  readonly agreed: boolean;
  /** Digest of the agreed union, 32 bytes; null without agreement. */
  readonly digest: Uint8Array | null;
  /** The agreed union in order of key digest; empty without agreement. */
  readonly records: readonly Entry[];
  readonly messages: number;
  readonly bytes: number;
  /** The most bytes that one bank sent and received together. */
  readonly maxPerBank: number;
  /** By step (`records`, `digest`) and by bank. */
  readonly traffic: Traffic;
  /** Message delays of the longest chain: 2, or more when data sets came late. */
  readonly rounds: number;
  /** Simulated milliseconds until nothing was left to happen. */
  readonly timeMs: number;
  /** `quiet`, or `events` when it did not come to its end. */
  readonly end: RunEnd;
}

/** Far more than the largest consortium needs. */
const MAX_EVENTS = 50_000_000;

/**
 * The baseline: every bank sends its whole data set to every other, computes the union, and broadcasts its digest until
 * it has matching ones from a quorum. It runs in the same simulator as the protocol and is measured there.
 *
 * Nothing is signed, and there is no proof of anything at the end: real naive broadcast would cost more. A bank that
 * sends different data to different banks would break its agreement; none does so here.
 *
 * @throws `QuorumError` `TOO_MANY_FAULTS`, `NetworkError`
 */
export function runNaive(options: NaiveOptions): NaiveResult {
  const { datasets, faults, network, random } = options;
  expectTolerance(datasets.length, faults);
  const silent = new Set(options.silent ?? []);
  const mail = new NaiveMail();
  const union = new NaiveUnion(datasets);
  const nodes = datasets.map(
    (_, self) =>
      new NaiveBank({ datasets, self, quorum: quorum(datasets.length, faults), network, mail, union }),
  );
  const world = new World({
    nodes: nodes.map((node, i) => (silent.has(i) ? SILENT : node)),
    network,
    random,
    label: (bytes) => mail.read(bytes).type,
  });
  const end = world.run({ maxTimeMs: Number.MAX_SAFE_INTEGER, maxEvents: MAX_EVENTS });
  const speaking = nodes.filter((_, i) => !silent.has(i));
  const digest = speaking[0]?.agreedDigest ?? null;
  const agreed = end === 'quiet' && digest !== null && speaking.every((node) => node.holds(digest));
  const { traffic } = world;
  return {
    agreed,
    digest: agreed ? digest : null,
    records: agreed ? speaking[0]!.records : [],
    ...traffic.total,
    maxPerBank: maxBytesPerBank(traffic),
    traffic,
    rounds: Math.max(0, ...nodes.map((_, i) => world.depthOf(i))),
    timeMs: world.now,
    end,
  };
}

const NO_EFFECTS: NodeEffects = { send: [], timers: [] };
const SILENT: SimNode = { start: () => NO_EFFECTS, message: () => NO_EFFECTS, timer: () => NO_EFFECTS };

interface NaiveBankOptions {
  readonly datasets: readonly Dataset[];
  readonly self: number;
  readonly quorum: number;
  readonly network: NetworkModel;
  readonly mail: NaiveMail;
  readonly union: NaiveUnion;
}

const PATIENCE_TIMER = 'patience';

class NaiveBank implements SimNode {
  /** Which chunks of each bank's data set have arrived. */
  readonly #chunks: readonly Set<number>[];
  readonly #complete: boolean[];
  /** The latest digest of each bank. */
  readonly #digests: ({ readonly round: number; readonly digest: Uint8Array } | undefined)[];
  #records: readonly Entry[] = [];

  constructor(private readonly options: NaiveBankOptions) {
    const { datasets, self } = options;
    this.#chunks = datasets.map(() => new Set());
    this.#complete = datasets.map((_, bank) => bank === self);
    this.#digests = datasets.map(() => undefined);
  }

  /** The digest this bank holds together with a quorum, null for none. */
  get agreedDigest(): Uint8Array | null {
    const own = this.#digests[this.options.self]?.digest;
    if (!own) return null;
    const holders = this.#digests.filter((held) => held && equalBytes(held.digest, own)).length;
    return holders >= this.options.quorum ? own : null;
  }

  /** Whether it holds this digest together with a quorum. */
  holds(digest: Uint8Array): boolean {
    const own = this.agreedDigest;
    return own !== null && equalBytes(own, digest);
  }

  /** The union this bank computed last. */
  get records(): readonly Entry[] {
    return this.#records;
  }

  start(): NodeEffects {
    const { datasets, self, mail } = this.options;
    const chunks = mail.recordMessages(datasets[self]!);
    const { send, timers } = this.#proceed();
    return { send: [...chunks.flatMap((chunk) => this.#toAll(chunk)), ...send], timers };
  }

  message(from: number, bytes: Uint8Array): NodeEffects {
    const message = this.options.mail.read(bytes);
    if (message.type === 'digest') {
      // The network may reorder what a bank said first and what it said in the end.
      if (message.round > (this.#digests[from]?.round ?? 0)) this.#digests[from] = message;
      return NO_EFFECTS;
    }
    const arrived = this.#chunks[from]!.add(message.chunk);
    if (this.#complete[from] || arrived.size < message.chunks) return NO_EFFECTS;
    this.#complete[from] = true;
    return this.#proceed();
  }

  timer(): NodeEffects {
    const inputs = this.#complete.filter((complete) => complete).length;
    return { send: inputs >= this.options.quorum ? this.#publish() : [], timers: [] };
  }

  /** Publishes once all data sets are in; until then it waits, anew with each that arrives. */
  #proceed(): NodeEffects {
    if (this.#complete.every((complete) => complete))
      return { send: this.#publish(), timers: [{ id: PATIENCE_TIMER, after: null }] };
    return { send: [], timers: [{ id: PATIENCE_TIMER, after: this.#patienceMs() }] };
  }

  #publish(): NodeEffects['send'] {
    const { self, mail, union } = this.options;
    const { digest, records } = union.of(this.#complete);
    const round = (this.#digests[self]?.round ?? 0) + 1;
    this.#digests[self] = { round, digest };
    this.#records = records;
    return this.#toAll(mail.digestMessage(round, digest));
  }

  /** 2Δ, and the time in which an uplink carries a data set like this bank's own to all others. */
  #patienceMs(): number {
    const { datasets, self, network, mail } = this.options;
    const size = mail.recordMessages(datasets[self]!).reduce((sum, chunk) => sum + chunk.length, 0);
    const upload = Math.ceil((size * (datasets.length - 1)) / network.bandwidthBytesPerMs);
    return 2 * network.deltaMs + upload;
  }

  #toAll(bytes: Uint8Array): { to: number; bytes: Uint8Array }[] {
    const { datasets, self } = this.options;
    return datasets.flatMap((_, to) => (to === self ? [] : [{ to, bytes }]));
  }
}
