import { bls12_381 } from '@noble/curves/bls12-381.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProvenKey } from '../../src/crypto/bls.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import {
  backends,
  coded,
  infiniteKey,
  infiniteSignature,
  keys,
  message,
  native,
  notKeys,
  notSignatures,
  possession,
  prove,
  r,
  scalar,
  secrets,
  signatures,
} from './bls-fixture.js';

describe('both backends', () => {
  const secret = fc.bigInt({ min: 1n, max: r - 1n });
  const text = fc.uint8Array({ maxLength: 200 });

  test('give the same keys, signatures and proofs', () => {
    fc.assert(
      fc.property(secret, text, (value, bytes) => {
        const key = scalar(value);
        expect(nobleBls.publicKey(key)).toEqual(native.publicKey(key));
        expect(nobleBls.sign(key, bytes)).toEqual(native.sign(key, bytes));
        expect(nobleBls.provePossession(key)).toEqual(native.provePossession(key));
      }),
      { numRuns: 8 },
    );
  });

  test('give the same aggregates and the same answers, for right and wrong signers', () => {
    const lists = fc.array(fc.tuple(secret, text), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lists, fc.nat(), fc.nat({ max: 767 }), (signers, which, bit) => {
        const own = signers.map(([value]) => prove(value));
        const messages = signers.map(([, bytes]) => bytes);
        const parts = signers.map(([value, bytes]) => native.sign(scalar(value), bytes));
        const aggregate = native.aggregate(parts);
        expect(nobleBls.aggregate(parts)).toEqual(aggregate);

        const altered = aggregate.with(bit >> 3, aggregate[bit >> 3]! ^ (1 << (bit & 7)));
        const other = messages.with(which % messages.length, Uint8Array.of(...messages[0]!, 1));
        for (const bls of backends) {
          expect(bls.aggregateVerify(own, messages, aggregate)).toBe(true);
          expect(bls.aggregateVerify(own, messages, altered)).toBe(false);
          expect(bls.aggregateVerify(own, other, aggregate)).toBe(false);
        }
      }),
      { numRuns: 5 },
    );
  });

  test('take each other`s proven keys', () => {
    const made = nobleBls.proveKey(keys[0]!.bytes, possession);
    expect(native.verify(made, message, signatures[0]!)).toBe(true);
    expect(nobleBls.verify(keys[0]!, message, signatures[0]!)).toBe(true);
  });
});

