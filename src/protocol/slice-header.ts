import { concatBytes, expectBytes, joinBytes, uint64 } from '../crypto/bytes.js';
import { type DealingHeader, headerCodec, type Slice, sliceCodecOf } from '../crypto/dealing.js';
import { type Codec, encode, fixed, list, nullable, struct, u16, u53 } from '../crypto/encoding.js';
import { scalar } from '../crypto/group-codec.js';
import { hash } from '../crypto/hash.js';
import { MAX_VALUES } from '../crypto/pedersen.js';
import { SKETCH_ITEM_LENGTH } from '../data/sketch-item.js';
import { MAX_FRAGMENT, maxFragment } from './fragment-limit.js';
import { MAX_BANKS, type Manifest } from './manifest.js';
import { type Slot, slotCodec } from './slot.js';
import type { Statement } from './statement.js';

/** Versions that one bank can open at most: as many as the longest conflict table has rows. */
export const MAX_CLAIMS = 1 << 19;

/** Which versions a dealer opens, as the conflict table has them. */
export interface Claims {
  /** The view's key, 32 bytes: what the items are keyed with. */
  readonly key: Uint8Array;
  /** Of each version, in row order, its key id and its version digest: 24 bytes. */
  readonly items: readonly Uint8Array[];
}

/** What a dealer deals under one draft, as its signature binds it. It is never sent in one piece: see {@link DealingPart}. */
export interface SlicesHeader {
  /** The epoch of the draft. */
  readonly epoch: number;
  /** The slot of the draft. */
  readonly slot: Slot;
  /** Index of the bank that deals. */
  readonly dealer: number;
  /** Digest of the draft it is dealt under, 32 bytes. */
  readonly draft: Uint8Array;
  /** `claimsDigest` of the versions it opens, 32 bytes. */
  readonly claims: Uint8Array;
  /** The dealing of the payload; null when nothing is opened: no version, and no statistics in mode `open`. */
  readonly dealing: DealingHeader | null;
  /** Commitments of the sharing of the dealer's statistics, f + 1 points; null unless the mode is `aggregate`. */
  readonly statistics: readonly Uint8Array[] | null;
}

