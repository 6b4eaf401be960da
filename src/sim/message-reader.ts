import { type Codec, decode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { messageCodec } from '../protocol/message-codec.js';
import type { Message } from '../protocol/messages.js';

/**
 * Reads the messages of a consortium of so many banks. Each bytes are read once: a broadcast is the same bytes for
 * everybody, when it is sent and when it arrives.
 *
 * @returns the message in these bytes, null when they are none: an adversary may send anything
 */
export function messageReader(banks: number): (bytes: Uint8Array) => Message | null {
  const codec = messageCodec(banks);
  const known = new WeakMap<Uint8Array, Message | null>();
  return (bytes) => {
    let message = known.get(bytes);
    if (message === undefined) {
      message = decodeOrNull(codec, bytes);
      known.set(bytes, message);
    }
    return message;
  };
}

function decodeOrNull(codec: Codec<Message>, bytes: Uint8Array): Message | null {
  try {
    return decode(codec, bytes);
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
}
