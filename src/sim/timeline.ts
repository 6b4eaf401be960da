import type { TraceEvent } from './trace.js';

/** Messages of one type that took the same way at the same time; times are milliseconds since the epoch began. */
export interface Flow {
  /** Their type. */
  readonly step: string;
  /** The sender, by index. */
  readonly from: number;
  /** The receiver, by index; null when the flow goes to several. */
  readonly to: number | null;
  /** When they were sent, rounded down to a multiple of {@link Timeline.resolutionMs}. */
  readonly sentMs: number;
  /** When the last of them arrived. */
  readonly arrivedMs: number;
  /** How many messages it stands for. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
}

/** What went between the banks in one epoch, and when. Messages that never arrived are not in it. */
export interface Timeline {
  /** Δ of the network, milliseconds. */
  readonly deltaMs: number;
  /** Messages of a flow were sent within this time of one another, milliseconds. */
  readonly resolutionMs: number;
  /** When the last message arrived. */
  readonly endMs: number;
  /** By time of sending, then in the order of first arrival. */
  readonly flows: readonly Flow[];
}

/** Largest consortium whose links are told apart; of larger ones only the senders are. */
const MAX_LINKED_BANKS = 16;
/** Flows at most: beyond it they are merged. */
const MAX_FLOWS = 6000;

type Merged = { -readonly [K in keyof Flow]: Flow[K] };

/**
 * Records a {@link Timeline} in bounded space, whatever happens: when there are too many flows their receivers are
 * merged, then those that were sent within twice the time.
 */
export class TimelineRecorder {
  #flows = new Map<string, Merged>();
  #start = 0;
  #end = 0;
  #resolution = 1;
  #linked: boolean;

  constructor(
    private readonly banks: number,
    private readonly deltaMs: number,
  ) {
    this.#linked = banks <= MAX_LINKED_BANKS;
  }

  /** Forgets everything, and counts time from `now`. */
  begin(now: number): void {
    this.#flows.clear();
    this.#start = now;
    this.#end = 0;
    this.#linked = this.banks <= MAX_LINKED_BANKS;
    // Messages of one bank to many are sent at one moment: merging those of a fortieth of Δ blurs nothing.
    this.#resolution = this.#linked ? 1 : Math.max(1, Math.ceil(this.deltaMs / 40));
  }

  /** Takes the next event. A message of an earlier epoch does not count. */
  note(event: TraceEvent): void {
    if (event.kind !== 'deliver' || event.sentAt < this.#start) return;
    const arrivedMs = event.at - this.#start;
    this.#end = Math.max(this.#end, arrivedMs);
    this.#add({
      step: event.label,
      from: event.from,
      to: event.to,
      sentMs: event.sentAt - this.#start,
      arrivedMs,
      messages: 1,
      bytes: event.bytes.length,
    });
    while (this.#flows.size > MAX_FLOWS) this.#coarsen();
  }

  /** What was recorded since {@link begin}. */
  get timeline(): Timeline {
    const flows = [...this.#flows.values()].map((flow) => ({ ...flow }));
    return {
      deltaMs: this.deltaMs,
      resolutionMs: this.#resolution,
      endMs: this.#end,
      flows: flows.sort((a, b) => a.sentMs - b.sentMs),
    };
  }

  #add(flow: Flow): void {
    const sentMs = flow.sentMs - (flow.sentMs % this.#resolution);
    const to = this.#linked ? flow.to : null;
    // Between two banks the time of arrival tells messages apart; of many receivers only the last counts.
    const name = [flow.step, flow.from, to ?? '', sentMs, this.#linked ? flow.arrivedMs : ''].join('/');
    const known = this.#flows.get(name);
    if (known === undefined) {
      this.#flows.set(name, { ...flow, to, sentMs });
      return;
    }
    known.arrivedMs = Math.max(known.arrivedMs, flow.arrivedMs);
    known.messages += flow.messages;
    known.bytes += flow.bytes;
  }

  #coarsen(): void {
    if (this.#linked) this.#linked = false;
    else this.#resolution *= 2;
    const flows = [...this.#flows.values()];
    this.#flows.clear();
    for (const flow of flows) this.#add(flow);
  }
}
