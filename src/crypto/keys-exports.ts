export { createBankKeystore, openBankKeystore } from './bank-keystore.js';
export * from './keys.js';
export {
  DEFAULT_KEYSTORE_COST,
  decryptKeystore,
  encryptKeystore,
  type Keystore,
  type KeystoreError,
  type KeystoreOptions,
  MAX_KEYSTORE_COST,
  MAX_OPENING_COST,
  MIN_KEYSTORE_COST,
  type OpeningLimits,
} from './keystore.js';
