import { toHex } from '../crypto/bytes.js';
import { type Codec, encodingError } from '../crypto/encoding.js';
import { MAX_INTEGER_BYTES } from './field.js';

/**
 * A bigint as a length byte and that many bytes of big-endian two's complement, the fewest that hold it: zero has none,
 * there is no negative zero, and a superfluous leading byte is refused, so that every integer has one form. At most
 * {@link MAX_INTEGER_BYTES} bytes.
 */
export const integerCodec: Codec<bigint> = {
  write: (writer, value) => {
    const length = byteLength(value);
    if (length > MAX_INTEGER_BYTES) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'integer' });
    const out = new Uint8Array(1 + length);
    out[0] = length;
    let rest = value;
    for (let at = length; at > 0; rest >>= 48n) {
      // Six bytes at a time as a number: bigint arithmetic costs an allocation each step.
      let low = Number(BigInt.asUintN(48, rest));
      for (const stop = Math.max(0, at - 6); at > stop; at--) {
        out[at] = low % 256;
        low = Math.floor(low / 256);
      }
    }
    writer.bytes(out);
  },
  read: (reader) => {
    const start = reader.offset;
    const length = reader.uint(1, 'integer');
    if (length > MAX_INTEGER_BYTES)
      encodingError({ code: 'ENCODING_TOO_LARGE', what: 'integer', limit: MAX_INTEGER_BYTES, got: length });
    if (length === 0) return 0n;
    const value = BigInt.asIntN(8 * length, BigInt(`0x${toHex(reader.bytes(length, 'integer'))}`));
    if (byteLength(value) !== length)
      encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'integer', offset: start });
    return value;
  },
};

/** Fewest bytes of two's complement that hold `value`: one bit more than its magnitude, or none for zero. */
function byteLength(value: bigint): number {
  if (value === 0n) return 0;
  const magnitude = value < 0n ? -value - 1n : value;
  const digits = magnitude.toString(16);
  const bits = 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
  return Math.floor(bits / 8) + 1;
}
