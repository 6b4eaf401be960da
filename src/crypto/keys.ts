import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { entropyToMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { deriveSeedTree } from 'micro-key-producer/bls.js';
import { HDKey } from 'micro-key-producer/slip10.js';
import { expectFunction, expectObject } from './argument.js';
import type { Bls } from './bls.js';
import { copyBytes, eraseBytes, expectBytes } from './bytes.js';
import { ConcordatError } from './error.js';
import { identity } from './identity.js';

/** Why no keys were derived, or none given. Neither the facts nor the message hold a word of the mnemonic. */
export type KeysError =
  /** Not 24 words of the list, or the checksum is wrong. */
  | { readonly code: 'KEYS_MNEMONIC_INVALID' }
  /** A passphrase without UTF-8: no text, or a lone surrogate in it. */
  | { readonly code: 'KEYS_PASSPHRASE_INVALID' }
  /** The secrets were erased before. */
  | { readonly code: 'KEYS_ERASED' }
  /** There is no secret of this purpose. */
  | { readonly code: 'KEYS_PURPOSE_UNKNOWN' };

/**
 * The derivation path of each secret. `bls` is EIP-2334's signing key of account 0; the others are SLIP-0010 on
 * ed25519, one hardened account a purpose, under the unregistered coin type 1668247139, "conc" in ASCII.
 *
 * A mnemonic that also runs an Ethereum validator would give it the same BLS key: a bank's mnemonic is for this only.
 */
export const KEY_PATHS = {
  bls: 'm/12381/3600/0/0/0',
  identity: "m/44'/1668247139'/0'",
  vrf: "m/44'/1668247139'/1'",
  x25519: "m/44'/1668247139'/2'",
  vault: "m/44'/1668247139'/3'",
} as const;

/** The five secrets, 32 bytes each. */
export type SecretBytes = { readonly [purpose in keyof typeof KEY_PATHS]: Uint8Array };

const redacted = 'BankSecrets [redacted]';

const PURPOSES = Object.keys(KEY_PATHS) as readonly (keyof SecretBytes)[];

/**
 * A bank's secrets, 32 bytes each. They lie in private fields: JSON, string conversion, spreading, structured cloning
 * and the Node inspector show none of them, so that a log of a bank's state gives nothing away.
 *
 * Each getter returns a copy, which its caller may overwrite; {@link BankSecrets.use} overwrites it for its caller, and
 * {@link BankSecrets.erase} the secrets themselves. Not guaranteed: that secrets leave the memory. JavaScript cannot
 * promise it: engines copy what they move, a garbage collector does not clear what it frees, and neither strings (such
 * as mnemonics and passwords) nor bigints made of a secret can be overwritten. Nor that nobody in the same process asks
 * for them: a getter is one, also when an inspector is told to ignore how a class shows itself and to call its getters.
 */
export class BankSecrets implements SecretBytes {
  readonly #bytes: SecretBytes;
  #isErased = false;

  /** @throws `BytesError` when a secret is not 32 bytes, or `ArgumentError`. */
  constructor(secrets: SecretBytes) {
    expectObject(secrets, 'secrets');
    const given = PURPOSES.map((purpose) => [purpose, expectBytes(secrets[purpose], 32, purpose)] as const);
    this.#bytes = Object.fromEntries(
      given.map(([purpose, bytes]) => [purpose, copyBytes(bytes)]),
    ) as unknown as SecretBytes;
  }

  /**
   * What `use` makes of a copy of a secret, which is overwritten when it returns or throws: `use` must not keep it, nor
   * go on using it later, as an async function would.
   * @throws {@link KeysError} `KEYS_ERASED` or `KEYS_PURPOSE_UNKNOWN`, `ArgumentError`, and what `use` throws.
   */
  use<T>(purpose: keyof SecretBytes, use: (secret: Uint8Array) => T): T {
    expectFunction(use, 'use');
    const secret = this.#copy(purpose);
    try {
      return use(secret);
    } finally {
      eraseBytes(secret);
    }
  }

  /**
   * Overwrites the secrets with zeros. From then on asking for one is refused; what was handed out before is not
   * reached. Erasing again does nothing.
   */
  erase(): void {
    this.#isErased = true;
    eraseBytes(...Object.values(this.#bytes));
  }

  /** Whether {@link BankSecrets.erase} was called. */
  get isErased(): boolean {
    return this.#isErased;
  }

  #copy(purpose: keyof SecretBytes): Uint8Array {
    if (this.#isErased)
      throw new ConcordatError<KeysError>({ code: 'KEYS_ERASED' }, 'the secrets of this bank were erased');
    if (!PURPOSES.includes(purpose))
      throw new ConcordatError<KeysError>(
        { code: 'KEYS_PURPOSE_UNKNOWN' },
        `a bank has secrets for ${PURPOSES.join(', ')}`,
      );
    return copyBytes(this.#bytes[purpose]);
  }

  /** BLS12-381 secret key: a big-endian scalar in [1, r) when it was derived. */
  get bls(): Uint8Array {
    return this.#copy('bls');
  }

  /** Ed25519 secret key (RFC 8032). */
  get identity(): Uint8Array {
    return this.#copy('identity');
  }

  /** ECVRF secret key (RFC 9381, edwards25519). */
  get vrf(): Uint8Array {
    return this.#copy('vrf');
  }

  /** X25519 secret key (RFC 7748), clamped where it is used. */
  get x25519(): Uint8Array {
    return this.#copy('x25519');
  }

  /** Key of the bank's own pseudo-random functions: leaf salts, blinding factors. Has no public half. */
  get vault(): Uint8Array {
    return this.#copy('vault');
  }

  /** What JSON shows of secrets: nothing. */
  toJSON(): string {
    return redacted;
  }

  toString(): string {
    return redacted;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return redacted;
  }
}

/** What a bank publishes in the manifest. */
export interface BankPublicKeys {
  /** 48 bytes, G1 compressed. */
  readonly bls: Uint8Array;
  /** Proof of possession of `bls`, 96 bytes. */
  readonly possession: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly identity: Uint8Array;
  /** ECVRF on edwards25519, 32 bytes. */
  readonly vrf: Uint8Array;
  /** X25519, 32 bytes. */
  readonly x25519: Uint8Array;
}

/**
 * The 24 English words of `entropy` (BIP-39), checksum included.
 * @param entropy 32 bytes from the caller's cryptographic random source; anything weaker gives the bank away
 * @throws `BytesError`
 */
export function generateMnemonic(entropy: Uint8Array): string {
  return entropyToMnemonic(expectBytes(entropy, 32, 'entropy'), wordlist);
}

/**
 * All secrets of a bank from its mnemonic, by {@link KEY_PATHS}. Takes some 30 ms. Seed and derived keys are overwritten
 * before it returns, except those of the nodes in between, which the libraries keep to themselves.
 *
 * Any passphrase gives keys: a wrong one gives other keys, not an error.
 * @param mnemonic 24 English words in lower case, one space between them
 * @throws {@link KeysError} `KEYS_MNEMONIC_INVALID` (also for 12 to 21 words, which hold less than 256 bits), or
 * `KEYS_PASSPHRASE_INVALID` for one with a lone surrogate, which has no UTF-8.
 */
export function deriveSecrets(mnemonic: string, passphrase = ''): BankSecrets {
  // The library's errors repeat the unknown word, so they are neither rethrown nor given as a cause.
  if (
    typeof mnemonic !== 'string' ||
    mnemonic.split(' ').length !== 24 ||
    !validateMnemonic(mnemonic, wordlist)
  )
    throw new ConcordatError<KeysError>(
      { code: 'KEYS_MNEMONIC_INVALID' },
      'a mnemonic is 24 English words of BIP-39, lower case, one space between them, with a right checksum',
    );
  if (typeof passphrase !== 'string' || !passphrase.isWellFormed())
    throw new ConcordatError<KeysError>(
      { code: 'KEYS_PASSPHRASE_INVALID' },
      'the passphrase is not well-formed',
    );
  const seed = mnemonicToSeedSync(mnemonic, passphrase);
  const root = HDKey.fromMasterSeed(seed);
  const node = (path: string): Uint8Array => {
    const { privateKey, chainCode } = root.derive(path);
    eraseBytes(chainCode);
    return privateKey;
  };
  const derived = {
    bls: deriveSeedTree(seed, KEY_PATHS.bls),
    identity: node(KEY_PATHS.identity),
    vrf: node(KEY_PATHS.vrf),
    x25519: node(KEY_PATHS.x25519),
    vault: node(KEY_PATHS.vault),
  };
  try {
    return new BankSecrets(derived);
  } finally {
    eraseBytes(seed, root.privateKey, root.chainCode, ...Object.values(derived));
  }
}

/**
 * The public halves of a bank's secrets. Copies that are made of the secrets are overwritten, but for those that the
 * libraries underneath make.
 * @throws `BlsError` `BLS_SECRET_KEY_INVALID` when the secrets were not derived and `bls` is no scalar; `BytesError` when
 * one is not 32 bytes; {@link KeysError} `KEYS_ERASED`; `ArgumentError`.
 */
export function publicKeys(bls: Bls, secrets: SecretBytes): BankPublicKeys {
  expectObject(bls, 'bls', 'publicKey', 'provePossession');
  if (secrets instanceof BankSecrets) return publicHalves(bls, secrets);
  const own = new BankSecrets(secrets);
  try {
    return publicHalves(bls, own);
  } finally {
    own.erase();
  }
}

const publicHalves = (bls: Bls, secrets: BankSecrets): BankPublicKeys => ({
  bls: secrets.use('bls', (key) => bls.publicKey(key)),
  possession: secrets.use('bls', (key) => bls.provePossession(key)),
  identity: secrets.use('identity', (key) => identity.publicKey(key)),
  // RFC 9381 §5.5 expands and multiplies an edwards25519 secret key as RFC 8032 does.
  vrf: secrets.use('vrf', (key) => ed25519.getPublicKey(key)),
  x25519: secrets.use('x25519', (key) => x25519.getPublicKey(key)),
});
