import type { Bls, ProvenKey } from '../crypto/bls.js';
import { equalBytes, toHex, utf8 } from '../crypto/bytes.js';
import {
  bool,
  bytes,
  type Codec,
  decode,
  encode,
  fixed,
  list,
  oneOf,
  struct,
  text,
  u16,
  u32,
} from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { hash } from '../crypto/hash.js';
import { edwardsKeyFault, type KeyFault, montgomeryKeyFault } from '../crypto/public-key.js';
import { type Schema, schemaCodec } from '../data/schema.js';
import { FIRST_SYMBOLS } from '../data/sketch-estimate.js';
import { statisticsFields } from '../data/statistics.js';
import { executorCount, expectTolerance, quorum, sealQuorum } from './quorum.js';
import { PROTOCOL_VERSION } from './statement.js';
import type { IdentityScheme } from './suite.js';

/** Why a manifest was refused. */
export type ManifestError =
  /** Two banks have the same `what`; `bank` is the second of them. */
  | { readonly code: 'MANIFEST_DUPLICATE'; readonly what: string; readonly bank: string }
  /** The bank's key `what` is none that a secret can have. */
  | {
      readonly code: 'MANIFEST_KEY_INVALID';
      readonly bank: string;
      readonly what: EdwardsKeyName;
      readonly reason: KeyFault;
    }
  /** The BLS keys of two banks are K and −K, which cancel out in an aggregate; `bank` is the second of them. */
  | { readonly code: 'MANIFEST_KEYS_CANCEL'; readonly bank: string; readonly other: string }
  /** The bank's share of the genesis seed is not the one it committed to. */
  | { readonly code: 'MANIFEST_REVEAL_MISMATCH'; readonly bank: string }
  /** The bank did not sign this body. */
  | { readonly code: 'MANIFEST_SIGNATURE_INVALID'; readonly bank: string }
  /** A parameter out of range, an empty id, another version, or not one signature a bank. */
  | { readonly code: 'MANIFEST_MALFORMED'; readonly reason: string };

/** The keys of a bank on curve25519. */
export type EdwardsKeyName = 'identity' | 'vrf' | 'x25519';

/** The public half of one bank. */
export interface BankEntry {
  /** The bank's name, unique in the consortium, 1 to 64 bytes. */
  readonly id: string;
  /** BLS12-381 public key, 48 bytes. */
  readonly bls: Uint8Array;
  /** Proof of possession of that key, 96 bytes. */
  readonly possession: Uint8Array;
  /** Ed25519 public key, 32 bytes. */
  readonly identity: Uint8Array;
  /** ECVRF edwards25519 public key, 32 bytes. */
  readonly vrf: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly x25519: Uint8Array;
  /** Commitment to the bank's share of the genesis seed, 32 bytes: made before anybody's share is known. */
  readonly genesisCommitment: Uint8Array;
  /** The share itself, 32 bytes: opened once all commitments are fixed. */
  readonly genesisShare: Uint8Array;
}

/** The values of {@link Parameters.statistics}. */
export const STATISTICS_MODES = ['none', 'aggregate', 'open'] as const;
/** What becomes of column statistics. */
export type StatisticsMode = (typeof STATISTICS_MODES)[number];

/** Protocol parameters, equal for all banks because they are signed by all. */
export interface Parameters {
  /** Δ, the bound on a message's delay that termination relies on, in milliseconds. */
  readonly delta: number;
  /**
   * What becomes of the banks' column statistics, to which every Commitment is bound: `none` are made, or they are
   * committed to, to be opened in sum (`aggregate`) or one by one (`open`).
   */
  readonly statistics: StatisticsMode;
  /** Symbols of the sketch that travel with a Commitment, before the leader asks for more. */
  readonly sketchSymbols: number;
  /**
   * Keys on which a bank may differ from the leader of a view and still be an input, at most 2^18. A conflict table has
   * at most f + 2 times as many rows.
   */
  readonly maxDifferences: number;
  /** Raw records that one bank can be made to disclose in an epoch, at most: see `planDisclosures`. */
  readonly disclosureQuota: number;
}

/** Above this, four symbols a difference, the most a leader takes, would exceed what a sketch can give. */
const MAX_DIFFERENCES = 1 << 18;

/** Parameters that suit a wide-area network. */
export const DEFAULT_PARAMETERS: Parameters = {
  delta: 1000,
  statistics: 'aggregate',
  sketchSymbols: FIRST_SYMBOLS,
  maxDifferences: 1 << 16,
  disclosureQuota: 1 << 14,
};

/** What a manifest says; the part that is signed. */
export interface ManifestBody {
  /** Name of the consortium. */
  readonly name: string;
  /** f, the Byzantine banks that it bears: n ≥ 3f + 1. */
  readonly faults: number;
  /** What a record is, with the rules that decide what is disputed. */
  readonly schema: Schema;
  /** What all banks run with. */
  readonly parameters: Parameters;
  /**
   * Whether one process made every bank's keys, as a simulation does; false when left out. Whoever had them can make any seal
   * under such a manifest: it proves nothing to others. See {@link Manifest.rehearsal} for what the mark does not say.
   */
  readonly rehearsal?: boolean;
  /** The banks; the place here is a bank's index everywhere. */
  readonly banks: readonly BankEntry[];
}