describe.each(backends)('$name', (bls) => {
  test('a signature verifies, alone and aggregated', () => {
    expect(bls.verify(keys[0]!, message, signatures[0]!)).toBe(true);
    expect(bls.fastAggregateVerify(keys, message, bls.aggregate(signatures))).toBe(true);
    expect(bls.fastAggregateVerify(keys.slice(0, 1), message, signatures[0]!)).toBe(true);
  });

  test('the empty message is a message', () => {
    const empty = new Uint8Array(0);
    const signature = bls.sign(scalar(11n), empty);
    expect(bls.verify(keys[0]!, empty, signature)).toBe(true);
    expect(bls.verify(keys[0]!, message, signature)).toBe(false);
  });

  test.each(Object.entries(notKeys))('no key is proven from an encoding: %s', (_, bytes) => {
    expect(() => bls.proveKey(bytes, possession)).toThrow(coded('BLS_KEY_INVALID'));
  });

  test('something that is no bytes is no key', () => {
    expect(() => bls.proveKey('key' as never, possession)).toThrow(coded('BLS_KEY_INVALID'));
    expect(() => bls.proveKey(undefined as never, possession)).toThrow(coded('BLS_KEY_INVALID'));
  });

  test.each(Object.entries(notSignatures))('no signature, proof or part of an aggregate: %s', (_, bytes) => {
    expect(bls.verify(keys[0]!, message, bytes)).toBe(false);
    expect(bls.fastAggregateVerify(keys, message, bytes)).toBe(false);
    expect(bls.aggregateVerify([keys[0]!], [message], bytes)).toBe(false);
    expect(() => bls.proveKey(keys[0]!.bytes, bytes)).toThrow(coded('BLS_POSSESSION_NOT_PROVEN'));
    expect(() => bls.aggregate([signatures[0]!, bytes])).toThrow(
      expect.objectContaining({ detail: { code: 'BLS_SIGNATURE_INVALID', index: 1 } }),
    );
  });

  test('possession is not proven by another key`s proof, nor by a signature on the key', () => {
    const key = keys[1]!.bytes;
    const signatureOnKey = bls.sign(scalar(22n), key);
    expect(() => bls.proveKey(key, possession)).toThrow(coded('BLS_POSSESSION_NOT_PROVEN'));
    expect(() => bls.proveKey(key, signatureOnKey)).toThrow(coded('BLS_POSSESSION_NOT_PROVEN'));
    // Nor is a proof a signature: the domains differ.
    expect(bls.verify(keys[0]!, keys[0]!.bytes, possession)).toBe(false);
  });

  test('a rogue key is not provable by what its maker can compute', () => {
    // The attacker knows 99 and publishes 99·G − victim, so that "both" sign with its secret alone.
    const { Point } = bls12_381.G1;
    const own = Point.BASE.multiply(99n);
    const rogue = own.subtract(Point.fromBytes(keys[0]!.bytes)).toBytes();
    const attempts = [bls.provePossession(scalar(99n)), bls.sign(scalar(99n), rogue), possession];
    for (const attempt of attempts)
      expect(() => bls.proveKey(rogue, attempt)).toThrow(coded('BLS_POSSESSION_NOT_PROVEN'));
  });

  test('a signature fits neither another message nor another key', () => {
    expect(bls.verify(keys[0]!, utf8('another'), signatures[0]!)).toBe(false);
    expect(bls.verify(keys[1]!, message, signatures[0]!)).toBe(false);
  });

  test('an aggregate fits neither fewer nor more signers, nor one counted twice', () => {
    const aggregate = bls.aggregate(signatures);
    expect(bls.fastAggregateVerify(keys.slice(1), message, aggregate)).toBe(false);
    expect(bls.fastAggregateVerify([...keys, keys[0]!], message, aggregate)).toBe(false);
    expect(bls.fastAggregateVerify(keys, utf8('another'), aggregate)).toBe(false);
    // The list is what the caller says: two of one signer's signatures do verify for it listed twice.
    const twice = bls.aggregate([signatures[0]!, signatures[0]!]);
    expect(bls.fastAggregateVerify([keys[0]!, keys[0]!], message, twice)).toBe(true);
    expect(bls.fastAggregateVerify([keys[0]!, keys[1]!], message, twice)).toBe(false);
  });

  test('aggregateVerify binds each message to its key, and messages may repeat', () => {
    const messages = [message, utf8('b'), message, utf8('c')];
    const aggregate = bls.aggregate(messages.map((m, i) => bls.sign(scalar(secrets[i]!), m)));
    expect(bls.aggregateVerify(keys, messages, aggregate)).toBe(true);
    const swapped = [messages[1]!, messages[0]!, messages[2]!, messages[3]!];
    expect(bls.aggregateVerify(keys, swapped, aggregate)).toBe(false);
    expect(bls.aggregateVerify(keys, messages.slice(1), aggregate)).toBe(false);
    expect(bls.aggregateVerify(keys.slice(1), messages.slice(1), aggregate)).toBe(false);
    expect(bls.aggregateVerify(keys, [...messages, message], aggregate)).toBe(false);
  });

  test('nobody signs nothing', () => {
    for (const signature of [infiniteSignature, signatures[0]!, new Uint8Array(96)]) {
      expect(bls.fastAggregateVerify([], message, signature)).toBe(false);
      expect(bls.aggregateVerify([], [], signature)).toBe(false);
    }
    expect(() => bls.aggregate([])).toThrow(coded('BLS_AGGREGATE_EMPTY'));
  });

  test('keys that cancel out have signed nothing together', () => {
    const pair = [prove(5n), prove(r - 5n)];
    const parts = [5n, r - 5n].map((secret) => bls.sign(scalar(secret), message));
    const cancelled = bls.aggregate(parts);
    expect(toHex(cancelled)).toBe(toHex(infiniteSignature));
    expect(bls.fastAggregateVerify(pair, message, cancelled)).toBe(false);
    expect(bls.fastAggregateVerify(pair, message, parts[0]!)).toBe(false);
    expect(bls.aggregateVerify(pair, [message, message], cancelled)).toBe(false);
    // Among others they add nothing and break nothing: §2.9 multiplies their two factors to one.
    const third = bls.sign(scalar(11n), utf8('b'));
    expect(bls.aggregateVerify([...pair, keys[0]!], [message, message, utf8('b')], third)).toBe(true);
    expect(bls.fastAggregateVerify([...pair, keys[0]!], message, signatures[0]!)).toBe(true);
  });

  test.each([
    ['zero', scalar(0n)],
    ['the order', scalar(r)],
    ['above the order', scalar(r + 11n)],
    ['all ones', new Uint8Array(32).fill(255)],
    ['31 bytes', new Uint8Array(31).fill(1)],
    ['33 bytes', new Uint8Array(33).fill(1)],
    ['empty', new Uint8Array(0)],
    ['no bytes', '11' as never],
  ])('no secret key: %s', (_, secret) => {
    for (const use of [bls.publicKey, bls.provePossession, (s: Uint8Array) => bls.sign(s, message)])
      expect(() => use(secret)).toThrow(
        expect.objectContaining({ detail: { code: 'BLS_SECRET_KEY_INVALID' } }),
      );
  });

  test('verifiers answer false, not with a throw, to what is no bytes and no key', () => {
    const junk = [undefined, null, 7, 'text', {}, [], { bytes: keys[0]!.bytes }] as never[];
    for (const value of junk) {
      expect(bls.verify(keys[0]!, message, value)).toBe(false);
      expect(bls.verify(keys[0]!, value, signatures[0]!)).toBe(false);
      expect(bls.verify(value, message, signatures[0]!)).toBe(false);
      expect(bls.fastAggregateVerify([value], message, signatures[0]!)).toBe(false);
      expect(bls.aggregateVerify([value], [message], signatures[0]!)).toBe(false);
      expect(bls.aggregateVerify([keys[0]!], [value], signatures[0]!)).toBe(false);
      expect(() => bls.aggregate([value])).toThrow(coded('BLS_SIGNATURE_INVALID'));
    }
  });
});

