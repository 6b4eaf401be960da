import * as blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, it } from 'vitest';
import type { Bls, ProvenKey } from '../../src/crypto/bls.js';
import { findInvalid, type SignedMessage } from '../../src/crypto/bls-batch.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { utf8 } from '../../src/crypto/bytes.js';
import { encodeG2, infinity, offG2, strayG2, torsionG2 } from './bls-points.js';
import { codeOf, NONSENSE, pick } from './sharing-fixture.js';

const G2 = bls12_381.G2.Point;
const native = blstBls(blst);
const secret = (i: number): Uint8Array => new Uint8Array(32).fill(i + 1).with(0, 1);
const prove = (i: number): ProvenKey =>
  native.proveKey(native.publicKey(secret(i)), native.provePossession(secret(i)));
const keys = Array.from({ length: 3 }, (_, i) => prove(i));

/** True claims of as many signers, about two messages in turn. */
const claims = (count: number): SignedMessage[] =>
  Array.from({ length: count }, (_, i) => {
    const message = utf8(i % 2 ? 'odd' : 'even');
    return { key: keys[i % keys.length]!, message, signature: native.sign(secret(i % keys.length), message) };
  });
const three = claims(3);
const good = three.slice(0, 2);
const replaced = (at: number, change: Partial<Record<keyof SignedMessage, unknown>>): SignedMessage[] =>
  good.with(at, { ...good[at]!, ...change } as SignedMessage);
const columns = (batch: readonly SignedMessage[]) =>
  [
    batch.map((claim) => claim.key),
    batch.map((claim) => claim.message),
    batch.map((claim) => claim.signature),
  ] as const;

const falsehoods: Record<string, Partial<Record<keyof SignedMessage, unknown>>> = {
  'another message': { message: utf8('another') },
  "another's key": { key: keys[0] },
  'a key that is not proven': { key: { bytes: keys[1]!.bytes } },
  "another's signature": { signature: good[0]!.signature },
  'a signature of its own on the other message': { signature: native.sign(secret(1), utf8('even')) },
  infinity: { signature: infinity.signature },
  'a point off the curve': { signature: offG2 },
  'a point outside the subgroup': { signature: encodeG2(strayG2) },
  'the signature and a point of small order': {
    signature: encodeG2(G2.fromBytes(good[1]!.signature).add(torsionG2)),
  },
  'the negated signature': { signature: G2.fromBytes(good[1]!.signature).negate().toBytes() },
  'the uncompressed signature': { signature: G2.fromBytes(good[1]!.signature).toBytes(false) },
  'a byte short': { signature: good[1]!.signature.subarray(1) },
};

describe.each([nobleBls, native] as Bls[])('a batch, $name', (bls) => {
  it('holds when every signature does, each message costing one pairing or many', () => {
    expect(findInvalid(bls, good)).toEqual([]);
    expect(findInvalid(bls, [good[0]!, good[0]!])).toEqual([]);
    expect(findInvalid(bls, [])).toEqual([]);
  });

  it.each(Object.entries(falsehoods))('names the claim with %s', (_, change) => {
    expect(findInvalid(bls, replaced(1, change))).toEqual([1]);
  });

  it('names both claims whose errors cancel out in the sum', () => {
    const error = G2.BASE.multiply(7n);
    const shifted = (at: number, by: typeof error): Uint8Array =>
      G2.fromBytes(three[at]!.signature).add(by).toBytes();
    const exchanged = three
      .with(0, { ...three[0]!, signature: three[2]!.signature })
      .with(2, { ...three[2]!, signature: three[0]!.signature });
    const offset = three
      .with(0, { ...three[0]!, signature: shifted(0, error) })
      .with(1, { ...three[1]!, signature: shifted(1, error.negate()) });
    for (const [batch, liars] of [
      [exchanged, [0, 2]],
      [offset, [0, 1]],
    ] as const) {
      const [batchKeys, messages, signatures] = columns(batch);
      expect(bls.aggregateVerify(batchKeys, messages, bls.aggregate(signatures))).toBe(true);
      expect(findInvalid(bls, batch)).toEqual(liars);
    }
  });

  it('names nobody for keys that cancel out: both have signed', () => {
    const negated = new Uint8Array(32).fill(0);
    const order = bls12_381.fields.Fr.ORDER;
    const hex = (order - 5n).toString(16).padStart(64, '0');
    const pair = [
      negated.with(31, 5),
      Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16)),
    ];
    const batch = pair.map((each) => ({
      key: native.proveKey(native.publicKey(each), native.provePossession(each)),
      message: utf8('m'),
      signature: native.sign(each, utf8('m')),
    }));
    expect(findInvalid(bls, batch)).toEqual([]);
  });

  it('names what is no claim at all, and throws nothing but that a batch is no list', () => {
    for (const junk of NONSENSE) {
      expect(findInvalid(bls, [junk as SignedMessage])).toEqual([0]);
      for (const field of ['key', 'message', 'signature'] as const)
        expect(bls.verifyBatch(...columns(replaced(1, { [field]: junk })))).toBe(false);
      expect(codeOf(() => findInvalid(bls, junk as never))).toBe('ARGUMENT_WRONG_TYPE');
    }
    const sparse = [good[0]!];
    sparse[2] = null as never;
    expect(findInvalid(bls, sparse)).toEqual([1, 2]);
  });

  it('is false for no claims and for lists of different length', () => {
    const [batchKeys, messages, signatures] = columns(good);
    expect(bls.verifyBatch([], [], [])).toBe(false);
    expect(bls.verifyBatch(batchKeys.slice(1), messages, signatures)).toBe(false);
    expect(bls.verifyBatch(batchKeys, messages.slice(1), signatures)).toBe(false);
    expect(bls.verifyBatch(batchKeys, messages, signatures.slice(1))).toBe(false);
    expect(bls.verifyBatch(batchKeys, messages, [...signatures, signatures[0]!])).toBe(false);
  });
});

describe('the false claims of a large batch', () => {
  it('are those that verify refuses, all of them, wherever they are', () => {
    const batch = claims(67);
    const wrong = [
      infinity.signature,
      good[1]!.signature,
      new Uint8Array(96),
      native.sign(secret(0), utf8('x')),
    ];
    for (const k of [1, 2, 3, 5]) {
      const liars = new Set(pick(`liars ${k}`, k, 67));
      const claimed = batch.map((claim, i) =>
        liars.has(i) ? { ...claim, signature: wrong[(i + k) % wrong.length]! } : claim,
      );
      const refused = claimed.flatMap(({ key, message, signature }, i) =>
        native.verify(key, message, signature) ? [] : [i],
      );
      let checks = 0;
      const counting: Bls = {
        ...native,
        verifyBatch: (...all) => {
          checks++;
          return native.verifyBatch(...all);
        },
      };
      expect(findInvalid(counting, claimed)).toEqual(refused);
      expect(refused.length).toBeGreaterThan(0);
      expect(checks).toBeLessThanOrEqual(2 * k * Math.log2(67 / k) + 2 * k - 1);
    }
  });
});
