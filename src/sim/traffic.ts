/** A number of messages and their bytes. */
export interface Volume {
  /** How many. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
}

/**
 * What went over the wire: the messages' own bytes, without headers of the transport. Every transmission counts,
 * retransmissions and duplicates too; it is `sent` when it leaves and `received` when it arrives, so that what was
 * lost or is under way shows in `sent` alone.
 */
export interface Traffic {
  /** All of it, as it is sent. */
  readonly total: Volume;
  /** By the label of the message, in the order in which labels first appeared. */
  readonly byLabel: Readonly<Record<string, Volume>>;
  /** By bank. */
  readonly sent: readonly Volume[];
  /** By bank. */
  readonly received: readonly Volume[];
}

const NONE: Volume = { messages: 0, bytes: 0 };

/** Counts traffic. */
export class TrafficMeter {
  readonly #byLabel = new Map<string, Volume>();
  readonly #sent: Volume[];
  readonly #received: Volume[];
  #total = NONE;

  constructor(banks: number) {
    this.#sent = Array.from({ length: banks }, () => NONE);
    this.#received = Array.from({ length: banks }, () => NONE);
  }

  sent(from: number, label: string, bytes: number): void {
    this.#total = plus(this.#total, bytes);
    this.#byLabel.set(label, plus(this.#byLabel.get(label) ?? NONE, bytes));
    this.#sent[from] = plus(this.#sent[from]!, bytes);
  }

  received(to: number, bytes: number): void {
    this.#received[to] = plus(this.#received[to]!, bytes);
  }

  /** What was counted so far; it does not change afterwards. */
  snapshot(): Traffic {
    return {
      total: this.#total,
      byLabel: Object.fromEntries(this.#byLabel),
      sent: [...this.#sent],
      received: [...this.#received],
    };
  }
}

/** The traffic between two snapshots of one meter. Labels that did not appear in between are left out. */
export function trafficBetween(earlier: Traffic, later: Traffic): Traffic {
  const byLabel = Object.entries(later.byLabel)
    .map(([label, volume]) => [label, minus(volume, earlier.byLabel[label])] as const)
    .filter(([, volume]) => volume.messages > 0);
  return {
    total: minus(later.total, earlier.total),
    byLabel: Object.fromEntries(byLabel),
    sent: later.sent.map((volume, bank) => minus(volume, earlier.sent[bank])),
    received: later.received.map((volume, bank) => minus(volume, earlier.received[bank])),
  };
}

/** The most bytes that one bank sent and received together. */
export function maxBytesPerBank({ sent, received }: Traffic): number {
  return Math.max(0, ...sent.map((volume, bank) => volume.bytes + received[bank]!.bytes));
}

function plus(volume: Volume, bytes: number): Volume {
  return { messages: volume.messages + 1, bytes: volume.bytes + bytes };
}

function minus(a: Volume, b: Volume = NONE): Volume {
  return { messages: a.messages - b.messages, bytes: a.bytes - b.bytes };
}
