/**
 * Links to the other banks: reliable, authenticated and confidential. Messages may be reordered, and lost when a bank
 * restarts. How they travel is the host's choice; nothing here encrypts.
 */
export interface Transport {
  /**
   * Begins to deliver. `receive` never throws and may be called at any time.
   * @param receive `from` must be the index of the bank the link belongs to, whatever stands in the bytes
   */
  start(receive: (from: number, bytes: Uint8Array) => void): void | Promise<void>;
  /**
   * Sends to the bank of this index; does not wait until it arrives. A node keeps nothing that it has sent: how much may wait
   * for a bank that reads slowly is for the transport to bound, and there is no way yet to tell the node to slow down.
   */
  send(to: number, bytes: Uint8Array): void;
  /** Delivers and sends nothing more. */
  stop(): void | Promise<void>;
}

/** Durations, from a monotonic clock. No two banks' clocks need to agree. */
export interface Clock {
  /** Calls back once, after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** What `setTimeout` takes: it fires at once when it is given more. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The timers of Node. They keep the process alive until the node is closed. */
export const nodeClock: Clock = {
  after(milliseconds, callback) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      if (left > MAX_TIMEOUT) timer = setTimeout(() => wait(left - MAX_TIMEOUT), MAX_TIMEOUT);
      else timer = setTimeout(callback, left);
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  },
};
