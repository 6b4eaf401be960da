import { equalBytes, toHex, uint64 } from '../crypto/bytes.js';
import { bytes, type Codec, decode, encode, fixed, list, struct, u16, u53 } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { hash } from '../crypto/hash.js';
import { type ChainState, genesisChain } from './chain.js';
import { MAX_BANKS, Manifest } from './manifest.js';
import { extendChain, type SealedEpoch } from './sealed-epoch.js';
import { type Statement, statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** Why a succession was refused. */
export type SuccessionError =
  /** It succeeds another manifest than the one in force. */
  | { readonly code: 'SUCCESSION_OTHER_PREDECESSOR' }
  /** One of the two is a rehearsal, and the other is not; `rehearsal` says which of them is. */
  | { readonly code: 'SUCCESSION_REHEARSAL'; readonly rehearsal: 'predecessor' | 'successor' }
  /** The bank, by index in the manifest in force, did not sign it. */
  | { readonly code: 'SUCCESSION_SIGNATURE_INVALID'; readonly bank: number }
  /** Fewer signers than a quorum of the manifest in force. */
  | { readonly code: 'SUCCESSION_TOO_FEW'; readonly signers: number; readonly quorum: number }
  /** The chain is not, or no more, at the epoch from which the successor is in force. */
  | { readonly code: 'SUCCESSION_WRONG_EPOCH'; readonly epoch: number; readonly expected: number };

/** One bank's signature under a succession. */
export interface SuccessionSignature {
  /** Index in the manifest that is succeeded. */
  readonly bank: number;
  /** Ed25519 over {@link successionStatement}, 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * A change of who the banks are, or of what they run: from an epoch on, another manifest is in force.
 *
 * The successor is a manifest as any other, signed by every bank in it, so that nobody joins or stays unasked; a quorum of
 * the manifest before signs that it succeeds, so that banks that leave need not be asked. See {@link successionStatement}
 * for why there is at most one.
 */
export interface Succession {
  /** The manifest that is succeeded, 32 bytes. */
  readonly predecessor: Uint8Array;
  /** The first epoch of the successor. */
  readonly epoch: number;
  /** The manifest that takes its place, verified. */
  readonly successor: Manifest;
  /** Of a quorum of the predecessor's banks, or more, each once. */
  readonly signatures: readonly SuccessionSignature[];
}

/**
 * What a bank of the old manifest signs. By it, the bank promises to sign nothing under that manifest in this epoch or a
 * later one, nor another succession, unless the epoch is sealed under it all the same; `Journal` holds it to that, and
 * lets it sign only where it has signed nothing in these epochs yet.
 *
 * So of two quorums, one behind a succession at epoch E and one behind a seal of E or of a later epoch under the old
 * manifest, the honest bank in both would have broken its promise, or made it too late. There is one or the other; and of
 * two successions, the honest bank in both quorums signed the second only after a seal that rules out the first. Two
 * different ones of the same epoch are evidence, as two of any statement.
 */
export function successionStatement(epoch: number, successor: Manifest): Statement {
  return { type: 'succession', epoch, slot: null, body: successor.consortiumId };
}

/**
 * A succession, checked.
 * @throws {@link SuccessionError}
 */
export function assembleSuccession(
  predecessor: Manifest,
  successor: Manifest,
  epoch: number,
  signatures: readonly SuccessionSignature[],
  suite: Suite,
): Succession {
  const succession = { predecessor: predecessor.consortiumId, epoch, successor, signatures };
  checkSuccession(predecessor, succession, suite);
  return succession;
}

/**
 * Refuses a succession between a rehearsal and a consortium whose banks have their own keys: the seals of one would be a part
 * of the other's chain, and be taken for what they are not.
 * @throws {@link SuccessionError} `SUCCESSION_REHEARSAL`
 */
export function expectSameKind(inForce: Manifest, successor: Manifest): void {
  if (inForce.rehearsal === successor.rehearsal) return;
  const rehearsal = inForce.rehearsal ? 'predecessor' : 'successor';
  refuse(
    { code: 'SUCCESSION_REHEARSAL', rehearsal },
    `the ${rehearsal} is a rehearsal, and the other is not`,
  );
}

/**
 * Whether a quorum of the manifest in force signed this succession. The successor itself was checked when it was decoded.
 * @throws {@link SuccessionError}
 */
export function checkSuccession(inForce: Manifest, succession: Succession, suite: Suite): void {
  const { predecessor, epoch, successor, signatures } = succession;
  if (!equalBytes(predecessor, inForce.consortiumId))
    refuse({ code: 'SUCCESSION_OTHER_PREDECESSOR' }, `it succeeds ${toHex(predecessor)}`);
  expectSameKind(inForce, successor);
  const digest = statementDigest(inForce.consortiumId, successionStatement(epoch, successor));
  const signers = new Set<number>();
  for (const { bank, signature } of signatures) {
    const entry = inForce.banks[bank];
    if (!entry || !suite.identity.verify(entry.identity, digest, signature))
      refuse({ code: 'SUCCESSION_SIGNATURE_INVALID', bank }, `the signature of bank ${bank} does not verify`);
    signers.add(bank);
  }
  const { quorum } = inForce;
  if (signers.size < quorum)
    refuse(
      { code: 'SUCCESSION_TOO_FEW', signers: signers.size, quorum },
      `${signers.size} banks signed it, ${quorum} have to`,
    );
}

const codec: Codec<Omit<Succession, 'successor'> & { successor: Uint8Array }> = struct<
  Omit<Succession, 'successor'> & { successor: Uint8Array }
>({
  predecessor: fixed(32, 'predecessor'),
  epoch: u53,
  successor: bytes(1 << 23, 'successor'),
  signatures: list(
    struct<SuccessionSignature>({ bank: u16, signature: fixed(64, 'signature') }),
    MAX_BANKS,
    'signatures',
  ) as Codec<readonly SuccessionSignature[]>,
});

/** Canonical bytes of a succession, with the whole successor. */
export function encodeSuccession(succession: Succession): Uint8Array {
  return encode(codec, { ...succession, successor: succession.successor.encode() });
}

/**
 * Decodes a succession and checks the successor in it, not yet that it succeeds: see {@link checkSuccession}.
 * @throws an encoding error, or as `Manifest.assemble`
 */
export function decodeSuccession(encoded: Uint8Array, suite: Suite): Succession {
  const { successor, ...rest } = decode(codec, encoded);
  return { ...rest, successor: Manifest.decode(successor, suite) };
}

/**
 * Where the successor's first epoch begins. Its parent is that of the old chain, so that seals link across the change.
 * Seeds and the order of leaders come from the genesis seed of the successor: its banks committed to their shares before
 * anybody could know it, so that nobody chose a key for its place.
 *
 * @param chain the old chain at the epoch of the succession
 */
function successorChain(chain: ChainState, successor: Manifest): ChainState {
  const { epoch, parent } = chain;
  const { genesisSeed } = successor;
  return {
    ...genesisChain(successor),
    epoch,
    parent,
    seed: hash('epoch-seed', uint64(epoch), genesisSeed),
    nextSeed: hash('epoch-seed', uint64(epoch + 1), genesisSeed),
  };
}

/**
 * Follows a consortium from its founding on, or from a point that was verified before, through sealed epochs and changes
 * of its manifest. Each seal is checked under the manifest that was in force in its epoch.
 */
export class Lineage {
  #manifest: Manifest;
  #chain: ChainState;

  /**
   * The line from its founding on.
   * @param chain where to begin; the founding by default
   */
  constructor(
    founding: Manifest,
    private readonly suite: Suite,
    chain: ChainState = genesisChain(founding),
  ) {
    this.#manifest = founding;
    this.#chain = chain;
  }

  /** The manifest in force in the epoch that comes next. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  /** The epoch that comes next. */
  get chain(): ChainState {
    return this.#chain;
  }

  /** Adds the next epoch. @throws `SealedEpochError` or `SealError`, and is as before */
  seal(epoch: SealedEpoch): void {
    this.#chain = extendChain({ manifest: this.#manifest, suite: this.suite, chain: this.#chain }, epoch);
  }

  /** Goes over to a successor, whose first epoch comes next. @throws {@link SuccessionError}, and is as before */
  succeed(succession: Succession): void {
    const { epoch } = succession;
    const expected = this.#chain.epoch;
    if (epoch !== expected)
      refuse(
        { code: 'SUCCESSION_WRONG_EPOCH', epoch, expected },
        `it is from epoch ${epoch} on, and epoch ${expected} comes next`,
      );
    checkSuccession(this.#manifest, succession, this.suite);
    this.#chain = successorChain(this.#chain, succession.successor);
    this.#manifest = succession.successor;
  }
}

function refuse(detail: SuccessionError, message: string): never {
  throw new ConcordatError<SuccessionError>(detail, `succession refused: ${message}`);
}
