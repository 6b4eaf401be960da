// Every combinator of the strict encoding, and keystores, against bytes and documents that are wrong in each way.

import { ORDER } from '../../src/crypto/babyjubjub.js';
import { createBankKeystore, openBankKeystore } from '../../src/crypto/bank-keystore.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import {
  bool,
  bytes,
  type Codec,
  decode,
  encode,
  fixed,
  list,
  nullable,
  oneOf,
  struct,
  text,
  u8,
  u16,
  u32,
  u53,
  union,
  varint,
} from '../../src/crypto/encoding.js';
import { scalar } from '../../src/crypto/group-codec.js';
import { generateMnemonic } from '../../src/crypto/keys.js';
import { decryptKeystore } from '../../src/crypto/keystore.js';
import {
  about,
  type Claims,
  describeVerifier,
  flip,
  holds,
  junk,
  otherLengths,
  type Verifier,
} from './refusals.js';
import { randomness } from './sharing-fixture.js';

const NOTHING_TO_BIND = {
  curve: 'bytes are not points',
  subgroup: 'bytes are not points',
  neutral: 'no value is neutral',
  binding: 'an encoding says what it says',
  domain: 'the hash that an encoding goes into has the domain',
  order: 'another order is another value',
} as const;

/** A codec: forms that come back, forms that are not canonical, forms beyond its bounds, and all that is wrong of any. */
function describeCodec<T>(
  name: string,
  codec: Codec<T>,
  good: Readonly<Record<string, string>>,
  notCanonical: Readonly<Record<string, string>>,
  outOfBounds: Readonly<Record<string, string>>,
): void {
  const takes = (hex: string) => holds(() => decode(codec, fromHex(hex)));
  const comesBack = (hex: string) => toHex(encode(codec, decode(codec, fromHex(hex)))) === hex;
  const claims = (forms: Readonly<Record<string, string>>, claim: (hex: string) => boolean): Claims =>
    Object.fromEntries(Object.entries(forms).map(([what, hex]) => [`${what}: ${hex}`, () => claim(hex)]));
  const cut = Object.fromEntries(
    Object.values(good).flatMap((hex) =>
      Array.from(
        { length: hex.length / 2 },
        (_, i) => [`cut at ${i} of ${hex}`, hex.slice(0, 2 * i)] as const,
      ),
    ),
  );
  const longer = Object.fromEntries(Object.values(good).map((hex) => [`more after ${hex}`, `${hex}00`]));
  const place = claims(outOfBounds, takes);
  const canonical = claims(notCanonical, takes);
  const refuses: Verifier['refuses'] = {
    type: junk((value) => holds(() => decode(codec, value)), Object.values(good)[0]),
    length: claims({ ...cut, ...longer }, takes),
    ...(Object.keys(canonical).length > 0 ? { canonical } : {}),
    ...(Object.keys(place).length > 0 ? { place } : {}),
  };
  describeVerifier(`decode ${name}`, {
    accepts: claims(good, comesBack),
    refuses,
    without: {
      ...NOTHING_TO_BIND,
      ...(refuses.canonical ? {} : { canonical: 'each number has one form of this width' }),
      ...(refuses.place ? {} : { place: 'every byte string of this length is a value' }),
    },
  });
}

