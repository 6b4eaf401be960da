import { ctr } from '@noble/ciphers/aes.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import * as v from 'valibot';
import { expectFunction, expectObject } from './argument.js';
import { copyBytes, equalSecrets, eraseBytes, expectBytes, fromHex, toHex, utf8 } from './bytes.js';
import { ConcordatError } from './error.js';

/** Why a keystore was not made or not opened. No fact and no message holds anything of the secret or the password. */
export type KeystoreError =
  /** The document is no keystore that is read here. */
  | { readonly code: 'KEYSTORE_MALFORMED'; readonly reason: string }
  /**
   * The cost is not between {@link MIN_KEYSTORE_COST} and {@link MAX_KEYSTORE_COST}, or the greatest to open not up to
   * {@link MAX_OPENING_COST}.
   */
  | { readonly code: 'KEYSTORE_COST_INVALID'; readonly cost: number }
  /**
   * Opening it takes more than was allowed: `cost` is scrypt's n or PBKDF2's iterations, of which `limit` are done. Nothing was
   * derived.
   */
  | {
      readonly code: 'KEYSTORE_COST_EXCESSIVE';
      readonly function: 'scrypt' | 'pbkdf2';
      readonly cost: number;
      readonly limit: number;
    }
  /** The password is not one that a keystore can have. */
  | { readonly code: 'KEYSTORE_PASSWORD_INVALID'; readonly reason: string }
  /** The secret has a length that no keystore holds; −1 for no bytes. */
  | { readonly code: 'KEYSTORE_SECRET_INVALID'; readonly length: number }
  /** The password is wrong or the file was altered: the two cannot be told apart. */
  | { readonly code: 'KEYSTORE_NOT_OPENED' };

/** scrypt's cost as EIP-2335 has it: n = 2^18, which takes 256 MiB and about a second. */
export const DEFAULT_KEYSTORE_COST = 18;
/** Least cost, n = 2^10: for tests, a password under it is guessed 256 times as fast as under the default. */
export const MIN_KEYSTORE_COST = 10;
/** Greatest cost, n = 2^20 and 1 GiB. Above {@link DEFAULT_KEYSTORE_COST}, who opens it has to allow it. */
export const MAX_KEYSTORE_COST = 20;
/** Greatest cost that can be allowed: that of PBKDF2 with 2^22 iterations. scrypt's ends at {@link MAX_KEYSTORE_COST}. */
export const MAX_OPENING_COST = 22;
/** Fewest iterations of PBKDF2 that are read. */
const MIN_ITERATIONS = 2 ** MIN_KEYSTORE_COST;
/** Most of them, sixteen times the standard's, and only where they are allowed. */
const MAX_ITERATIONS = 2 ** MAX_OPENING_COST;
/** Most bytes of an encrypted secret. */
const MAX_SECRET_BYTES = 64;
/** Characters of a description, at most. */
const MAX_DESCRIPTION = 1024;

const lowerHex = (low: number, high = low) =>
  v.pipe(
    v.string(),
    v.regex(/^(?:[0-9a-f]{2})*$/, 'is not lower-case hexadecimal'),
    v.minLength(2 * low, 'is too short'),
    v.maxLength(2 * high, 'is too long'),
  );

const scryptShape = v.strictObject({
  function: v.literal('scrypt'),
  params: v.strictObject({
    dklen: v.literal(32),
    n: v.picklist(
      Array.from(
        { length: MAX_KEYSTORE_COST - MIN_KEYSTORE_COST + 1 },
        (_, i) => 2 ** (MIN_KEYSTORE_COST + i),
      ),
      `is not a power of two from 2^${MIN_KEYSTORE_COST} to 2^${MAX_KEYSTORE_COST}`,
    ),
    p: v.literal(1),
    r: v.literal(8),
    salt: lowerHex(32),
  }),
  message: v.literal(''),
});

