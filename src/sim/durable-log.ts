import { concatBytes, equalBytes } from '../crypto/bytes.js';
import { hash } from '../crypto/hash.js';

const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 8;

/**
 * The disk of a simulated bank: an append-only log of frames, each a length, a checksum and an entry. Like a real one it
 * can be cut off anywhere in what was being appended when the power failed, and is read up to the first frame that is
 * not whole.
 */
export class DurableLog {
  /** Entries that were appended as a whole: framed only where frames matter. */
  #entries: Uint8Array[] = [];
  /** What the last power failure left of its frames. */
  #tail: Uint8Array = new Uint8Array(0);

  /** Appends entries, all of them durably. */
  append(entries: readonly Uint8Array[]): void {
    this.#entries.push(...entries);
  }

  /** Puts other entries in the place of all there are, at one go. */
  replace(entries: readonly Uint8Array[]): void {
    this.#entries = [...entries];
    this.#tail = new Uint8Array(0);
  }

  /** Everything that was appended. */
  get entries(): readonly Uint8Array[] {
    return this.#entries;
  }

  /**
   * The power fails while these entries are appended.
   * @param share of their bytes that reach the disk, 0 to 1
   * @returns whether a frame was torn: its first bytes are there and the others are not
   */
  tear(entries: readonly Uint8Array[], share: number): boolean {
    const frames = concatBytes(...entries.map(frameOf));
    this.#tail = frames.subarray(0, Math.floor(share * frames.length));
    return wholeFrames(this.#tail).end < this.#tail.length;
  }

  /** Reads the log as a bank does that starts: what is behind the last whole frame is removed. */
  recover(): Uint8Array[] {
    this.#entries.push(...wholeFrames(this.#tail).entries);
    this.#tail = new Uint8Array(0);
    return [...this.#entries];
  }
}

function frameOf(entry: Uint8Array): Uint8Array {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, entry.length);
  return concatBytes(length, checksum(entry), entry);
}

const checksum = (entry: Uint8Array): Uint8Array => hash('simulation', entry).subarray(0, CHECKSUM_BYTES);

/** The entries of all frames before the first that is not whole, and where they end. */
function wholeFrames(bytes: Uint8Array): { readonly entries: Uint8Array[]; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: Uint8Array[] = [];
  for (let at = 0; ; ) {
    const from = at + LENGTH_BYTES + CHECKSUM_BYTES;
    if (from > bytes.length) return { entries, end: at };
    const entry = bytes.slice(from, from + view.getUint32(at));
    const sum = bytes.subarray(at + LENGTH_BYTES, from);
    if (entry.length < view.getUint32(at) || !equalBytes(checksum(entry), sum)) return { entries, end: at };
    entries.push(entry);
    at = from + entry.length;
  }
}
