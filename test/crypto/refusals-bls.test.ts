// Every verifier of BLS signatures, on both backends, against claims that are wrong in each way they can be.
import * as blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { concatBytes, toHex, utf8 } from '../../src/crypto/bytes.js';
import {
  encodeG1,
  encodeG2,
  infinity,
  offG1,
  offG2,
  strayG1,
  strayG2,
  torsionG1,
  torsionG2,
} from './bls-points.js';
import { about, describeVerifier, each, flip, holds, junk, otherLengths, type Verifier } from './refusals.js';

const secret = (n: number): Uint8Array => new Uint8Array(32).with(31, n);
const message = utf8('epoch 7, slot 0');
const P = bls12_381.fields.Fp.ORDER;

/** Encodings that are wrong in themselves, of a signature or a proof of possession. */
function wrongSignatures(good: Uint8Array, verify: (signature: Uint8Array) => boolean): Verifier['refuses'] {
  const point = bls12_381.G2.Point.fromBytes(good);
  return {
    type: junk(verify, toHex(good), [...good]),
    length: each({ ...otherLengths(good), uncompressed: point.toBytes(false) }, verify),
    canonical: each(
      {
        'x = p': concatBytes(numberToBytesBE(P, 48), new Uint8Array(48)).with(0, 0x9a),
        'x of ones': new Uint8Array(96).fill(0xff).with(0, 0x9f),
        'without the flag of compression': flip(good, 0, 0x80),
        'with the flag of infinity': flip(good, 0, 0x40),
        zeros: new Uint8Array(96),
      },
      verify,
    ),
    curve: each({ 'x without y': offG2 }, verify),
    subgroup: each(
      {
        'a point of the whole curve': encodeG2(strayG2),
        'a point of small order': encodeG2(torsionG2),
        'the signature and a point of small order': encodeG2(point.add(torsionG2)),
      },
      verify,
    ),
    neutral: each(
      {
        infinity: infinity.signature,
        'infinity with a sign': flip(infinity.signature, 0, 0x20),
        'infinity with a stray bit': flip(infinity.signature, 95),
      },
      verify,
    ),
  };
}