const pbkdf2Shape = v.strictObject({
  function: v.literal('pbkdf2'),
  params: v.strictObject({
    dklen: v.literal(32),
    c: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(MIN_ITERATIONS, `is below ${MIN_ITERATIONS}`),
      v.maxValue(MAX_ITERATIONS, `is above ${MAX_ITERATIONS}`),
    ),
    prf: v.literal('hmac-sha256'),
    salt: lowerHex(32),
  }),
  message: v.literal(''),
});

const keystoreShape = v.strictObject({
  crypto: v.strictObject({
    kdf: v.variant('function', [scryptShape, pbkdf2Shape]),
    checksum: v.strictObject({
      function: v.literal('sha256'),
      params: v.strictObject({}),
      message: lowerHex(32),
    }),
    cipher: v.strictObject({
      function: v.literal('aes-128-ctr'),
      params: v.strictObject({ iv: lowerHex(16) }),
      message: lowerHex(1, MAX_SECRET_BYTES),
    }),
  }),
  description: v.optional(v.pipe(v.string(), v.maxLength(MAX_DESCRIPTION)), ''),
  pubkey: v.optional(lowerHex(48)),
  path: v.pipe(v.string(), v.maxLength(256)),
  uuid: v.pipe(v.string(), v.uuid()),
  version: v.literal(4),
});

/** What opening a keystore may take. */
export interface OpeningLimits {
  /**
   * Binary logarithm of the greatest n of scrypt, each step of which takes 1 KiB of memory, and of the most iterations of
   * PBKDF2; up to {@link MAX_OPENING_COST}, {@link DEFAULT_KEYSTORE_COST} when left out: the standard's for both.
   */
  readonly maxCost?: number;
}

/**
 * An EIP-2335 keystore as JSON: scrypt with r = 8 and p = 1, or PBKDF2 with HMAC-SHA-256; AES-128 in counter mode;
 * SHA-256. Bytes are lower-case hexadecimal.
 */
export interface Keystore {
  /** Three steps: `kdf` makes a key of the password, `checksum` tells a wrong one, `cipher` holds the secret. */
  readonly crypto: {
    readonly kdf:
      | {
          readonly function: 'scrypt';
          readonly params: {
            readonly dklen: 32;
            readonly n: number;
            readonly p: 1;
            readonly r: 8;
            readonly salt: string;
          };
          readonly message: '';
        }
      | {
          readonly function: 'pbkdf2';
          readonly params: {
            readonly dklen: 32;
            readonly c: number;
            readonly prf: 'hmac-sha256';
            readonly salt: string;
          };
          readonly message: '';
        };
    readonly checksum: {
      readonly function: 'sha256';
      readonly params: Readonly<Record<never, never>>;
      readonly message: string;
    };
    readonly cipher: {
      readonly function: 'aes-128-ctr';
      readonly params: { readonly iv: string };
      readonly message: string;
    };
  };
  /** For people; empty where there is none. */
  readonly description: string;
  /** The BLS public key of the secret, 48 bytes. */
  readonly pubkey?: string | undefined;
  /** Where the secret was derived, as in EIP-2334; empty where it was not. */
  readonly path: string;
  /** A version 4 UUID of the file. */
  readonly uuid: string;
  /** Of the format. */
  readonly version: 4;
}

type Kdf = Keystore['crypto']['kdf'];

/** What {@link encryptKeystore} needs beside the secret. */
export interface KeystoreOptions {
  /** Not empty after NFKD and without control characters. */
  readonly password: string;
  /** Gives that many bytes from a cryptographic source. */
  readonly random: (length: number) => Uint8Array;
  /** Binary logarithm of scrypt's n; {@link DEFAULT_KEYSTORE_COST} when left out. */
  readonly cost?: number;
  /** For people. */
  readonly description?: string;
  /** The BLS public key that belongs to the secret, 48 bytes. Checked by who opens the keystore, not here. */
  readonly pubkey?: Uint8Array;
}

