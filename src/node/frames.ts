import { createHash } from 'node:crypto';

/** Bytes of a record, at most: a step may have to keep a draft and slices of all dealers. */
export const MAX_FRAME = 1 << 30;
/** Length and its check stand before the record, the check of the record behind it. */
export const HEAD = 8;
export const TAIL = 16;
/** What a disk writes whole or not at all, at least. */
const SECTOR = 512;
/** Fewer zeros than this at a frame's edge may be what was written. */
const MIN_ZEROS = 16;

/**
 * A running digest over a file's frames. Each frame's checks cover all frames before it, so that a lost, repeated, moved
 * or exchanged frame is found as surely as a changed one.
 */
export class FrameChain {
  #state: Uint8Array;

  /** @param seed what stands before the first frame */
  constructor(seed: Uint8Array) {
    this.#state = digest(seed, new Uint8Array(0));
  }

  /** The frame of a record that comes next. */
  frame(record: Uint8Array): Uint8Array {
    const frame = new Uint8Array(HEAD + record.length + TAIL);
    new DataView(frame.buffer).setUint32(0, record.length);
    frame.set(this.#headCheck(record.length), 4);
    frame.set(record, HEAD);
    frame.set(this.#next(record).subarray(0, TAIL), HEAD + record.length);
    return frame;
  }

  /** The length that the next frame's head gives for its record; null when the head is not what was written. */
  lengthIn(head: Uint8Array): number | null {
    const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0);
    return length <= MAX_FRAME && equal(head.subarray(4, HEAD), this.#headCheck(length)) ? length : null;
  }

  /** Whether this is what was written of the next record. */
  accepts(record: Uint8Array, tail: Uint8Array): boolean {
    return equal(tail, this.#next(record).subarray(0, TAIL));
  }

  /** Goes on after a record that was written, or accepted. */
  advance(record: Uint8Array): void {
    this.#state = this.#next(record);
  }

  #next(record: Uint8Array): Uint8Array {
    return digest(this.#state, record);
  }

  #headCheck(length: number): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length);
    return createHash('sha256').update('head').update(this.#state).update(bytes).digest().subarray(0, 4);
  }
}

/**
 * Whether a last frame that does not verify was never written whole, and so never made durable: some sector of it has
 * nothing but zeros, which is what a file has where it was made longer before its bytes came. Rot leaves no such sector.
 *
 * @param bytes the end of the file, from `position` on
 */
export function wasNeverWritten(bytes: Uint8Array, position: number): boolean {
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + SECTOR - ((position + start) % SECTOR));
    if (end - start >= MIN_ZEROS && isZero(bytes.subarray(start, end))) return true;
    start = end;
  }
  return false;
}

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function digest(state: Uint8Array, record: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, record.length);
  return createHash('sha256').update('frame').update(state).update(length).update(record).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