for (const bls of [nobleBls, blstBls(blst)]) {
  const prove = (n: number) => bls.proveKey(bls.publicKey(secret(n)), bls.provePossession(secret(n)));
  const [a, b, c] = [prove(1), prove(2), prove(3)];
  const signed = bls.sign(secret(1), message);
  const byOther = bls.sign(secret(2), message);
  const ofPossession = bls.provePossession(secret(1));
  const negated = bls12_381.G2.Point.fromBytes(signed).negate().toBytes();

  describeVerifier(`bls.verify (${bls.name})`, {
    accepts: { 'a signature': () => bls.verify(a, message, signed) },
    refuses: {
      ...wrongSignatures(signed, (signature) => bls.verify(a, message, signature)),
      type: {
        ...about(
          'key',
          junk((key) => bls.verify(key, message, signed), a.bytes, { bytes: a.bytes }),
        ),
        ...about(
          'text',
          junk((text) => bls.verify(a, text, signed), 'epoch 7, slot 0'),
        ),
        ...about(
          'signature',
          junk((signature) => bls.verify(a, message, signature), toHex(signed)),
        ),
      },
      binding: {
        'another key': () => bls.verify(b, message, signed),
        'another signer': () => bls.verify(a, message, byOther),
        'another message': () => bls.verify(a, utf8('epoch 8, slot 0'), signed),
        'a longer message': () => bls.verify(a, concatBytes(message, Uint8Array.of(0)), signed),
        'no message': () => bls.verify(a, new Uint8Array(0), signed),
        'the negated signature': () => bls.verify(a, message, negated),
      },
      domain: { 'a proof of possession': () => bls.verify(a, a.bytes, ofPossession) },
    },
    without: {
      order: 'there is one signer and one message',
      place: 'nothing is indexed',
    },
  });

  const both = bls.aggregate([signed, byOther]);
  describeVerifier(`bls.fastAggregateVerify (${bls.name})`, {
    accepts: {
      'two signers': () => bls.fastAggregateVerify([a, b], message, both),
      'them in another order: a sum has none': () => bls.fastAggregateVerify([b, a], message, both),
    },
    refuses: {
      ...wrongSignatures(both, (signature) => bls.fastAggregateVerify([a, b], message, signature)),
      type: {
        ...about(
          'keys',
          junk((keys) => bls.fastAggregateVerify(keys, message, both)),
        ),
        ...about(
          'key',
          junk((key) => bls.fastAggregateVerify([a, key], message, both), b.bytes),
        ),
        ...about(
          'text',
          junk((text) => bls.fastAggregateVerify([a, b], text, both)),
        ),
      },
      binding: {
        'another message': () => bls.fastAggregateVerify([a, b], utf8('x'), both),
        'another signer': () => bls.fastAggregateVerify([a, c], message, both),
        'the negated sum': () =>
          bls.fastAggregateVerify([a, b], message, bls12_381.G2.Point.fromBytes(both).negate().toBytes()),
      },
      domain: {
        'proofs of possession': () =>
          bls.fastAggregateVerify(
            [a, b],
            a.bytes,
            bls.aggregate([ofPossession, bls.provePossession(secret(2))]),
          ),
      },
      place: {
        'nobody signed': () => bls.fastAggregateVerify([], message, both),
        'nobody signed infinity': () => bls.fastAggregateVerify([], message, infinity.signature),
        'a signer fewer': () => bls.fastAggregateVerify([a], message, both),
        'a signer more': () => bls.fastAggregateVerify([a, b, c], message, both),
        'a signer counted twice': () => bls.fastAggregateVerify([a, b, b], message, both),
        'one for the other': () => bls.fastAggregateVerify([a, a], message, both),
        'holes for signers': () => bls.fastAggregateVerify(new Array(2) as never, message, both),
      },
    },
    without: { order: 'keys add up: their order is nothing' },
  });

  const [first, second] = [utf8('first'), utf8('second')];
  const two = bls.aggregate([bls.sign(secret(1), first), bls.sign(secret(2), second)]);
  describeVerifier(`bls.aggregateVerify (${bls.name})`, {
    accepts: { 'two messages of two': () => bls.aggregateVerify([a, b], [first, second], two) },
    refuses: {
      ...wrongSignatures(two, (signature) => bls.aggregateVerify([a, b], [first, second], signature)),
      type: {
        ...about(
          'keys',
          junk((keys) => bls.aggregateVerify(keys, [first, second], two)),
        ),
        ...about(
          'key',
          junk((key) => bls.aggregateVerify([a, key], [first, second], two)),
        ),
        ...about(
          'messages',
          junk((messages) => bls.aggregateVerify([a, b], messages, two)),
        ),
        ...about(
          'text',
          junk((text) => bls.aggregateVerify([a, b], [first, text], two)),
        ),
      },
      binding: {
        'another message': () => bls.aggregateVerify([a, b], [first, utf8('third')], two),
        'one message for both': () => bls.aggregateVerify([a, b], [first, first], two),
        'another key': () => bls.aggregateVerify([a, c], [first, second], two),
        'the signature of one of them': () =>
          bls.aggregateVerify([a, b], [first, second], bls.sign(secret(1), first)),
      },
      domain: {
        'proofs of possession': () => bls.aggregateVerify([a], [a.bytes], ofPossession),
      },
      order: {
        'messages exchanged': () => bls.aggregateVerify([a, b], [second, first], two),
        'keys exchanged': () => bls.aggregateVerify([b, a], [first, second], two),
      },
      place: {
        nothing: () => bls.aggregateVerify([], [], two),
        'nothing, and infinity': () => bls.aggregateVerify([], [], infinity.signature),
        'a message fewer': () => bls.aggregateVerify([a, b], [first], two),
        'a key fewer': () => bls.aggregateVerify([a], [first, second], two),
        'a signer fewer': () => bls.aggregateVerify([a], [first], two),
        'one twice': () => bls.aggregateVerify([a, b, b], [first, second, second], two),
      },
    },
    without: {},
  });

  const proves = (key: Uint8Array, possession = ofPossession) => holds(() => bls.proveKey(key, possession));
  const point = bls12_381.G1.Point.fromBytes(a.bytes);
  const badProofs = wrongSignatures(ofPossession, (proof) => holds(() => bls.proveKey(a.bytes, proof)));
  describeVerifier(`bls.proveKey (${bls.name})`, {
    accepts: { 'a key and its proof': () => proves(a.bytes) },
    refuses: {
      type: {
        ...about(
          'key',
          junk((key) => proves(key), toHex(a.bytes)),
        ),
        ...about('proof', badProofs.type),
      },
      length: {
        ...each({ ...otherLengths(a.bytes), uncompressed: point.toBytes(false) }, proves),
        ...about('proof', badProofs.length),
      },
      canonical: {
        ...each(
          {
            'x = p': numberToBytesBE(P, 48).with(0, 0x9a),
            'x of ones': new Uint8Array(48).fill(0xff).with(0, 0x9f),
            'without the flag of compression': flip(a.bytes, 0, 0x80),
            'with the flag of infinity': flip(a.bytes, 0, 0x40),
            zeros: new Uint8Array(48),
          },
          proves,
        ),
        ...about('proof', badProofs.canonical),
      },
      curve: { ...each({ 'x without y': offG1 }, proves), ...about('proof', badProofs.curve) },
      subgroup: {
        ...each(
          {
            'x = 0, of order 3': new Uint8Array(48).with(0, 0x80),
            'a point of the whole curve': encodeG1(strayG1),
            'a point of small order': encodeG1(torsionG1),
            'the key and a point of small order': encodeG1(point.add(torsionG1)),
          },
          proves,
        ),
        ...about('proof', badProofs.subgroup),
      },
      neutral: {
        ...each({ infinity: infinity.key, 'with a sign': flip(infinity.key, 0, 0x20) }, (key) =>
          proves(key, infinity.signature),
        ),
        ...about('proof', badProofs.neutral),
      },
      binding: {
        'the proof of another key': () => proves(a.bytes, bls.provePossession(secret(2))),
        'another key': () => proves(b.bytes),
        'the negated key': () => proves(point.negate().toBytes()),
        'a signature on a message': () => proves(a.bytes, signed),
      },
      domain: { 'a signature on the key': () => proves(a.bytes, bls.sign(secret(1), a.bytes)) },
    },
    without: { order: 'there is one key', place: 'nothing is indexed' },
  });
}