/**
 * Encrypts a secret of 1 to 64 bytes under a password (EIP-2335, version 4), with scrypt, which costs memory too. A fresh
 * salt makes the key, so the counter never repeats under it. Keys derived on the way are overwritten; the password is a string, which nothing can overwrite.
 *
 * @param secret stays the caller's: it is neither kept nor overwritten
 * @throws {@link KeystoreError} `KEYSTORE_COST_INVALID`, `KEYSTORE_PASSWORD_INVALID`, `KEYSTORE_SECRET_INVALID` or
 * `KEYSTORE_MALFORMED`; `BytesError` when `random` gives other than it was asked for or `pubkey` is not 48 bytes;
 * `ArgumentError`.
 */
export function encryptKeystore(secret: Uint8Array, options: KeystoreOptions): Keystore {
  const {
    password,
    random,
    cost = DEFAULT_KEYSTORE_COST,
    description = '',
    pubkey,
  } = expectObject(options, 'options');
  expectFunction(random, 'random');
  if (!Number.isInteger(cost) || cost < MIN_KEYSTORE_COST || cost > MAX_KEYSTORE_COST)
    refuse(
      { code: 'KEYSTORE_COST_INVALID', cost },
      `the cost is not from ${MIN_KEYSTORE_COST} to ${MAX_KEYSTORE_COST}`,
    );
  const length = secret instanceof Uint8Array ? secret.length : -1;
  if (length < 1 || length > MAX_SECRET_BYTES)
    refuse({ code: 'KEYSTORE_SECRET_INVALID', length }, `a keystore holds 1 to ${MAX_SECRET_BYTES} bytes`);
  // What is not read back must not be written: the secret would be lost.
  if (typeof description !== 'string' || description.length > MAX_DESCRIPTION)
    refuse(
      { code: 'KEYSTORE_MALFORMED', reason: 'description' },
      `a description is text of at most ${MAX_DESCRIPTION} characters`,
    );
  const draw = (length: number): Uint8Array => expectBytes(random(length), length, 'random');
  const [salt, iv, uuid] = [draw(32), draw(16), draw(16)];
  const kdf: Kdf = {
    function: 'scrypt',
    params: { dklen: 32, n: 2 ** cost, p: 1, r: 8, salt: toHex(salt) },
    message: '',
  };
  const key = deriveKey(password, kdf);
  const message = ctr(key.subarray(0, 16), iv).encrypt(secret);
  const checksum = checksumOf(key, message);
  eraseBytes(key);
  return {
    crypto: {
      kdf,
      checksum: { function: 'sha256', params: {}, message: toHex(checksum) },
      cipher: { function: 'aes-128-ctr', params: { iv: toHex(iv) }, message: toHex(message) },
    },
    description,
    ...(pubkey === undefined ? {} : { pubkey: toHex(expectBytes(pubkey, 48, 'pubkey')) }),
    path: '',
    uuid: uuidOf(uuid),
    version: 4,
  };
}

/**
 * The secret of an EIP-2335 keystore, whichever of the standard's two key derivations it has.
 *
 * The standard's checksum covers the derived key and the encrypted secret, hence salt and cost, but neither the IV nor
 * the public key: a keystore whose IV was altered opens to another secret. Who calls this compares what the secret
 * derives to `pubkey`.
 *
 * The file says what opening it costs, before anything shows that it is the right one: more than the standard's own cost
 * is refused unless `maxCost` allows it.
 *
 * @param document parsed JSON, of any shape
 * @returns the secret, the caller's to overwrite, and the public key the file names or null
 * @throws {@link KeystoreError} `KEYSTORE_MALFORMED`, `KEYSTORE_COST_EXCESSIVE`, `KEYSTORE_COST_INVALID` for `maxCost`,
 * `KEYSTORE_PASSWORD_INVALID` or `KEYSTORE_NOT_OPENED`; `ArgumentError`.
 */
