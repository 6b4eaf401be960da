import { WIDE_LENGTH } from '../crypto/babyjubjub.js';
import { concatBytes, equalBytes, uint64 } from '../crypto/bytes.js';
import { encode } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { keyedHash } from '../crypto/hash.js';
import { deal } from '../crypto/slices.js';
import { pedersen, deal as shareOut, type VerifiableSharing } from '../crypto/verifiable-sharing.js';
import type { Commitment } from './commitment.js';
import { MAX_PAYLOAD } from './fragment-limit.js';
import type { Manifest } from './manifest.js';
import type { Openings, OwnData } from './own-data.js';
import { dealingShape } from './slice-check.js';
import {
  type Claims,
  claimsDigest,
  dealingContext,
  type Parcel,
  type SlicesHeader,
  slicesRoot,
} from './slice-header.js';
import { payloadCodec } from './slice-payload.js';
import type { Slot } from './slot.js';

/** Why a bank does not deal. To deal all the same would prove it faulty. */
export type DealerError =
  /** Its records or statistics are not those of this Commitment. */
  | { readonly code: 'DEALER_OTHER_COMMITMENT' }
  /** What it would open takes more bytes than a payload has. */
  | { readonly code: 'DEALER_PAYLOAD_TOO_LONG'; readonly limit: number; readonly got: number };

/** What one bank deals under one draft. */
export interface Deal {
  readonly manifest: Manifest;
  readonly own: OwnData;
  /** The bank's own, of this epoch. */
  readonly commitment: Commitment;
  /** Digest of the draft, 32 bytes. */
  readonly draft: Uint8Array;
  readonly slot: Slot;
  /** The view's key, 32 bytes. */
  readonly key: Uint8Array;
  /** Key ids, 8 bytes each, of the versions that it has to open, in row order. */
  readonly ids: readonly Uint8Array[];
}

/** What was dealt. */
export interface Dealt {
  readonly header: SlicesHeader;
  /** `slicesRoot` of the header, 32 bytes. */
  readonly root: Uint8Array;
  /** What the header claims: items made from the bank's own records. */
  readonly claims: Claims;
  /** For each bank, in order, what its envelope holds. Secret. */
  readonly parcels: readonly Parcel[];
}

/**
 * Deals a bank's versions of disputed keys, and its statistics as the consortium's mode has it, to all banks. What comes
 * out passes `acceptSlices` and `checkEnvelope`, and opens, everywhere.
 *
 * Deterministic in its arguments and the bank's vault: a bank that restarts deals the same bytes, so its one signature for
 * the slot still holds. All randomness is a pseudo-random function of the place, the draft and the Commitment, under the
 * vault; the statistics have their own, so that nothing which opens the payload says anything of them. Where statistics
 * are dealt again under another draft, their polynomials are others: f shares of each still tell nothing.
 *
 * @throws {@link DealerError}; `OWN_DATA_NO_RECORD` for an id that the bank does not hold; `DealingError`
 * `DEALING_BAD_SHAPE` among more than 256 banks.
 */
export function dealSlices({ manifest, own, commitment, draft, slot, key, ids }: Deal): Dealt {
  const mode = manifest.statistics;
  const statistics = own.statisticsCommitment(mode);
  if (!equalBytes(own.dataRoot(), commitment.dataRoot) || !equalBytes(statistics, commitment.statistics))
    throw new ConcordatError<DealerError>(
      { code: 'DEALER_OTHER_COMMITMENT' },
      'the Commitment is not to these records',
    );
  const openings = own.openings(key, ids);
  const claims = { key, items: openings.items };
  const { epoch, bank: dealer } = commitment;
  const place = { epoch, slot, dealer, draft, claims: claimsDigest(key, claims.items) };
  const context = dealingContext(manifest, place, commitment.dataRoot);

  const opens = mode === 'open' || ids.length > 0;
  const dealt = opens ? dealPayload(manifest, own, openings, context) : null;
  const shared = mode === 'aggregate' ? shareStatistics(manifest, own, statistics, context) : null;
  const header: SlicesHeader = {
    ...place,
    dealing: dealt?.header ?? null,
    statistics: shared?.commitments ?? null,
  };
  const parcels = manifest.banks.map((_, receiver) => ({
    slice: dealt?.slices[receiver] ?? null,
    share: shared?.shares[receiver]?.ys ?? null,
  }));
  return { header, root: slicesRoot(header), claims, parcels };
}

function dealPayload(manifest: Manifest, own: OwnData, { records, proof }: Openings, context: Uint8Array) {
  const statistics = manifest.statistics === 'open' ? own.statistics('open') : null;
  const payload = encode(payloadCodec(records.length), { records, proof, statistics });
  if (payload.length > MAX_PAYLOAD)
    throw new ConcordatError<DealerError>(
      { code: 'DEALER_PAYLOAD_TOO_LONG', limit: MAX_PAYLOAD, got: payload.length },
      `the versions to open take ${payload.length} bytes, and no payload has more than ${MAX_PAYLOAD}`,
    );
  return deal({ ...dealingShape(manifest), payload, context, entropy: own.entropy('payload', context) });
}

/** @param commitment to the statistics: coefficients that served for others would tell the difference of the two */
function shareStatistics(
  manifest: Manifest,
  own: OwnData,
  commitment: Uint8Array,
  context: Uint8Array,
): VerifiableSharing {
  const { values, blinding } = own.statistics('aggregate');
  const secret = own.entropy('statistics', context);
  const half = (i: number, part: number) =>
    keyedHash('dealing-scalars', secret, commitment, uint64(i), Uint8Array.of(part));
  const coefficients = Array.from({ length: manifest.faults * (values.length + 1) }, (_, i) =>
    concatBytes(half(i, 0), half(i, 1)).subarray(0, WIDE_LENGTH),
  );
  return shareOut(pedersen(values.length), [...values, blinding], {
    threshold: manifest.faults + 1,
    shares: manifest.size,
    coefficients: concatBytes(...coefficients),
  });
}
