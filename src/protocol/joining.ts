import type { Bls } from '../crypto/bls.js';
import { equalBytes, toHex, utf8 } from '../crypto/bytes.js';
import { ConcordatError } from '../crypto/error.js';
import { hash, keyedHash } from '../crypto/hash.js';
import { type BankSecrets, publicKeys } from '../crypto/keys.js';
import {
  type BankEntry,
  cancellingKeys,
  type EdwardsKeyName,
  genesisCommitment,
  keyFault,
  Manifest,
  type ManifestBody,
  manifestDigest,
} from './manifest.js';
import { expectTolerance } from './quorum.js';
import type { Suite } from './suite.js';

/** Why banks could not be joined to a consortium. Each names the bank at fault. */
export type JoiningError =
  /** `what` names the key; `cause` is what was found wrong with it: for `bls` an error's code, else a `KeyFault`. */
  | {
      readonly code: 'JOINING_KEY_INVALID';
      readonly bank: string;
      readonly what: 'bls' | EdwardsKeyName;
      readonly cause: string;
    }
  /** The BLS keys of the two banks are K and −K, which cancel out in an aggregate. */
  | { readonly code: 'JOINING_KEYS_CANCEL'; readonly bank: string; readonly other: string }
  /** Two banks have the same id or key; `what` names it. */
  | {
      readonly code: 'JOINING_DUPLICATE';
      readonly bank: string;
      readonly other: string;
      readonly what: string;
    }
  /** The proposal has no bank of this name. */
  | { readonly code: 'JOINING_BANK_UNKNOWN'; readonly bank: string }
  /** What the bank published, what the proposal has of it and its secrets do not fit. */
  | { readonly code: 'JOINING_KEYS_CHANGED'; readonly bank: string }
  /** The share was opened for another proposal. */
  | { readonly code: 'JOINING_OTHER_PROPOSAL'; readonly bank: string }
  /** The share is not the one that was committed to. */
  | { readonly code: 'JOINING_SHARE_MISMATCH'; readonly bank: string }
  /** These banks have not opened their shares. */
  | { readonly code: 'JOINING_SHARE_MISSING'; readonly banks: readonly string[] }
  /** The bank signed another manifest. */
  | { readonly code: 'JOINING_OTHER_MANIFEST'; readonly bank: string }
  /** The signature is not one of the bank on this manifest. */
  | { readonly code: 'JOINING_SIGNATURE_INVALID'; readonly bank: string }
  /** These banks have not signed. */
  | { readonly code: 'JOINING_SIGNATURE_MISSING'; readonly banks: readonly string[] };

/** A bank as all may know it before shares of the genesis seed are opened. */
export type ProposedBank = Omit<BankEntry, 'genesisShare'>;

/** What a bank publishes to join a consortium: the first of its three messages. */
export interface JoiningKeys extends ProposedBank {
  /**
   * 32 bytes, from which and the vault key the bank's share of the genesis seed is derived, so that it need not be
   * stored. Random and new each time: a share that another consortium has seen would be no secret any more.
   */
  readonly genesisNonce: Uint8Array;
}

/** A manifest without shares and signatures: fixed before anybody opens a share, so that nobody chooses by the seed. */
export interface Proposal extends Omit<ManifestBody, 'banks' | 'rehearsal'> {
  /** In order of their ids. */
  readonly banks: readonly ProposedBank[];
}

/** A bank's share of the genesis seed, opened for one proposal: the second message. */
export interface Reveal {
  /** The bank's name. */
  readonly id: string;
  /** {@link proposalDigest}, 32 bytes. */
  readonly proposal: Uint8Array;
  /** 32 bytes. */
  readonly genesisShare: Uint8Array;
}