describeCodec('u8', u8, { zero: '00', most: 'ff' }, {}, {});
describeCodec('u16', u16, { zero: '0000', most: 'ffff' }, {}, {});
describeCodec('u32', u32, { zero: '00000000', most: 'ffffffff' }, {}, {});
describeCodec(
  'u53',
  u53,
  { zero: '0000000000000000', most: '001fffffffffffff' },
  {},
  {
    '2^53': '0020000000000000',
    '2^64 − 1': 'ffffffffffffffff',
  },
);
describeCodec(
  'varint',
  varint,
  { zero: '00', '127': '7f', '128': '8001', most: 'ffffffffffffff0f' },
  {
    'zero in two bytes': '8000',
    '127 in two': 'ff00',
    'one in eight': '8180808080808000',
  },
  {
    '2^53': '8080808080808010',
    '2^56 − 1': 'ffffffffffffff7f',
    'nine bytes': 'ffffffffffffffff01',
    endless: 'ff'.repeat(40),
  },
);
describeCodec('bool', bool, { no: '00', yes: '01' }, { two: '02', 'all bits': 'ff' }, {});
describeCodec('fixed', fixed(3), { bytes: '000102' }, {}, {});
describeCodec(
  'bytes',
  bytes(4),
  { none: '00', four: '0401020304' },
  { 'a length in two bytes': '810001' },
  {
    'five of at most four': '050102030405',
    'a length beyond all memory': 'ffffffffffffff0f',
  },
);
describeCodec(
  'text',
  text(8),
  { none: '00', é: '02c3a9', 'a byte-order mark': '03efbbbf' },
  {
    'an overlong form': '02c080',
    'a surrogate': '03eda080',
    'beyond Unicode': '04f4908080',
    'no beginning': '0180',
    'half a character': '01c3',
  },
  { 'nine of at most eight': '09616161616161616161' },
);
describeCodec(
  'list',
  list(u16, 2),
  { none: '00', two: '0200010002' },
  { 'a count in two bytes': '81000001' },
  {
    'three of at most two': '03000100020003',
    'a count beyond all memory': 'ffffffffffffff0f',
  },
);
describeCodec('nullable', nullable(u8), { absent: '00', present: '0105' }, { 'a flag of two': '0205' }, {});
describeCodec(
  'struct',
  struct<{ a: number; b: boolean }>({ a: u8, b: bool }),
  { one: '0501' },
  { 'a flag of two': '0502' },
  {},
);
describeCodec(
  'oneOf',
  oneOf(['left', 'right']),
  { left: '00', right: '01' },
  { 'no name': '02', 'nor this': 'ff' },
  {},
);
describeCodec(
  'union',
  union<{ a: { n: number }; b: { flag: boolean } }>({ a: struct({ n: u8 }), b: struct({ flag: bool }) }),
  { a: '0009', b: '0101' },
  { 'no case': '0209', 'a flag of two': '0102' },
  {},
);
const hex = (value: bigint) => value.toString(16).padStart(64, '0');
describeCodec(
  'scalar',
  scalar,
  { zero: hex(0n), most: hex(ORDER - 1n) },
  { 'the order': hex(ORDER), 'all bits': hex(2n ** 256n - 1n) },
  {},
);

const password = 'correct horse';
let drawn = 0;
const random = (length: number) => randomness(`keystore ${drawn++}`, length);
const keystore = createBankKeystore(generateMnemonic(random(32)), nobleBls, { password, random, cost: 10 });
const { crypto } = keystore;
const { kdf, checksum, cipher } = crypto;
const withKdf = (over: object) => ({
  ...keystore,
  crypto: { ...crypto, kdf: { ...kdf, params: { ...kdf.params, ...over } } },
});
const withChecksum = (over: object) => ({
  ...keystore,
  crypto: { ...crypto, checksum: { ...checksum, ...over } },
});
const withCipher = (over: object) => ({ ...keystore, crypto: { ...crypto, cipher: { ...cipher, ...over } } });
const withIv = (iv: unknown) => withCipher({ params: { iv } });
const flipped = (text: string) => toHex(flip(fromHex(text), 0));
const hexLengths = (text: string, of: (wrong: string) => unknown) =>
  Object.fromEntries(
    Object.entries(otherLengths(fromHex(text))).map(([what, wrong]) => [what, of(toHex(wrong))]),
  );

