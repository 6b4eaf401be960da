import type { Input } from '../protocol/effects.js';

/** Steps that are made durable at one go, at most, besides this bank's own inputs. */
const MAX_BATCH = 64;
/** Messages of one bank among them, at most: so long do others wait, and timers, when that bank sends without end. */
const MAX_TURNS = 8;
/**
 * What one bank may have waiting. The longest message that can be read, a draft with a full table and full symbols, has 96
 * MiB: one that finds nothing of its sender waiting is taken, whatever it is, and there is room for some beside it.
 */
export const MAX_WAITING = 1 << 27;
/** What a message counts for besides its bytes: more than its place in memory, so that empty ones are not free. */
export const MESSAGE_COST = 1 << 12;

/** An input that waits for its step. */
export interface Waiting {
  readonly input: Input;
  /** Of an input that the bank may refuse: who is told. */
  readonly refused?: (error: unknown) => void;
}

/**
 * What waits to be stepped. This bank's own inputs go first: the host, its timers and its disk make few of them. Messages
 * wait in a queue for each bank, and the banks take turns, so that one that floods makes itself wait, and every other
 * bank for one message of it at a time. When a bank's queue is full, what it sends is dropped.
 */
export class Inbox {
  readonly #own: Waiting[] = [];
  readonly #queues: Queue[];
  /** Banks with something waiting, in the order of their turns. */
  readonly #turns: number[] = [];

  /** @param banks of the manifest */
  constructor(banks: number) {
    this.#queues = Array.from({ length: banks }, () => new Queue());
  }

  get isEmpty(): boolean {
    return this.#own.length === 0 && this.#turns.length === 0;
  }

  /** An input of this bank's host, timers or disk. */
  add(waiting: Waiting): void {
    this.#own.push(waiting);
  }

  /**
   * A message, of one of the banks or it is ignored.
   * @returns `full` when the first one is dropped since its sender had nothing waiting, `dropped` for those after it
   */
  receive(from: number, bytes: Uint8Array): 'taken' | 'full' | 'dropped' {
    const queue = this.#queues[from];
    if (!queue) return 'dropped';
    if (queue.cost + bytes.length + MESSAGE_COST > MAX_WAITING) {
      const first = !queue.overflowed;
      queue.overflowed = true;
      return first ? 'full' : 'dropped';
    }
    if (queue.length === 0) this.#turns.push(from);
    // A view would keep all of the buffer that the transport read it from.
    queue.push(bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes));
    return 'taken';
  }

  /** The next inputs: all own ones, then messages, one of each bank in turn. */
  take(): Waiting[] {
    const batch = this.#own.splice(0);
    for (let room = Math.min(MAX_BATCH, MAX_TURNS * this.#turns.length); room > 0; room--) {
      const from = this.#turns.shift();
      if (from === undefined) break;
      const queue = this.#queues[from]!;
      batch.push({ input: { type: 'message', from, bytes: queue.shift() } });
      if (queue.length > 0) this.#turns.push(from);
    }
    return batch;
  }

  /** Forgets everything. */
  clear(): void {
    this.#own.length = 0;
    this.#turns.length = 0;
    for (const from of this.#queues.keys()) this.#queues[from] = new Queue();
  }
}

/** First in, first out; taking one out takes no longer when there are many. */
class Queue {
  overflowed = false;
  #messages: Uint8Array[] = [];
  #head = 0;
  #cost = 0;

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get cost(): number {
    return this.#cost;
  }

  push(bytes: Uint8Array): void {
    this.#messages.push(bytes);
    this.#cost += bytes.length + MESSAGE_COST;
  }

  shift(): Uint8Array {
    const bytes = this.#messages[this.#head]!;
    this.#messages[this.#head++] = EMPTY;
    this.#cost -= bytes.length + MESSAGE_COST;
    if (this.length === 0) this.overflowed = false;
    if (2 * this.#head > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return bytes;
  }
}

const EMPTY = new Uint8Array(0);
