import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { Bls } from './bls.js';
import { equalBytes } from './bytes.js';
import { ConcordatError } from './error.js';
import { type BankSecrets, deriveSecrets, generateMnemonic } from './keys.js';
import {
  decryptKeystore,
  encryptKeystore,
  type Keystore,
  type KeystoreError,
  type KeystoreOptions,
} from './keystore.js';

const DESCRIPTION = 'Entropy of a Concordat bank’s mnemonic (BIP-39). Not a BLS secret key.';

/**
 * A bank's mnemonic as an encrypted keystore.
 *
 * The secret in it is the mnemonic's 32 bytes of entropy rather than the 64-byte seed: every key follows from either,
 * but only the entropy gives the words back, and with their checksum. `pubkey` is the bank's BLS key, which is not that
 * of the secret: a validator client, which compares the two, refuses the file rather than sign with it.
 *
 * Not guaranteed: that the words leave the memory. The entropy is overwritten, a string cannot be.
 *
 * @param mnemonic 24 words, used without a BIP-39 passphrase
 * @throws as `deriveSecrets` and {@link encryptKeystore}
 */
export function createBankKeystore(
  mnemonic: string,
  bls: Bls,
  options: Pick<KeystoreOptions, 'password' | 'random' | 'cost'>,
): Keystore {
  const pubkey = bls.publicKey(deriveSecrets(mnemonic).bls);
  const entropy = mnemonicToEntropy(mnemonic, wordlist);
  try {
    return encryptKeystore(entropy, { ...options, description: DESCRIPTION, pubkey });
  } finally {
    entropy.fill(0);
  }
}

/**
 * A bank's secrets from its keystore. That the keystore is this bank's and unaltered follows from its `pubkey`: the
 * checksum of EIP-2335 alone would let an altered IV open to other keys.
 *
 * @param document parsed JSON, of any shape
 * @throws {@link KeystoreError}: `KEYSTORE_NOT_OPENED` also when the secret is not that of a bank
 */
export function openBankKeystore(document: unknown, password: string, bls: Bls): BankSecrets {
  const { secret, pubkey } = decryptKeystore(document, password);
  try {
    if (secret.length === 32 && pubkey !== null) {
      const secrets = deriveSecrets(generateMnemonic(secret));
      if (equalBytes(bls.publicKey(secrets.bls), pubkey)) return secrets;
    }
  } finally {
    secret.fill(0);
  }
  throw new ConcordatError<KeystoreError>(
    { code: 'KEYSTORE_NOT_OPENED' },
    'the keystore was altered, or is not that of a bank',
  );
}