const wrongKeystores = (opens: (document: unknown, password?: string) => boolean): Verifier['refuses'] => {
  const documents = (of: Readonly<Record<string, unknown>>): Claims =>
    Object.fromEntries(Object.entries(of).map(([what, document]) => [what, () => opens(document)]));
  return {
    type: {
      ...junk((document) => opens(document), [keystore], JSON.stringify(keystore)),
      ...about(
        'password',
        junk((wrong) => wrong !== undefined && opens(keystore, wrong)),
      ),
      ...about(
        'pubkey',
        junk((pubkey) => pubkey !== undefined && opens({ ...keystore, pubkey })),
      ),
      ...about(
        'cost',
        junk((n) => opens(withKdf({ n })), '1024', 1024n),
      ),
      ...about(
        'salt',
        junk((salt) => opens(withKdf({ salt }))),
      ),
      ...about(
        'IV',
        junk((iv) => opens(withIv(iv))),
      ),
      ...documents({
        'another version': { ...keystore, version: 3 },
        'a field of nobody’s': { ...keystore, more: 1 },
        'another cipher': withCipher({ function: 'aes-256-gcm' }),
        'another checksum': withChecksum({ function: 'sha1' }),
      }),
    },
    length: {
      ...about('salt', documents(hexLengths(kdf.params.salt, (salt) => withKdf({ salt })))),
      ...about('IV', documents(hexLengths(cipher.params.iv, withIv))),
      ...about('checksum', documents(hexLengths(checksum.message, (message) => withChecksum({ message })))),
      'no message': () => opens(withCipher({ message: '' })),
      'a message of half bytes': () => opens(withCipher({ message: `${cipher.message}0` })),
      'a message of 65 bytes': () => opens(withCipher({ message: 'ab'.repeat(65) })),
    },
    canonical: documents({
      'a salt in capitals': withKdf({ salt: 'AB'.repeat(32) }),
      'a salt that is not hexadecimal': withKdf({ salt: 'zz'.repeat(32) }),
      'a cost that is no power of two': withKdf({ n: 1000 }),
    }),
    binding: {
      'another password': () => opens(keystore, 'correct hors'),
      'its password in capitals': () => opens(keystore, 'CORRECT HORSE'),
      'no password': () => opens(keystore, ''),
      ...documents({
        'another salt': withKdf({ salt: flipped(kdf.params.salt) }),
        'another cost': withKdf({ n: 2048 }),
        'another message': withCipher({ message: flipped(cipher.message) }),
        'another checksum': withChecksum({ message: flipped(checksum.message) }),
      }),
    },
    place: documents({
      'a cost of 2^30': withKdf({ n: 2 ** 30 }),
      'a cost of 2^9': withKdf({ n: 2 ** 9 }),
      'a cost of one': withKdf({ n: 1 }),
      'blocks of 2^20': withKdf({ r: 2 ** 20 }),
      'lanes of 2^20': withKdf({ p: 2 ** 20 }),
      'a key of 2^20 bytes': withKdf({ dklen: 2 ** 20 }),
    }),
  };
};
const notPoints = {
  curve: 'the public key is compared, not decoded',
  subgroup: 'the public key is compared, not decoded',
  neutral: 'no secret is neutral',
  order: 'a document has names, no order',
} as const;
describeVerifier('decryptKeystore', {
  accepts: { 'a keystore': () => holds(() => decryptKeystore(keystore, password)) },
  refuses: wrongKeystores((document, given = password) => holds(() => decryptKeystore(document, given))),
  without: { ...notPoints, domain: 'EIP-2335 has none; a bank’s keystore has its public key' },
});

const opens = (document: unknown, given = password) =>
  holds(() => openBankKeystore(document, given, nobleBls));
describeVerifier('openBankKeystore', {
  accepts: { 'a keystore': () => opens(keystore) },
  refuses: {
    ...wrongKeystores(opens),
    domain: {
      'another IV, which the standard’s checksum does not cover': () =>
        opens(withIv(flipped(cipher.params.iv))),
      'another public key': () => opens({ ...keystore, pubkey: flipped(keystore.pubkey!) }),
      'no public key': () => opens({ ...keystore, pubkey: undefined }),
    },
  },
  without: notPoints,
});
