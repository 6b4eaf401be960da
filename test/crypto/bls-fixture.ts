import * as blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect } from 'vitest';
import type { Bls, ProvenKey } from '../../src/crypto/bls.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, utf8 } from '../../src/crypto/bytes.js';

export const native = blstBls(blst);

export const backends: Bls[] = [nobleBls, native];

export const r = bls12_381.fields.Fr.ORDER;

export const p = bls12_381.fields.Fp.ORDER;

export const scalar = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));

export const prove = (secret: bigint): ProvenKey => {
  const key = native.publicKey(scalar(secret));
  return native.proveKey(key, native.provePossession(scalar(secret)));
};

export const coded = (code: string) => expect.objectContaining({ name: 'ConcordatError', code });

export const message = utf8('message');

export const secrets = [11n, 22n, 33n, 44n];

export const keys = secrets.map(prove);

export const signatures = secrets.map((secret) => native.sign(scalar(secret), message));

export const infiniteKey = fromHex(`c0${'00'.repeat(47)}`);

export const infiniteSignature = fromHex(`c0${'00'.repeat(95)}`);

export const possession = native.provePossession(scalar(11n));

/** Encodings of keys that are none. */
export const notKeys: Record<string, Uint8Array> = {
  empty: new Uint8Array(0),
  'a byte short': keys[0]!.bytes.subarray(1),
  'a byte long': Uint8Array.of(...keys[0]!.bytes, 0),
  uncompressed: bls12_381.G1.Point.fromBytes(keys[0]!.bytes).toBytes(false),
  zeros: new Uint8Array(48),
  'compression flag cleared': keys[0]!.bytes.with(0, keys[0]!.bytes[0]! & 0x7f),
  'infinity flag on a point': keys[0]!.bytes.with(0, keys[0]!.bytes[0]! | 0x40),
  infinity: infiniteKey,
  'infinity with the sign flag': infiniteKey.with(0, 0xe0),
  'infinity with a stray bit': infiniteKey.with(47, 1),
  'x = 0, on the curve, of order 3': new Uint8Array(48).with(0, 0x80),
  'x = p, not canonical': fromHex(p.toString(16)).with(0, 0x9a),
  'x of 381 ones': new Uint8Array(48).fill(0xff).with(0, 0x9f),
};

/** Encodings of signatures that are none. */
export const notSignatures: Record<string, Uint8Array> = {
  empty: new Uint8Array(0),
  'a byte short': signatures[0]!.subarray(1),
  'a byte long': Uint8Array.of(...signatures[0]!, 0),
  uncompressed: bls12_381.G2.Point.fromBytes(signatures[0]!).toBytes(false),
  zeros: new Uint8Array(96),
  infinity: infiniteSignature,
  'infinity with a stray bit': infiniteSignature.with(95, 1),
  'compression flag cleared': signatures[0]!.with(0, signatures[0]![0]! & 0x7f),
  'infinity flag on a point': signatures[0]!.with(0, signatures[0]![0]! | 0x40),
  'x of ones': new Uint8Array(96).fill(0xff).with(0, 0x9f),
  'a public key twice': Uint8Array.of(...keys[0]!.bytes, ...keys[0]!.bytes),
};