/** A bank's signature of the manifest: the third message. */
export interface ManifestSignature {
  /** The bank's name. */
  readonly id: string;
  /** The manifest's digest, 32 bytes. */
  readonly consortiumId: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** The consortium cannot be bound: its id follows from the shares. That it is secret rests on the nonce alone. */
const shareOf = (secrets: BankSecrets, id: string, nonce: Uint8Array): Uint8Array =>
  secrets.use('vault', (key) => keyedHash('genesis-share', key, nonce, utf8(id)));

/**
 * A bank's public keys with the commitment to its share of the genesis seed.
 * @param genesisNonce 32 bytes from a cryptographic source, never used before
 */
export function joiningKeys(
  bls: Bls,
  secrets: BankSecrets,
  id: string,
  genesisNonce: Uint8Array,
): JoiningKeys {
  const commitment = genesisCommitment(id, shareOf(secrets, id, genesisNonce));
  return { id, ...publicKeys(bls, secrets), genesisNonce, genesisCommitment: commitment };
}

/**
 * Checks all that can be checked of a manifest before shares and signatures are there, so that a bad key is found
 * before every bank has worked on it. The order of `banks` does not matter.
 *
 * @throws {@link JoiningError} `JOINING_KEY_INVALID`, `JOINING_KEYS_CANCEL` or `JOINING_DUPLICATE`, or `TOO_MANY_FAULTS`
 * @example
 * ```ts
 * import { bls, keys } from 'concordat/crypto';
 * import { defineSchema } from 'concordat/data';
 * import * as protocol from 'concordat/protocol';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
 * });
 * const suite = protocol.defaultSuite(await bls.loadBls());
 * const random = () => crypto.getRandomValues(new Uint8Array(32));
 * const joining = ['north', 'south', 'east', 'west'].map((id) => {
 *   const secrets = keys.deriveSecrets(keys.generateMnemonic(random())); // each bank alone, on a machine of its own
 *   return { secrets, published: protocol.joiningKeys(suite.bls, secrets, id, random()) };
 * });
 * const banks = joining.map(({ published }) => published);
 * const parameters = protocol.DEFAULT_PARAMETERS;
 * const proposal = protocol.propose({ name: 'accounts', faults: 1, schema, parameters, banks }, suite.bls);
 *
 * const reveals = joining.map(({ published, secrets }) =>
 *   protocol.revealShare(proposal, published, suite.bls, secrets),
 * );
 * const body = protocol.openProposal(proposal, reveals);
 * const signatures = joining.map(({ secrets }, i) => protocol.signManifest(body, reveals[i]!, secrets, suite));
 * const manifest = protocol.joinManifest(body, signatures, suite);
 * console.log(manifest.banks.map(({ id }) => id)); // [ 'east', 'north', 'south', 'west' ]
 * ```
 */
export function propose({ banks, ...rest }: Proposal, bls: Bls): Proposal {
  for (const what of ['id', 'bls', 'identity', 'vrf', 'x25519', 'genesisCommitment'] as const) {
    const owners = new Map<string, string>();
    for (const bank of banks) {
      const value = what === 'id' ? bank.id : toHex(bank[what]);
      const other = owners.get(value);
      if (other !== undefined)
        refuse(
          { code: 'JOINING_DUPLICATE', bank: bank.id, other, what },
          `${bank.id} and ${other} have the same ${what}`,
        );
      owners.set(value, bank.id);
    }
  }
  const cancelling = cancellingKeys(banks);
  if (cancelling !== null)
    refuse(
      { code: 'JOINING_KEYS_CANCEL', ...cancelling },
      `the BLS keys of ${cancelling.bank} and ${cancelling.other} cancel out: one was made of the other`,
    );
  expectTolerance(banks.length, rest.faults);
  for (const bank of banks) expectProven(bank, bls);
  return {
    ...rest,
    banks: [...banks]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, bls, possession, identity, vrf, x25519, genesisCommitment }) => ({
        id,
        bls,
        possession,
        identity,
        vrf,
        x25519,
        genesisCommitment,
      })),
  };
}

function expectProven(bank: ProposedBank, bls: Bls): void {
  for (const what of ['identity', 'vrf', 'x25519'] as const) {
    const cause = keyFault(bank, what);
    if (cause !== null)
      refuse(
        { code: 'JOINING_KEY_INVALID', bank: bank.id, what, cause },
        `the key "${what}" of ${bank.id} is refused: ${cause}`,
      );
  }
  try {
    bls.proveKey(bank.bls, bank.possession);
  } catch (error) {
    if (!(error instanceof ConcordatError)) throw error;
    refuse(
      { code: 'JOINING_KEY_INVALID', bank: bank.id, what: 'bls', cause: error.code },
      `the BLS key of ${bank.id} is refused: ${error.message}`,
    );
  }
}

/** 32 bytes that name a proposal: over everything in the manifest but shares and signatures. */
export function proposalDigest(proposal: Proposal): Uint8Array {
  const banks = proposal.banks.map((bank) => ({ ...bank, genesisShare: new Uint8Array(32) }));
  return hash('proposal', manifestDigest({ ...proposal, rehearsal: false, banks }));
}

/**
 * Opens a bank's share of the genesis seed for a proposal.
 *
 * Once a share is open, who has not opened his may compute what seed it would give. A bank must therefore open each
 * share for one proposal only, which the caller has to see to, by keeping what this returned.
 *
 * @param keys what the bank published, from its own copy
 * @throws {@link JoiningError} `JOINING_BANK_UNKNOWN`, or `JOINING_KEYS_CHANGED` when the proposal has anything else of
 * this bank than it published, or `keys` are not of these secrets
 */
export function revealShare(proposal: Proposal, keys: JoiningKeys, bls: Bls, secrets: BankSecrets): Reveal {
  const entry = entryOf(proposal, keys.id);
  const own = joiningKeys(bls, secrets, keys.id, keys.genesisNonce);
  for (const what of ['bls', 'possession', 'identity', 'vrf', 'x25519', 'genesisCommitment'] as const)
    if (!equalBytes(entry[what], own[what]) || !equalBytes(keys[what], own[what]))
      refuse(
        { code: 'JOINING_KEYS_CHANGED', bank: keys.id },
        `the proposal, the public-key file and the keystore of ${keys.id} differ in "${what}"`,
      );
  return {
    id: keys.id,
    proposal: proposalDigest(proposal),
    genesisShare: shareOf(secrets, keys.id, keys.genesisNonce),
  };
}

