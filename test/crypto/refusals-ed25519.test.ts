// Ed25519 and both VRF suites against claims that are wrong in each way they can be.
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';
import { ell2, tai } from '../../src/crypto/vrf.js';
import { about, describeVerifier, each, junk, otherLengths } from './refusals.js';

const secret = (n: number): Uint8Array => new Uint8Array(32).with(31, n);
const message = utf8('epoch 7, slot 0');
const { Point } = ed25519;
const L = Point.Fn.ORDER;
const P255 = 2n ** 255n - 19n;
const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`);
const notPoints = {
  canonical: {
    'y = p': numberToBytesLE(P255, 32),
    'y = p + 1': numberToBytesLE(P255 + 1n, 32),
    'y = 2^255 − 1': numberToBytesLE(2n ** 255n - 1n, 32),
    'x = 0 with a sign': numberToBytesLE(1n + 2n ** 255n, 32),
    'y = −1 with a sign': numberToBytesLE(P255 - 1n + 2n ** 255n, 32),
  },
  curve: { 'y = 2, without x': numberToBytesLE(2n, 32) },
};
const small = Object.fromEntries(ED25519_TORSION_SUBGROUP.map((hex) => [hex.slice(0, 8), fromHex(hex)]));

const key = identity.publicKey(secret(7));
const signature = identity.sign(secret(7), message);
const [nonce, scalar] = [signature.subarray(0, 32), signature.subarray(32)];
const verify = (k: Uint8Array, s: Uint8Array) => identity.verify(k, message, s);
describeVerifier('identity.verify', {
  accepts: { 'a signature': () => verify(key, signature) },
  refuses: {
    type: {
      ...about(
        'k',
        junk((k) => verify(k, signature), toHex(key)),
      ),
      ...about(
        'text',
        junk((text) => identity.verify(key, text, signature), 'epoch 7, slot 0'),
      ),
      ...about(
        's',
        junk((s) => verify(key, s), toHex(signature)),
      ),
    },
    length: {
      ...each(otherLengths(key), (k) => verify(k, signature)),
      ...about(
        'signature',
        each(otherLengths(signature), (s) => verify(key, s)),
      ),
    },
    canonical: {
      ...each(notPoints.canonical, (k) => verify(k, signature)),
      ...about(
        'R',
        each(notPoints.canonical, (r) => verify(key, concatBytes(r, scalar))),
      ),
      'S + L': () => verify(key, concatBytes(nonce, numberToBytesLE(littleEndian(scalar) + L, 32))),
      'S = L': () => verify(key, concatBytes(nonce, numberToBytesLE(L, 32))),
    },
    curve: {
      ...each(notPoints.curve, (k) => verify(k, signature)),
      R: () => verify(key, concatBytes(notPoints.curve['y = 2, without x'], scalar)),
    },
    // Such a key signs everything with R = key, S = 0.
    subgroup: each(small, (k) => verify(k, concatBytes(k, new Uint8Array(32)))),
    neutral: {
      'R neutral': () => verify(key, concatBytes(Point.ZERO.toBytes(), scalar)),
      'all zero': () => verify(key, new Uint8Array(64)),
    },
    binding: {
      'another key': () => verify(identity.publicKey(secret(8)), signature),
      'another message': () => identity.verify(key, utf8('epoch 8, slot 0'), signature),
      'a longer message': () => identity.verify(key, concatBytes(message, Uint8Array.of(0)), signature),
      'no message': () => identity.verify(key, new Uint8Array(0), signature),
      'the R of another signature': () =>
        verify(key, concatBytes(identity.sign(secret(7), utf8('x')).subarray(0, 32), scalar)),
    },
    order: { 'S before R': () => verify(key, concatBytes(scalar, nonce)) },
  },
  without: {
    domain: 'messages carry their domain: the statement they are hashed in has it',
    place: 'nothing is indexed',
  },
});

for (const vrf of [ell2, tai]) {
  const publicKey = vrf.publicKey(secret(9));
  const pi = vrf.prove(secret(9), message);
  const [gamma, challenge, response] = [pi.slice(0, 32), pi.slice(32, 48), pi.slice(48)];
  const proven = (k: Uint8Array, proof = pi, alpha = message) => vrf.verify(k, alpha, proof) !== null;
  const asGamma = (encodings: Record<string, Uint8Array>) =>
    about(
      'Gamma',
      each(encodings, (g) => proven(publicKey, concatBytes(g, challenge, response))),
    );
  describeVerifier(`vrf.verify, ${vrf.suite}`, {
    accepts: { 'a proof': () => proven(publicKey) },
    refuses: {
      type: {
        ...about(
          'k',
          junk((k) => proven(k), toHex(publicKey)),
        ),
        ...about(
          'alpha',
          junk((alpha) => vrf.verify(publicKey, alpha, pi) !== null, 'epoch 7, slot 0'),
        ),
        ...about(
          'proof',
          junk((proof) => vrf.verify(publicKey, message, proof) !== null, toHex(pi)),
        ),
      },
      length: {
        ...each(otherLengths(publicKey), proven),
        ...about(
          'proof',
          each(otherLengths(pi), (p) => proven(publicKey, p)),
        ),
      },
      canonical: {
        ...each(notPoints.canonical, proven),
        ...asGamma(notPoints.canonical),
        's + q': () =>
          proven(publicKey, concatBytes(gamma, challenge, numberToBytesLE(littleEndian(response) + L, 32))),
      },
      curve: { ...each(notPoints.curve, proven), ...asGamma(notPoints.curve) },
      subgroup: { ...each(small, proven), ...asGamma(small) },
      neutral: {
        'key and Gamma neutral': () =>
          proven(Point.ZERO.toBytes(), concatBytes(Point.ZERO.toBytes(), challenge, response)),
        'all zero': () => proven(publicKey, new Uint8Array(80)),
      },
      binding: {
        'another key': () => proven(vrf.publicKey(secret(8))),
        'another input': () => proven(publicKey, pi, utf8('epoch 8, slot 0')),
        'no input': () => proven(publicKey, pi, new Uint8Array(0)),
        'the proof of another input': () => proven(publicKey, vrf.prove(secret(9), utf8('x'))),
        'the challenge of another proof': () =>
          proven(publicKey, concatBytes(gamma, vrf.prove(secret(9), utf8('x')).subarray(32, 48), response)),
      },
      domain: {
        'the other suite': () => proven(publicKey, (vrf === ell2 ? tai : ell2).prove(secret(9), message)),
      },
      order: { 's before c': () => proven(publicKey, concatBytes(gamma, response, challenge)) },
    },
    without: { place: 'nothing is indexed' },
  });
}