/** A body as it is signed: with its protocol version, and nothing left out. */
type SignedBody = ManifestBody & { readonly protocol: number; readonly rehearsal: boolean };

/** Largest consortium: slices are dealt to at most so many banks. */
export const MAX_BANKS = 256;

const bankCodec: Codec<BankEntry> = struct<BankEntry>({
  id: text(64, 'bank id'),
  bls: fixed(48, 'bls'),
  possession: fixed(96, 'possession'),
  identity: fixed(32, 'identity'),
  vrf: fixed(32, 'vrf'),
  x25519: fixed(32, 'x25519'),
  genesisCommitment: fixed(32, 'genesis commitment'),
  genesisShare: fixed(32, 'genesis share'),
});

const bodyCodec: Codec<SignedBody> = struct<SignedBody>({
  protocol: u16,
  name: text(256, 'name'),
  faults: u16,
  schema: schemaCodec,
  parameters: struct<Parameters>({
    delta: u32,
    statistics: oneOf(STATISTICS_MODES),
    sketchSymbols: u32,
    maxDifferences: u32,
    disclosureQuota: u32,
  }),
  rehearsal: bool,
  banks: list(bankCodec, MAX_BANKS, 'banks') as Codec<readonly BankEntry[]>,
});

const signedCodec = struct<{ body: Uint8Array; signatures: Uint8Array[] }>({
  body: bytes(1 << 22, 'manifest body'),
  signatures: list(fixed(64, 'signature'), MAX_BANKS, 'signatures'),
});

/** The commitment a bank publishes to its share of the genesis seed, before it sees any other bank's. */
export function genesisCommitment(id: string, share: Uint8Array): Uint8Array {
  return hash('genesis-commit', utf8(id), share);
}

const encodeBody = (body: ManifestBody): Uint8Array =>
  encode(bodyCodec, { protocol: PROTOCOL_VERSION, ...body, rehearsal: body.rehearsal ?? false });

/** The bytes that every bank signs with its Ed25519 key: the manifest's canonical bytes, in their domain. */
export function manifestDigest(body: ManifestBody): Uint8Array {
  return hash('manifest', encodeBody(body));
}

/**
 * A verified manifest: who the banks are, what they agreed to run. Can only be had by {@link Manifest.assemble} or
 * {@link Manifest.decode}, which check every key's possession, every genesis share and every bank's signature.
 */
export class Manifest {
  /** n. */
  readonly size: number;
  /** f. */
  readonly faults: number;
  /** q = ⌈(n + f + 1)/2⌉. */
  readonly quorum: number;
  /** 3f + 1 executors compute the result. */
  readonly executors: number;
  /** 2f + 1 of them seal it. */
  readonly sealQuorum: number;
  /** SHA-256 of the signed bytes: names the consortium in every signature. */
  readonly consortiumId: Uint8Array;
  /** Seed of epoch 0, from all banks' shares. */
  readonly genesisSeed: Uint8Array;

  private constructor(
    /** What the banks signed. */
    readonly body: ManifestBody,
    /** Ed25519 signature of each bank over {@link manifestDigest}, in the order of the banks. */
    readonly signatures: readonly Uint8Array[],
    /** The banks' BLS keys, each with its possession proven. */
    readonly keys: readonly ProvenKey[],
  ) {
    this.size = body.banks.length;
    this.faults = body.faults;
    this.quorum = quorum(this.size, this.faults);
    this.executors = executorCount(this.faults);
    this.sealQuorum = sealQuorum(this.faults);
    this.consortiumId = manifestDigest(body);
    this.genesisSeed = hash('genesis-seed', ...body.banks.map((bank) => bank.genesisShare));
  }

  /** What a record is. */
  get schema(): Schema {
    return this.body.schema;
  }

  /** The banks; their place here is their index everywhere. */
  get banks(): readonly BankEntry[] {
    return this.body.banks;
  }

  /** What all banks run with. */
  get parameters(): Parameters {
    return this.body.parameters;
  }

  /**
   * Whether it is marked as a rehearsal: one process had every bank's keys, so that a seal under it proves nothing to others.
   * The mark is that of who made the manifest, and stands under every signature. That it is absent is no proof that the banks
   * are apart: whoever makes all keys can leave it out, so a manifest is trusted for where it comes from.
   */
  get rehearsal(): boolean {
    return this.body.rehearsal ?? false;
  }