/** What a header adds to what its receiver knows without it, with the dealer's signature over `slicesStatement`. */
export interface DealingPart extends Pick<SlicesHeader, 'dealing' | 'statistics'> {
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** What one receiver holds of a dealer's slices. Secret until release. */
export interface Parcel {
  /** Its slice of the payload, null when none is dealt. */
  readonly slice: Slice | null;
  /** Its share, at x = receiver + 1, of the statistics and, last, their blinding; null when they are not shared. */
  readonly share: readonly bigint[] | null;
}

/** What a dealer sends one receiver, signed over `envelopeStatement`: a wrong share in it proves the dealer faulty. */
export interface Envelope extends Parcel {
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

const commitments = list(fixed(32, 'commitment'), MAX_BANKS, 'commitments') as Codec<readonly Uint8Array[]>;
const dealtFields = { dealing: nullable(headerCodec), statistics: nullable(commitments) };

/** The canonical form of a header. Any points pass: `acceptSlices` decodes them. */
export const slicesHeaderCodec: Codec<SlicesHeader> = struct<SlicesHeader>({
  epoch: u53,
  slot: slotCodec,
  dealer: u16,
  draft: fixed(32, 'draft'),
  claims: fixed(32, 'claims'),
  ...dealtFields,
});

/** The wire form of a header's own part. */
export const dealingPartCodec: Codec<DealingPart> = struct<DealingPart>({
  ...dealtFields,
  signature: fixed(64, 'signature'),
});

/** The canonical form of a slice in a proof or a log: of a consortium of any size. */
export const anySliceCodec: Codec<Slice> = sliceCodecOf(MAX_FRAGMENT);

const parcelFieldsOf = (slice: Codec<Slice>) => ({
  slice: nullable(slice),
  share: nullable(list(scalar, MAX_VALUES + 1, 'share') as Codec<readonly bigint[]>),
});
const envelopeOf = (slice: Codec<Slice>): Codec<Envelope> =>
  struct<Envelope>({ ...parcelFieldsOf(slice), signature: fixed(64, 'signature') });

/** The form a parcel is signed and logged in. */
export const parcelCodec: Codec<Parcel> = struct<Parcel>(parcelFieldsOf(anySliceCodec));

/** The form of an envelope in a proof. */
export const envelopeCodec: Codec<Envelope> = envelopeOf(anySliceCodec);

/** The wire forms of what travels among so many banks: no fragment is longer than their longest payload makes it. */
export function sliceCodecs(banks: number): {
  readonly slice: Codec<Slice>;
  readonly envelope: Codec<Envelope>;
} {
  const slice = sliceCodecOf(maxFragment(banks));
  return { slice, envelope: envelopeOf(slice) };
}

/** The canonical form of claims. */
export const claimsCodec: Codec<Claims> = struct<Claims>({
  key: fixed(32, 'key'),
  items: list(fixed(SKETCH_ITEM_LENGTH, 'item'), MAX_CLAIMS, 'items') as Codec<readonly Uint8Array[]>,
});

/** The claims digest of a dealer that opens no version, whatever the view's key: 32 zeros, which no hash is known to give. */
export const NO_CLAIMS: Uint8Array = new Uint8Array(32);

/** Bytes of a claims digest that say how many versions there are. */
const COUNT_LENGTH = 3;

/**
 * What stands in a header for the versions that it opens: a dealer that restates its column in it cannot say later that
 * it was asked for others. It begins with their number, so that whoever has the header alone knows how long what is dealt may
 * be; 29 bytes of hash follow, of which no two are found alike in fewer than 2^116 attempts.
 *
 * @param key the view's key, 32 bytes
 * @param items 24 bytes each, in row order
 * @returns 32 bytes, {@link NO_CLAIMS} for no items
 * @throws `BytesError` `BYTES_WRONG_LENGTH`
 */
export function claimsDigest(key: Uint8Array, items: readonly Uint8Array[]): Uint8Array {
  expectBytes(key, 32, 'key');
  for (const item of items) expectBytes(item, SKETCH_ITEM_LENGTH, 'item');
  if (items.length === 0) return NO_CLAIMS.slice();
  const count = uint64(items.length).subarray(8 - COUNT_LENGTH);
  return concatBytes(count, hash('claims', key, joinBytes(items)).subarray(COUNT_LENGTH));
}

/** How many versions a header opens, by its claims digest. */
export const claimsCount = (claims: Uint8Array): number =>
  claims.subarray(0, COUNT_LENGTH).reduce((count, byte) => 256 * count + byte, 0);

/** What acknowledgements, releases and evidence name a dealer's slices by: 32 bytes over the whole header. */
export function slicesRoot(header: SlicesHeader): Uint8Array {
  return hash('slices', encode(slicesHeaderCodec, header));
}

/** A header by what is signed of it. */
export interface SlicesName {
  readonly epoch: number;
  readonly slot: Slot;
  /** {@link slicesRoot}. */
  readonly root: Uint8Array;
}

/**
 * What a dealer signs, once a slot: two headers of one dealer in one slot are two statements in one place, whatever they
 * differ in.
 */
export function slicesStatement(header: SlicesHeader | SlicesName): Statement {
  const { epoch, slot } = header;
  return { type: 'slices', epoch, slot, body: 'root' in header ? header.root : slicesRoot(header) };
}

/**
 * What a dealer signs for one receiver.
 *
 * @param root {@link slicesRoot} of the header the parcel belongs to
 * @param receiver index of the bank
 */
export function envelopeStatement(
  { epoch, slot, root }: SlicesName,
  receiver: number,
  { slice, share }: Parcel,
): Statement {
  const body = hash('envelope', root, uint64(receiver), encode(parcelCodec, { slice, share }));
  return { type: 'envelope', epoch, slot, body };
}

interface DealingContext extends Omit<SlicesHeader, 'dealing' | 'statistics'> {
  readonly consortium: Uint8Array;
  readonly dataRoot: Uint8Array;
}

const contextCodec: Codec<DealingContext> = struct<DealingContext>({
  consortium: fixed(32, 'consortium'),
  epoch: u53,
  slot: slotCodec,
  dealer: u16,
  draft: fixed(32, 'draft'),
  claims: fixed(32, 'claims'),
  dataRoot: fixed(32, 'data root'),
});

/**
 * What ties a dealing to its place: consortium, epoch, slot, dealer, draft, claims, and the data root that the opened
 * records must hang under. Slices of one place are no slices in another.
 *
 * @param dataRoot of the dealer's Commitment in the epoch, 32 bytes
 */
export function dealingContext(
  manifest: Manifest,
  { epoch, slot, dealer, draft, claims }: Omit<SlicesHeader, 'dealing' | 'statistics'>,
  dataRoot: Uint8Array,
): Uint8Array {
  const consortium = manifest.consortiumId;
  return encode(contextCodec, { consortium, epoch, slot, dealer, draft, claims, dataRoot });
}
