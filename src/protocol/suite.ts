import type { Bls } from '../crypto/bls.js';
import type { Dealing, DealingHeader, DealingShape } from '../crypto/dealing.js';
import type { SharingCommitments } from '../crypto/verifiable-sharing.js';
import type { Vrf } from '../crypto/vrf.js';

/** Ed25519 (RFC 8032) as the protocol uses it. */
export interface IdentityScheme {
  /** 64 bytes, deterministic. */
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** False on anything malformed; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Verifiable dispersal: the parts of it that decode group elements, which costs a subgroup check for each. */
export interface DispersalScheme {
  /** As `Dealing.accept`, which says what is thrown: typed errors only. */
  dealing(header: DealingHeader, context: Uint8Array, shape: DealingShape, maxLength: number): Dealing;
  /**
   * The commitments of a Pedersen sharing of `width` numbers, as `SharingCommitments.decode` gives them.
   * @throws `SharingError`, or `PedersenError` `PEDERSEN_TOO_MANY_VALUES`.
   */
  statistics(threshold: number, width: number, commitments: readonly Uint8Array[]): SharingCommitments;
}

/**
 * The public-key cryptography a bank runs on. A simulator passes one that counts, and that remembers pure
 * verifications across the banks it hosts; everybody else passes {@link defaultSuite}.
 */
export interface Suite {
  /** Votes, timeouts and results: what is aggregated. */
  readonly bls: Bls;
  /** The keys of views, and the seeds that order the leaders. */
  readonly vrf: Vrf;
  /** Everything else that a bank says in its own name. */
  readonly identity: IdentityScheme;
  /** How slices are dealt, checked and opened. */
  readonly dispersal: DispersalScheme;
}