  /**
   * Checks a manifest's body and all signatures.
   * @throws {@link ManifestError}, `TOO_MANY_FAULTS`, or the errors of {@link Bls.proveKey}.
   */
  static assemble(
    body: ManifestBody,
    signatures: readonly Uint8Array[],
    suite: { readonly bls: Bls; readonly identity: IdentityScheme },
  ): Manifest {
    expectTolerance(body.banks.length, body.faults);
    const { delta, sketchSymbols, maxDifferences } = body.parameters;
    if (delta < 1 || sketchSymbols < 8 || maxDifferences < sketchSymbols || maxDifferences > MAX_DIFFERENCES)
      refuse({ code: 'MANIFEST_MALFORMED', reason: 'parameters out of range' });
    for (const what of ['id', 'bls', 'identity', 'vrf', 'x25519', 'genesisShare'] as const)
      expectDistinct(body.banks, what);
    const cancelling = cancellingKeys(body.banks);
    if (cancelling !== null) refuse({ code: 'MANIFEST_KEYS_CANCEL', ...cancelling });
    for (const bank of body.banks) {
      if (bank.id.length === 0) refuse({ code: 'MANIFEST_MALFORMED', reason: 'empty bank id' });
      if (!equalBytes(genesisCommitment(bank.id, bank.genesisShare), bank.genesisCommitment))
        refuse({ code: 'MANIFEST_REVEAL_MISMATCH', bank: bank.id });
    }
    const digest = manifestDigest(body);
    if (signatures.length !== body.banks.length)
      refuse({ code: 'MANIFEST_MALFORMED', reason: 'one signature a bank is needed' });
    body.banks.forEach((bank, i) => {
      // Before the signature, which would be refused under such a key, but without the reason.
      expectKey(bank, 'identity');
      if (!suite.identity.verify(bank.identity, digest, signatures[i]!))
        refuse({ code: 'MANIFEST_SIGNATURE_INVALID', bank: bank.id });
    });
    for (const bank of body.banks) {
      expectKey(bank, 'vrf');
      expectKey(bank, 'x25519');
    }
    // Last, being the dearest check by far: nobody gets it for a manifest that the banks did not sign.
    const keys = body.banks.map((bank) => suite.bls.proveKey(bank.bls, bank.possession));
    return new Manifest(body, signatures, keys);
  }

  /** Canonical bytes of the manifest with its signatures. */
  encode(): Uint8Array {
    return encode(signedCodec, { body: encodeBody(this.body), signatures: [...this.signatures] });
  }

  /**
   * Decodes and checks a manifest.
   * @throws as {@link Manifest.assemble}, or an encoding error.
   */
  static decode(
    encoded: Uint8Array,
    suite: { readonly bls: Bls; readonly identity: IdentityScheme },
  ): Manifest {
    const { body, signatures } = decode(signedCodec, encoded);
    const { protocol, ...rest } = decode(bodyCodec, body);
    if (protocol !== PROTOCOL_VERSION)
      refuse({ code: 'MANIFEST_MALFORMED', reason: `protocol version ${protocol}` });
    return Manifest.assemble(rest, signatures, suite);
  }

  /** What becomes of column statistics in effect: `none` are made of a schema without numeric columns. */
  get statistics(): StatisticsMode {
    return statisticsFields(this.schema).length > 0 ? this.parameters.statistics : 'none';
  }

  /** The index of the bank with this name, or −1. */
  indexOf(id: string): number {
    return this.banks.findIndex((bank) => bank.id === id);
  }
}

function expectDistinct(
  banks: readonly BankEntry[],
  what: 'id' | 'bls' | 'identity' | 'vrf' | 'x25519' | 'genesisShare',
): void {
  const seen = new Set<string>();
  for (const bank of banks) {
    const value = bank[what];
    const key = typeof value === 'string' ? value : toHex(value);
    if (seen.has(key)) refuse({ code: 'MANIFEST_DUPLICATE', what, bank: bank.id });
    seen.add(key);
  }
}

/** What is wrong with one of the bank's keys on curve25519, or null. */
export const keyFault = (bank: Pick<BankEntry, EdwardsKeyName>, what: EdwardsKeyName): KeyFault | null =>
  what === 'x25519' ? montgomeryKeyFault(bank.x25519) : edwardsKeyFault(bank[what]);

function expectKey(bank: BankEntry, what: EdwardsKeyName): void {
  const reason = keyFault(bank, what);
  if (reason !== null) refuse({ code: 'MANIFEST_KEY_INVALID', bank: bank.id, what, reason });
}

/**
 * Two banks whose BLS keys are K and −K, or null. Who has the secret of one has that of the other, so both are proven; and
 * whatever anybody signed, the two can be added to its signers without either of them having signed.
 *
 * Compressed, the two differ in one bit, the sign of y (0x20 of the first byte). Relations of more keys than two are not
 * looked for: there are too many, and they bind only banks that made their keys together.
 */
export function cancellingKeys(
  banks: readonly Pick<BankEntry, 'id' | 'bls'>[],
): { readonly bank: string; readonly other: string } | null {
  const owners = new Map<string, string>();
  for (const { id, bls } of banks) {
    const abscissa = toHex(bls.map((byte, i) => (i === 0 ? byte & ~0x20 : byte)));
    const other = owners.get(abscissa);
    if (other !== undefined) return { bank: id, other };
    owners.set(abscissa, id);
  }
  return null;
}

function refuse(detail: ManifestError): never {
  const { code, ...facts } = detail;
  throw new ConcordatError<ManifestError>(detail, `manifest refused: ${code} ${JSON.stringify(facts)}`);
}
