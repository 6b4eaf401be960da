import { decode } from '../../src/crypto/encoding.js';
import type { Dataset } from '../../src/data/dataset.js';
import type { FileSystem } from '../../src/node/file-system.js';
import { Node, type NodeOptions } from '../../src/node/node.js';
import type { ProcessName } from '../../src/node/processes.js';
import type { SealedOutput } from '../../src/node/store.js';
import type { Clock, Transport } from '../../src/node/transport.js';
import type { Output } from '../../src/protocol/effects.js';
import { messageCodec } from '../../src/protocol/message-codec.js';
import type { Message } from '../../src/protocol/messages.js';
import type { Fixture, Letter } from '../protocol/network.js';

/** What a message takes. */
const LATENCY = 50;

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** Real nodes on a clock that jumps from event to event, with links in memory. A machine's load changes nothing. */
export class Cluster {
  readonly nodes: (Node | null)[];
  readonly outputs: Output[][];
  readonly letters: Letter[] = [];
  /** Sees each message before it leaves; returns what leaves in its place. */
  tamper: (letter: Letter) => Letter | null = (letter) => letter;
  now = 0;
  #events: Event[] = [];
  readonly #receivers = new Map<number, (from: number, bytes: Uint8Array) => void>();
  readonly #running = new Set<number>();
  #processes = 0;

  constructor(
    readonly fixture: Fixture,
    private readonly disk: (bank: number) => { fileSystem?: FileSystem; directory: string },
  ) {
    this.nodes = fixture.secrets.map(() => null);
    this.outputs = fixture.secrets.map(() => []);
  }

  /** Starts a bank's process. */
  async open(bank: number, options: Partial<NodeOptions> = {}): Promise<Node> {
    const { manifest, secrets, suite } = this.fixture;
    const pid = ++this.#processes;
    this.#running.add(pid);
    const node = await Node.open({
      ...this.disk(bank),
      manifest,
      bank: manifest.banks[bank]!.id,
      secrets: secrets[bank]!,
      suite,
      transport: this.#transport(bank, pid),
      clock: this.#clock(pid),
      processes: {
        self: { host: 'here', pid, started: '' },
        isRunning: ({ pid: other }: ProcessName) => this.#running.has(other),
      },
      onOutput: (output) => this.outputs[bank]!.push(output),
      ...options,
    });
    this.nodes[bank] = node;
    return node;
  }

  async openAll(banks: readonly number[] = [...this.nodes.keys()]): Promise<this> {
    for (const bank of banks) await this.open(bank, { log: 'new' });
    return this;
  }

  /** The process is gone from one moment to the next: it closes nothing, and what was on its way to it is lost. */
  kill(bank: number): void {
    this.nodes[bank] = null;
    this.#receivers.delete(bank);
    const pid = this.#pids.get(bank);
    if (pid !== undefined) this.#running.delete(pid);
  }
  readonly #pids = new Map<number, number>();

  /** Lets time pass until a condition holds, or nothing moves for very long. */
  async run(until: () => boolean = () => false, limit = 2_000_000): Promise<boolean> {
    const end = this.now + limit;
    for (;;) {
      await this.settle();
      if (until()) return true;
      const next = this.#events[0];
      if (!next || next.at > end) return false;
      this.now = next.at;
      while (this.#events[0]?.at === this.now) this.#events.shift()!.run();
    }
  }

  /** One epoch of these banks, to its end at all of them. */
  async epoch(dataset: (bank: number) => Dataset, banks = this.up()): Promise<SealedOutput[]> {
    const sealed: SealedOutput[] = [];
    const failures: unknown[] = [];
    for (const bank of banks)
      this.nodes[bank]!.reconcile(dataset(bank)).then(
        (output) => sealed.push(output),
        (error) => failures.push(error),
      );
    await this.run(() => sealed.length + failures.length === banks.length);
    if (failures.length > 0) throw failures[0];
    return sealed;
  }

  up(): number[] {
    return [...this.nodes.keys()].filter((bank) => this.nodes[bank]);
  }

  output<T extends Output['type']>(bank: number, type: T): Extract<Output, { type: T }>[] {
    return this.outputs[bank]!.filter((o): o is Extract<Output, { type: T }> => o.type === type);
  }

  /** Waits until no node has anything to do before time passes. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet++) {
      for (const node of this.nodes) await node?.settled();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    for (const bank of this.up()) {
      await this.nodes[bank]!.close();
      this.kill(bank);
    }
  }

  #transport(bank: number, pid: number): Transport {
    this.#pids.set(bank, pid);
    const codec = messageCodec(this.fixture.manifest.size);
    return {
      start: (receive) => {
        this.#receivers.set(bank, receive);
      },
      send: (to, bytes) => {
        if (!this.#running.has(pid)) return;
        const letter = this.tamper({ from: bank, to, message: decode(codec, bytes) as Message });
        if (!letter) return;
        this.letters.push(letter);
        const sent = this.fixture.encode(letter.message);
        this.#at(LATENCY, () => this.#receivers.get(to)?.(bank, sent));
      },
      stop: () => {
        if (this.#pids.get(bank) === pid) this.#receivers.delete(bank);
      },
    };
  }

  #clock(pid: number): Clock {
    return {
      after: (milliseconds, callback) => {
        let live = true;
        this.#at(milliseconds, () => {
          if (live && this.#running.has(pid)) callback();
        });
        return () => {
          live = false;
        };
      },
    };
  }

  #at(delay: number, run: () => void): void {
    const at = this.now + delay;
    let place = this.#events.length;
    while (place > 0 && this.#events[place - 1]!.at > at) place--;
    this.#events.splice(place, 0, { at, run });
  }
}
