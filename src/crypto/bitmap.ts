import { type Codec, encodingError, fixed } from './encoding.js';

/** Bytes of a bitmap over `size` members. */
export const bitmapLength = (size: number): number => Math.ceil(size / 8);

/** The bitmap whose bit i (least significant first) is set for each member i. */
export function toBitmap(members: Iterable<number>, size: number): Uint8Array {
  const bitmap = new Uint8Array(bitmapLength(size));
  for (const member of members) bitmap[member >> 3]! |= 1 << (member & 7);
  return bitmap;
}

function setBits(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest &= rest - 1) count++;
  return count;
}

/** Members of a bitmap, ascending. */
export function fromBitmap(bitmap: Uint8Array, size: number): number[] {
  const members: number[] = [];
  for (let i = 0; i < size; i++) if ((bitmap[i >> 3]! >> (i & 7)) & 1) members.push(i);
  return members;
}

/**
 * Whether these are indices below `size`, ascending: a set, written in one way. Anything at all may be asked. An index
 * that stood in it twice would be counted as two.
 */
export function areAscending(members: unknown, size: number): members is readonly number[] {
  if (!Array.isArray(members)) return false;
  let last = -1;
  // Not `every`, which passes over the holes of a sparse array.
  for (const member of members) {
    if (!Number.isInteger(member) || member <= last || member >= size) return false;
    last = member;
  }
  return true;
}

/**
 * A subset of `size` members as bytes of exactly ⌈size/8⌉. A padding bit that is set is refused: otherwise one set
 * would have many encodings, and a count of set bits could pass for a count of members.
 *
 * @param most members that are accepted: more are refused before anything is made of them, as a list of members takes many
 * times the memory of its bits
 */
export function bitmapCodec(size: number, most = size): Codec<number[]> {
  const raw = fixed(bitmapLength(size), 'bitmap');
  return {
    write: (writer, members) => {
      if (!areAscending(members, size)) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'bitmap' });
      raw.write(writer, toBitmap(members, size));
    },
    read: (reader) => {
      const offset = reader.offset;
      const bitmap = raw.read(reader);
      if (size % 8 !== 0 && bitmap[bitmap.length - 1]! >> (size % 8) !== 0)
        encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'bitmap', offset });
      const got = bitmap.reduce((count, byte) => count + setBits(byte), 0);
      if (got > most) encodingError({ code: 'ENCODING_TOO_LARGE', what: 'bitmap', limit: most, got });
      return fromBitmap(bitmap, size);
    },
  };
}
