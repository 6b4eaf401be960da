import { equalBytes } from '../crypto/bytes.js';
import { epochOf, type Message } from '../protocol/messages.js';
import type { Slot } from '../protocol/slot.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';
import { OrderWatch } from './oracle-order.js';

/** Something that may be said in one way only: where, and what was said. */
interface Said {
  readonly epoch: number;
  readonly place: string;
  readonly word: Uint8Array;
}

/**
 * Watches that no honest bank contradicts itself: of what may be signed once it sends one version, to whomever, in whichever
 * epoch and however often it restarts. The protocol's own evidence needs one bank that heard both; this sees all that is
 * sent.
 */
export class StatementWatch {
  readonly #said = new Map<string, Uint8Array>();
  readonly #order: OrderWatch;

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {
    this.#order = new OrderWatch(facts, alarm);
  }

  /** A message of an honest bank, when it is sent. */
  onMessage(from: number, message: Message): void {
    this.#order.onMessage(from, message);
    for (const { place, word } of saidIn(message)) {
      const name = `${from}/${place}`;
      const earlier = this.#said.get(name);
      if (!earlier) this.#said.set(name, word);
      else if (!equalBytes(earlier, word))
        this.alarm('integrity', `honest ${this.facts.ids[from]} contradicts itself: ${place}`);
    }
  }
}

const at = ({ view, index }: Slot): string => `${view}.${index}`;

/** What a message signs in its sender's own name. Signatures here are deterministic: another one is another statement. */
export function saidIn(message: Message): Said[] {
  const said = (epoch: number, kind: string, where: string, word: Uint8Array): Said => ({
    epoch,
    place: `${kind} ${epoch}${where && `/${where}`}`,
    word,
  });
  switch (message.type) {
    case 'commitment': {
      const { sketch, commitment } = message;
      return [
        said(commitment.epoch, 'commitment', '', commitment.signature),
        said(sketch.epoch, 'sketch', `${sketch.view}.${sketch.part}`, sketch.signature),
      ];
    }
    case 'sketch':
      return [said(message.epoch, 'sketch', `${message.view}.${message.part}`, message.signature)];
    case 'open':
    case 'timeout':
      return [said(message.epoch, message.type, `${message.view}`, message.signature)];
    case 'vote':
      return [said(message.epoch, message.phase, at(message.slot), message.signature)];
    case 'result':
      return [said(message.epoch, 'result', '', message.signature)];
    case 'slices':
      return [said(message.epoch, 'slices', at(message.slot), message.dealing.signature)];
    case 'acknowledgement':
    case 'amendment':
      return [said(message.epoch, message.type, at(message.slot), message.signature)];
    case 'draft':
      return [said(epochOf(message), 'proposal', at(message.draft.header.slot), message.signature)];
    case 'repeat':
    case 'proposal':
      return [said(epochOf(message), 'proposal', at(message.slot), message.signature)];
    default:
      return [];
  }
}
