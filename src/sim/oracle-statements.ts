import { equalBytes } from '../crypto/bytes.js';
import type { Message } from '../protocol/messages.js';
import type { Slot } from '../protocol/slot.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';

/** Something that may be said in one way only: where, and what was said. */
interface Said {
  readonly place: string;
  readonly word: Uint8Array;
}

/**
 * Watches in one epoch that no honest bank contradicts itself: of what may be signed once it sends one version, to whomever
 * and however often it restarts. The protocol's own evidence needs one bank that heard both; this sees all that is sent.
 */
export class StatementWatch {
  readonly #said = new Map<string, Uint8Array>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** A message of an honest bank, when it is sent. */
  onMessage(from: number, message: Message): void {
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
function saidIn(message: Message): Said[] {
  switch (message.type) {
    case 'commitment': {
      const { sketch, commitment } = message;
      return [
        { place: `commitment ${commitment.epoch}`, word: commitment.signature },
        { place: `sketch ${sketch.epoch}/${sketch.view}.${sketch.part}`, word: sketch.signature },
      ];
    }
    case 'sketch':
      return [{ place: `sketch ${message.epoch}/${message.view}.${message.part}`, word: message.signature }];
    case 'open':
      return [{ place: `open ${message.epoch}/${message.view}`, word: message.signature }];
    case 'vote':
      return [{ place: `${message.phase} ${message.epoch}/${at(message.slot)}`, word: message.signature }];
    case 'timeout':
      return [{ place: `timeout ${message.epoch}/${message.view}`, word: message.signature }];
    case 'result':
      return [{ place: `result ${message.epoch}`, word: message.signature }];
    case 'slices':
      return [{ place: `slices ${message.epoch}/${at(message.slot)}`, word: message.dealing.signature }];
    case 'acknowledgement':
      return [{ place: `acknowledgement ${message.epoch}/${at(message.slot)}`, word: message.signature }];
    case 'amendment':
      return [{ place: `amendment ${message.epoch}/${at(message.slot)}`, word: message.signature }];
    case 'draft':
      return [{ place: `proposal ${at(message.draft.header.slot)}`, word: message.signature }];
    case 'repeat':
      return [{ place: `proposal ${at(message.slot)}`, word: message.signature }];
    case 'proposal':
      return [{ place: `proposal ${at(message.slot)}`, word: message.signature }];
    default:
      return [];
  }
}
