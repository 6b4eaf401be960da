import { bytes, type Codec, encode, fixed, list, struct, u32, union } from '../crypto/encoding.js';
import type { Dataset } from '../data/dataset.js';
import { MAX_RECORD_BYTES } from '../data/record.js';

/** Records of one message, with their lengths; a longer record travels alone. */
const CHUNK_BYTES = 1 << 20;
/** What the codec puts before a record at most. */
const RECORD_OVERHEAD = 3;

/** What banks send each other in naive broadcast. */
type NaiveWire = {
  /** A part of the sender's data set: `chunk` counts from 0, `chunks` is how many there are. */
  records: { readonly chunk: number; readonly chunks: number; readonly records: readonly Uint8Array[] };
  /** Digest of the union the sender computed; a higher round replaces a lower one. */
  digest: { readonly round: number; readonly digest: Uint8Array };
};

/** A message of naive broadcast. */
export type NaiveMessage = { [K in 'records' | 'digest']: { readonly type: K } & NaiveWire[K] }[
  | 'records'
  | 'digest'];

/** The form of {@link NaiveMessage} on the wire. */
export const naiveCodec: Codec<NaiveMessage> = union<NaiveWire>({
  records: struct<NaiveWire['records']>({
    chunk: u32,
    chunks: u32,
    records: list(bytes(MAX_RECORD_BYTES, 'record'), CHUNK_BYTES, 'records') as Codec<readonly Uint8Array[]>,
  }),
  digest: struct<NaiveWire['digest']>({ round: u32, digest: fixed(32, 'digest') }),
});

/**
 * Encodes the messages of one naive broadcast, each once. Receivers get the very bytes that the sender made, so what
 * they say is looked up here and not decoded again by each: a simulation of many banks would do little else.
 */
export class NaiveMail {
  readonly #messages = new WeakMap<Uint8Array, NaiveMessage>();
  readonly #chunks = new Map<Dataset, readonly Uint8Array[]>();

  /** A data set's records in their order, in messages of about 1 MiB at most; one message when there is none. */
  recordMessages(dataset: Dataset): readonly Uint8Array[] {
    const known = this.#chunks.get(dataset);
    if (known) return known;
    const parts = split(dataset.entries.map((entry) => entry.bytes));
    const encoded = parts.map((records, chunk) =>
      this.#encode({ type: 'records', chunk, chunks: parts.length, records }),
    );
    this.#chunks.set(dataset, encoded);
    return encoded;
  }

  /** @param digest 32 bytes */
  digestMessage(round: number, digest: Uint8Array): Uint8Array {
    return this.#encode({ type: 'digest', round, digest });
  }

  /** What bytes of this mail say. */
  read(encoded: Uint8Array): NaiveMessage {
    return this.#messages.get(encoded)!;
  }

  #encode(message: NaiveMessage): Uint8Array {
    const encoded = encode(naiveCodec, message);
    this.#messages.set(encoded, message);
    return encoded;
  }
}

function split(records: readonly Uint8Array[]): Uint8Array[][] {
  const parts: Uint8Array[][] = [[]];
  let size = 0;
  for (const record of records) {
    size += record.length + RECORD_OVERHEAD;
    if (size > CHUNK_BYTES) {
      parts.push([]);
      size = record.length + RECORD_OVERHEAD;
    }
    parts.at(-1)!.push(record);
  }
  return parts;
}
