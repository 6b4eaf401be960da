import type { Bls } from '../crypto/bls.js';
import type { Vrf } from '../crypto/vrf.js';

/** Ed25519 (RFC 8032) as the protocol uses it. */
export interface IdentityScheme {
  /** 64 bytes, deterministic. */
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** False on anything malformed; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * The public-key cryptography a bank runs on. A simulator passes one that counts, and that remembers pure
 * verifications across the banks it hosts; everybody else passes {@link defaultSuite}.
 */
export interface Suite {
  readonly bls: Bls;
  readonly vrf: Vrf;
  readonly identity: IdentityScheme;
}