describe('a proven key', () => {
  test('cannot be constructed, inherited or imitated', () => {
    const Constructor = ProvenKey as unknown as new (...args: unknown[]) => ProvenKey;
    expect(() => new Constructor(Symbol('proven'), infiniteKey)).toThrow(TypeError);
    expect(() => new Constructor()).toThrow(TypeError);
    class Rogue extends Constructor {}
    expect(() => new Rogue(undefined, infiniteKey)).toThrow(TypeError);
    const imitation = Object.create(ProvenKey.prototype, { bytes: { value: keys[0]!.bytes } }) as ProvenKey;
    expect(imitation).toBeInstanceOf(ProvenKey);
    expect(ProvenKey.is(imitation)).toBe(false);
    for (const bls of backends) expect(bls.verify(imitation, message, signatures[0]!)).toBe(false);
  });

  test('cannot be turned into another key', () => {
    const key = prove(77n);
    const before = toHex(key.bytes);
    key.bytes.set(keys[0]!.bytes);
    expect(toHex(key.bytes)).toBe(before);
    expect(() => Object.defineProperty(key, 'bytes', { value: keys[0]!.bytes })).toThrow(TypeError);
    for (const bls of backends) expect(bls.verify(key, message, signatures[0]!)).toBe(false);
  });

  test('does not change with the bytes it was proven from', () => {
    const bytes = keys[0]!.bytes;
    const key = nobleBls.proveKey(bytes, possession);
    bytes.set(keys[1]!.bytes);
    expect(key.bytes).toEqual(keys[0]!.bytes);
  });
});
