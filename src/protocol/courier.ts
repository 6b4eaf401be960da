import { type Codec, decode, encode } from '../crypto/encoding.js';
import { messageCodec } from './message-codec.js';
import type { Message } from './messages.js';
import type { Outbox } from './outbox.js';

/** Encodes messages for the wire. What a bank sends to itself does not travel: it waits here until the step's end. */
export class Courier {
  readonly #codec: Codec<Message>;
  #loopback: Message[] = [];

  constructor(
    private readonly banks: number,
    private readonly self: number,
    private readonly outbox: Outbox,
  ) {
    this.#codec = messageCodec(banks);
  }

  /** To one bank, perhaps itself. */
  send(to: number, message: Message): void {
    if (to === this.self) this.#loopback.push(message);
    else this.outbox.send(to, encode(this.#codec, message));
  }

  /** To every bank, itself included. */
  broadcast(message: Message): void {
    const encoded = encode(this.#codec, message);
    for (let to = 0; to < this.banks; to++) if (to !== this.self) this.outbox.send(to, encoded);
    this.#loopback.push(message);
  }

  /** The next message this bank sent to itself. */
  nextLoopback(): Message | undefined {
    return this.#loopback.shift();
  }

  /** @throws an encoding error on anything that is not exactly one message. */
  decode(bytes: Uint8Array): Message {
    return decode(this.#codec, bytes);
  }
}
