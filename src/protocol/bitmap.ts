import { type Codec, encodingError, fixed } from '../crypto/encoding.js';

/** Bytes of a bitmap over `banks` banks. */
export const bitmapLength = (banks: number): number => Math.ceil(banks / 8);

/** The bitmap whose bit i (least significant first) is set for each member i. */
export function toBitmap(members: Iterable<number>, banks: number): Uint8Array {
  const bitmap = new Uint8Array(bitmapLength(banks));
  for (const member of members) bitmap[member >> 3]! |= 1 << (member & 7);
  return bitmap;
}

/** Members of a bitmap, ascending. */
export function fromBitmap(bitmap: Uint8Array, banks: number): number[] {
  const members: number[] = [];
  for (let i = 0; i < banks; i++) if ((bitmap[i >> 3]! >> (i & 7)) & 1) members.push(i);
  return members;
}

/**
 * A set of banks as bytes of exactly ⌈n/8⌉. A padding bit that is set is refused: otherwise one set would have many
 * encodings, and a count of set bits could pass for a count of banks.
 */
export function bitmapCodec(banks: number): Codec<number[]> {
  const raw = fixed(bitmapLength(banks), 'bitmap');
  return {
    write: (writer, members) => {
      if (members.some((m, i) => m < 0 || m >= banks || (i > 0 && m <= members[i - 1]!)))
        encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'bitmap' });
      raw.write(writer, toBitmap(members, banks));
    },
    read: (reader) => {
      const offset = reader.offset;
      const bitmap = raw.read(reader);
      if (banks % 8 !== 0 && bitmap[bitmap.length - 1]! >> (banks % 8) !== 0)
        encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'bitmap', offset });
      return fromBitmap(bitmap, banks);
    },
  };
}