export function decryptKeystore(
  document: unknown,
  password: string,
  limits: OpeningLimits = {},
): { readonly secret: Uint8Array; readonly pubkey: Uint8Array | null } {
  const { maxCost = DEFAULT_KEYSTORE_COST } = expectObject(limits, 'limits');
  if (!Number.isInteger(maxCost) || maxCost < MIN_KEYSTORE_COST || maxCost > MAX_OPENING_COST)
    refuse(
      { code: 'KEYSTORE_COST_INVALID', cost: maxCost },
      `the greatest cost is not from ${MIN_KEYSTORE_COST} to ${MAX_OPENING_COST}`,
    );
  const parsed = v.safeParse(keystoreShape, document, { abortEarly: true });
  if (!parsed.success) {
    const { path = [], message, expected } = parsed.issues[0];
    // The message of a literal or picklist would repeat what the file holds there, and the path the name of what ought
    // not to be there: both may be a misplaced secret.
    const named = expected === 'never' ? path.slice(0, -1) : path;
    const place = named.map(({ key }) => String(key)).join('.');
    const reason = `"${place}" ${/^is /.test(message) ? message : 'is not as EIP-2335 has it'}`;
    return refuse({ code: 'KEYSTORE_MALFORMED', reason }, `this is not a keystore: ${reason}`);
  }
  const { crypto, pubkey } = parsed.output;
  const { function: name, params } = crypto.kdf;
  const cost = 'n' in params ? params.n : params.c;
  if (cost > 2 ** maxCost)
    refuse(
      { code: 'KEYSTORE_COST_EXCESSIVE', function: name, cost, limit: 2 ** maxCost },
      `opening the keystore takes ${cost} steps of ${name}, and no more than 2^${maxCost} are allowed`,
    );
  const message = fromHex(crypto.cipher.message);
  const key = deriveKey(password, crypto.kdf);
  try {
    if (!equalSecrets(checksumOf(key, message), fromHex(crypto.checksum.message)))
      return refuse({ code: 'KEYSTORE_NOT_OPENED' }, 'the password is wrong, or the keystore was altered');
    const secret = ctr(key.subarray(0, 16), fromHex(crypto.cipher.params.iv)).decrypt(message);
    return { secret, pubkey: pubkey === undefined ? null : fromHex(pubkey) };
  } finally {
    eraseBytes(key);
  }
}

const withoutControls = (text: string): string => text.replace(/\p{Cc}/gu, '');

/**
 * Characters of a password that count: code points that are no controls, which EIP-2335 drops. No form of the same password
 * counts for more than another: one that is written as base and accent counts once, and one that NFKD makes many of, such as
 * U+FDFA, for what was typed.
 */
export function passwordLength(password: string): number {
  return Math.min(...[password, password.normalize('NFKC')].map((text) => [...withoutControls(text)].length));
}

/**
 * The bytes of a password as EIP-2335 wants them: NFKD, without C0 and C1 controls and DELETE, in UTF-8. A password
 * typed on another keyboard layout or system is then the same.
 */
function passwordBytes(password: string): Uint8Array {
  const invalid = (reason: string): never =>
    refuse({ code: 'KEYSTORE_PASSWORD_INVALID', reason }, `the password ${reason}`);
  // Encoding would replace a lone surrogate, and so let different passwords open one keystore.
  if (typeof password !== 'string' || !password.isWellFormed()) return invalid('is not well-formed');
  const bytes = utf8(withoutControls(password.normalize('NFKD')));
  return bytes.length === 0 ? invalid('is empty') : bytes;
}

/** 32 bytes: the first half encrypts, the second is in the checksum. */
function deriveKey(password: string, kdf: Kdf): Uint8Array {
  const bytes = passwordBytes(password);
  const salt = fromHex(kdf.params.salt);
  const key =
    kdf.function === 'scrypt'
      ? scrypt(bytes, salt, { N: kdf.params.n, r: kdf.params.r, p: kdf.params.p, dkLen: kdf.params.dklen })
      : pbkdf2(sha256, bytes, salt, { c: kdf.params.c, dkLen: kdf.params.dklen });
  eraseBytes(bytes);
  return key;
}

const checksumOf = (key: Uint8Array, message: Uint8Array): Uint8Array =>
  sha256.create().update(key.subarray(16, 32)).update(message).digest();

/** RFC 9562 §5.4. */
function uuidOf(random: Uint8Array): string {
  const bytes = copyBytes(random);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function refuse(detail: KeystoreError, message: string): never {
  throw new ConcordatError<KeystoreError>(detail, message);
}