/**
 * The manifest's body, from the proposal and every bank's share. Equal reveals may repeat.
 * @throws {@link JoiningError} `JOINING_BANK_UNKNOWN`, `JOINING_OTHER_PROPOSAL`, `JOINING_SHARE_MISMATCH` or
 * `JOINING_SHARE_MISSING`
 */
export function openProposal(proposal: Proposal, reveals: readonly Reveal[]): ManifestBody {
  const digest = proposalDigest(proposal);
  const shares = new Map<string, Uint8Array>();
  for (const reveal of reveals) {
    const entry = entryOf(proposal, reveal.id);
    if (!equalBytes(reveal.proposal, digest))
      refuse(
        { code: 'JOINING_OTHER_PROPOSAL', bank: reveal.id },
        `${reveal.id} opened its share for another proposal`,
      );
    // A bank that could open two shares would choose the seed after it has seen the others'.
    if (!equalBytes(genesisCommitment(reveal.id, reveal.genesisShare), entry.genesisCommitment))
      refuse(
        { code: 'JOINING_SHARE_MISMATCH', bank: reveal.id },
        `the share of ${reveal.id} is not the one it committed to`,
      );
    shares.set(reveal.id, reveal.genesisShare);
  }
  const missing = proposal.banks.filter(({ id }) => !shares.has(id)).map(({ id }) => id);
  if (missing.length > 0)
    refuse({ code: 'JOINING_SHARE_MISSING', banks: missing }, `no share yet of ${missing.join(', ')}`);
  const banks = proposal.banks.map((bank) => ({ ...bank, genesisShare: shares.get(bank.id)! }));
  // Each bank keeps its own keys: that is what the mark is not for.
  return { ...proposal, rehearsal: false, banks };
}

/**
 * A bank's signature of the manifest that the opened proposal makes.
 * @param own what the bank itself revealed, from its own copy
 * @throws {@link JoiningError} `JOINING_BANK_UNKNOWN` or `JOINING_SHARE_MISMATCH`: the bank signs with its own share only
 */
export function signManifest(
  body: ManifestBody,
  own: Reveal,
  secrets: BankSecrets,
  suite: Suite,
): ManifestSignature {
  const entry = entryOf(body, own.id);
  if (!equalBytes(entry.genesisShare, own.genesisShare))
    refuse({ code: 'JOINING_SHARE_MISMATCH', bank: own.id }, `the share of ${own.id} is not its own`);
  const consortiumId = manifestDigest(body);
  const signature = secrets.use('identity', (key) => suite.identity.sign(key, consortiumId));
  if (!suite.identity.verify(entry.identity, consortiumId, signature))
    refuse({ code: 'JOINING_KEYS_CHANGED', bank: own.id }, `the keystore is not that of ${own.id}`);
  return { id: own.id, consortiumId, signature };
}

/**
 * The manifest, from its body and every bank's signature, verified as a whole.
 * @throws {@link JoiningError} `JOINING_BANK_UNKNOWN`, `JOINING_OTHER_MANIFEST`, `JOINING_SIGNATURE_INVALID` or
 * `JOINING_SIGNATURE_MISSING`; or as {@link Manifest.assemble}
 */
export function joinManifest(
  body: ManifestBody,
  signatures: readonly ManifestSignature[],
  suite: Suite,
): Manifest {
  const consortiumId = manifestDigest(body);
  const signatureOf = new Map<string, Uint8Array>();
  for (const { id, consortiumId: signed, signature } of signatures) {
    const { identity } = entryOf(body, id);
    if (!equalBytes(signed, consortiumId))
      refuse({ code: 'JOINING_OTHER_MANIFEST', bank: id }, `${id} signed another manifest`);
    if (!suite.identity.verify(identity, consortiumId, signature))
      refuse({ code: 'JOINING_SIGNATURE_INVALID', bank: id }, `the signature of ${id} is not valid`);
    signatureOf.set(id, signature);
  }
  const missing = body.banks.filter(({ id }) => !signatureOf.has(id)).map(({ id }) => id);
  if (missing.length > 0)
    refuse(
      { code: 'JOINING_SIGNATURE_MISSING', banks: missing },
      `no signature yet of ${missing.join(', ')}`,
    );
  return Manifest.assemble(
    body,
    body.banks.map(({ id }) => signatureOf.get(id)!),
    suite,
  );
}

function entryOf<B extends ProposedBank>({ banks }: { readonly banks: readonly B[] }, id: string): B {
  return (
    banks.find((bank) => bank.id === id) ??
    refuse({ code: 'JOINING_BANK_UNKNOWN', bank: id }, `no bank of the proposal is called ${id}`)
  );
}

function refuse(detail: JoiningError, message: string): never {
  throw new ConcordatError<JoiningError>(detail, message);
}
