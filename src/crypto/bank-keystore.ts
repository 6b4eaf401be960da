import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expectObject } from './argument.js';
import type { Bls } from './bls.js';
import { equalBytes, eraseBytes } from './bytes.js';
import { ConcordatError } from './error.js';
import { type BankSecrets, deriveSecrets, generateMnemonic } from './keys.js';
import {
  decryptKeystore,
  encryptKeystore,
  type Keystore,
  type KeystoreError,
  type KeystoreOptions,
  type OpeningLimits,
} from './keystore.js';

const DESCRIPTION = 'Entropy of a Concordat bank’s mnemonic (BIP-39). Not a BLS secret key.';

/**
 * A bank's mnemonic as an encrypted keystore.
 *
 * The secret in it is the mnemonic's 32 bytes of entropy rather than the 64-byte seed: every key follows from either,
 * but only the entropy gives the words back, and with their checksum. `pubkey` is the bank's BLS key, which is not that
 * of the secret: a validator client, which compares the two, refuses the file rather than sign with it.
 *
 * Not guaranteed: that the words leave the memory. The entropy and the derived secrets are overwritten, a string cannot
 * be.
 *
 * @param mnemonic 24 words, used without a BIP-39 passphrase
 * @throws as `deriveSecrets` and {@link encryptKeystore}, or `ArgumentError`
 */
export function createBankKeystore(
  mnemonic: string,
  bls: Bls,
  options: Pick<KeystoreOptions, 'password' | 'random' | 'cost'>,
): Keystore {
  expectObject(bls, 'bls', 'publicKey');
  expectObject(options, 'options');
  const pubkey = publicKeyOfWords(bls, mnemonic);
  const entropy = mnemonicToEntropy(mnemonic, wordlist);
  try {
    return encryptKeystore(entropy, { ...options, description: DESCRIPTION, pubkey });
  } finally {
    eraseBytes(entropy);
  }
}

/**
 * A bank's secrets from its keystore. That the keystore is this bank's and unaltered follows from its `pubkey`: the
 * checksum of EIP-2335 alone would let an altered IV open to other keys.
 *
 * @param document parsed JSON, of any shape
 * @throws {@link KeystoreError}: `KEYSTORE_NOT_OPENED` also when the secret is not that of a bank; `KEYSTORE_COST_EXCESSIVE`
 * when opening it costs more than `limits` allow, by default more than the standard's own; `ArgumentError`
 */
export function openBankKeystore(
  document: unknown,
  password: string,
  bls: Bls,
  limits: OpeningLimits = {},
): BankSecrets {
  expectObject(bls, 'bls', 'publicKey');
  const { secret, pubkey } = decryptKeystore(document, password, limits);
  try {
    if (secret.length === 32 && pubkey !== null) {
      const secrets = deriveSecrets(generateMnemonic(secret));
      if (equalBytes(publicKeyOf(bls, secrets), pubkey)) return secrets;
      secrets.erase();
    }
  } finally {
    eraseBytes(secret);
  }
  throw new ConcordatError<KeystoreError>(
    { code: 'KEYSTORE_NOT_OPENED' },
    'the keystore was altered, or is not that of a bank',
  );
}

const publicKeyOf = (bls: Bls, secrets: BankSecrets): Uint8Array =>
  secrets.use('bls', (key) => bls.publicKey(key));

function publicKeyOfWords(bls: Bls, mnemonic: string): Uint8Array {
  const secrets = deriveSecrets(mnemonic);
  try {
    return publicKeyOf(bls, secrets);
  } finally {
    secrets.erase();
  }
}
