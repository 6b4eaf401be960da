import { utf8 } from '../crypto/bytes.js';
import { hash } from '../crypto/hash.js';

/** One thing that happened to a node; `at` is simulated milliseconds. */
export type TraceEvent =
  /** A node starts. */
  | { readonly at: number; readonly kind: 'start'; readonly to: number }
  /** A node crashes. */
  | { readonly at: number; readonly kind: 'crash'; readonly to: number }
  /** A node is up again. */
  | { readonly at: number; readonly kind: 'restart'; readonly to: number }
  /** A timer of the node runs out. */
  | { readonly at: number; readonly kind: 'timer'; readonly to: number; readonly id: string }
  /** A message arrives; `label` is the type it is counted under. */
  | {
      readonly at: number;
      readonly kind: 'deliver';
      readonly from: number;
      readonly to: number;
      readonly label: string;
      readonly bytes: Uint8Array;
      /** When its sender first asked for it to be sent: transmissions that were lost or held count in between. */
      readonly sentAt: number;
    };

/** A line of a trace as people read it: `123 deliver 0>2 draft 4096`. */
export function formatTraceEvent(event: TraceEvent): string {
  const { at, kind, to } = event;
  switch (kind) {
    case 'start':
    case 'crash':
    case 'restart':
      return `${at} ${kind} ${to}`;
    case 'timer':
      return `${at} timer ${to} ${event.id}`;
    case 'deliver':
      return `${at} deliver ${event.from}>${to} ${event.label} ${event.bytes.length}`;
  }
}

/** Condenses a whole run into 32 bytes: two runs share them only if they had the same events with the same bytes. */
export class TraceDigest {
  #chain: Uint8Array = hash('simulation', utf8('trace'));
  #events = 0;

  /** Takes the next event; to be passed to a `World` as its `onTrace`. */
  readonly note = (event: TraceEvent): void => {
    const bytes = event.kind === 'deliver' ? event.bytes : new Uint8Array();
    this.#chain = hash('simulation', this.#chain, utf8(formatTraceEvent(event)), bytes);
    this.#events++;
  };

  /** SHA-256 chained over all events so far, 32 bytes. */
  get digest(): Uint8Array {
    return this.#chain;
  }

  /** How many events there were. */
  get events(): number {
    return this.#events;
  }
}
