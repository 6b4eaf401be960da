interface Queued<T> {
  readonly at: number;
  readonly order: number;
  readonly event: T;
}

/**
 * Events in order of time, and those of one time in the order they were added: a binary heap. Nothing about the order
 * is left to the engine, since the trace of a run must be the same everywhere.
 */
export class EventQueue<T> {
  readonly #heap: Queued<T>[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The time of the event that comes next, undefined when there is none. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  add(at: number, event: T): void {
    const heap = this.#heap;
    const item: Queued<T> = { at, order: this.#added++, event };
    let hole = heap.length;
    heap.push(item);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!before(item, heap[parent]!)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = item;
  }

  /** Removes the event that comes next and returns it, undefined when there is none. */
  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first && last && heap.length > 0) this.#sink(last);
    return first?.event;
  }

  /** Puts `item` in the place of the root, and then as far down as it belongs. */
  #sink(item: Queued<T>): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, item)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = item;
  }
}

function before<T>(a: Queued<T>, b: Queued<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
