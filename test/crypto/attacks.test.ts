// Attacks from the literature, carried out: each works on the arithmetic underneath, and none on what is built on it.
import * as blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { ORDER, scalarFromBytes, WIDE_LENGTH } from '../../src/crypto/babyjubjub.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { coreVerify, SIGNATURE_DST } from '../../src/crypto/bls-core.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { leafHash, MerkleTree, verifyInclusion } from '../../src/crypto/merkle.js';
import { combine, split } from '../../src/crypto/shamir.js';
import { deal, feldman, SharingCommitments } from '../../src/crypto/verifiable-sharing.js';
import { encodeG1, encodeG2, infinity, torsionG1, torsionG2 } from './bls-points.js';
import { codeOf, randomness, subsets } from './sharing-fixture.js';

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const r = bls12_381.fields.Fr.ORDER;
const secret = (n: number): Uint8Array => new Uint8Array(32).with(31, n);
const message = utf8('epoch 7, slot 0');
const signedBy = (n: number) => nobleBls.sign(secret(n), message);
/** What a library without our checks would answer for a sum of keys. */
const unchecked = (keys: readonly InstanceType<typeof G1>[], signature: Uint8Array) => {
  const sum = keys.reduce((total, key) => total.add(key), G1.ZERO);
  return coreVerify(sum, message, signature, SIGNATURE_DST);
};
const keyOf = (n: number) => G1.fromBytes(nobleBls.publicKey(secret(n)));
const backends = [nobleBls, blstBls(blst)];

describe('a rogue key', () => {
  // Published after the victims' keys: own − victims. The sum of all is then the attacker's own.
  const victims = [1, 2, 3].map(keyOf);
  const rogue = victims.reduce((total, key) => total.subtract(key), keyOf(66));

  it('lets its maker sign alone for everybody, where keys are added as they come', () => {
    expect(unchecked([...victims, rogue], signedBy(66))).toBe(true);
  });

  it.each(backends)('has no proof of possession its maker can compute, $name', (bls) => {
    const bytes = rogue.toBytes();
    const victimsProofs = [1, 2, 3].map((n) => G2.fromBytes(bls.provePossession(secret(n))));
    const own = G2.fromBytes(bls.provePossession(secret(66)));
    const attempts = [
      own.toBytes(),
      // The proofs of the same combination of secrets: they are signatures on other keys.
      victimsProofs.reduce((total, proof) => total.subtract(proof), own).toBytes(),
      bls.sign(secret(66), bytes),
      infinity.signature,
    ];
    for (const attempt of attempts)
      expect(codeOf(() => bls.proveKey(bytes, attempt))).toBe('BLS_POSSESSION_NOT_PROVEN');
  });

  it.each(backends)('cannot be put in place of a proven one, $name', (bls) => {
    const proven = [1, 2, 3].map((n) => bls.proveKey(keyOf(n).toBytes(), bls.provePossession(secret(n))));
    const imitation = { bytes: rogue.toBytes() } as never;
    expect(bls.fastAggregateVerify([...proven, imitation], message, signedBy(66))).toBe(false);
    expect(bls.aggregateVerify([...proven, imitation], new Array(4).fill(message), signedBy(66))).toBe(false);
  });
});

describe('the key at infinity', () => {
  it('has signed everything that anybody signs, where it is a key', () => {
    expect(unchecked([keyOf(1), G1.ZERO], signedBy(1))).toBe(true);
  });

  it.each(backends)('is not counted as a signer: it is no key, $name', (bls) => {
    for (const proof of [infinity.signature, bls.provePossession(secret(1)), new Uint8Array(96)])
      expect(codeOf(() => bls.proveKey(infinity.key, proof))).toBe('BLS_KEY_INVALID');
    const one = bls.proveKey(keyOf(1).toBytes(), bls.provePossession(secret(1)));
    const imitation = { bytes: infinity.key } as never;
    expect(bls.fastAggregateVerify([one, imitation], message, signedBy(1))).toBe(false);
  });
});

describe.each(backends)('padding the list of signers, $name', (bls) => {
  const proven = [1, 2].map((n) => bls.proveKey(keyOf(n).toBytes(), bls.provePossession(secret(n))));
  const [a, b] = [proven[0]!, proven[1]!];

  it('with those who did not sign, or did once, fails', () => {
    for (const keys of [[a, b], [a, a], [b], [a, b, b], [a, a, b]])
      expect(bls.fastAggregateVerify(keys, message, signedBy(1))).toBe(false);
    const both = bls.aggregate([signedBy(1), signedBy(2)]);
    for (const keys of [
      [a, a, b],
      [a, b, b],
      [a, a],
      [b, b],
      [a, b, a, b],
    ])
      expect(bls.fastAggregateVerify(keys, message, both)).toBe(false);
  });

  it('with one who signed twice succeeds: that signers are distinct is checked by who counts them', () => {
    const twice = bls.aggregate([signedBy(1), signedBy(1)]);
    expect(bls.fastAggregateVerify([a, a], message, twice)).toBe(true);
    expect(bls.fastAggregateVerify([a], message, twice)).toBe(false);
    expect(bls.fastAggregateVerify([a, b], message, twice)).toBe(false);
  });
});

describe('a point of small order', () => {
  const signature = G2.fromBytes(signedBy(1));

  it('is on the curve, vanishes when multiplied by the cofactor, and is not of the subgroup', () => {
    for (const point of [torsionG1, torsionG2]) {
      expect(point.is0()).toBe(false);
      expect(point.isTorsionFree()).toBe(false);
      expect(point.clearCofactor().is0()).toBe(true);
    }
  });

  it('vanishes from a pairing, so that a key would have many encodings, where none is checked', () => {
    const shifted = blst.PublicKey.fromBytes(encodeG1(keyOf(1).add(torsionG1)), false);
    const right = blst.Signature.fromBytes(signedBy(1), true, true);
    expect(blst.verify(message, shifted, right)).toBe(true);
    expect(() => shifted.keyValidate()).toThrow();
  });

  it.each(backends)('makes neither another signature nor another key, $name', (bls) => {
    const key = bls.proveKey(keyOf(1).toBytes(), bls.provePossession(secret(1)));
    const shifted = encodeG2(signature.add(torsionG2));
    expect(bls.verify(key, message, encodeG2(signature))).toBe(true);
    expect(bls.verify(key, message, shifted)).toBe(false);
    expect(codeOf(() => bls.aggregate([signedBy(2), shifted]))).toBe('BLS_SIGNATURE_INVALID');
    // Two parts with opposite small-order parts would even sum to a signature of the subgroup.
    const pair = [signature.add(torsionG2), signature.subtract(torsionG2)].map(encodeG2);
    expect(codeOf(() => bls.aggregate(pair))).toBe('BLS_SIGNATURE_INVALID');
    expect(
      codeOf(() => bls.proveKey(encodeG1(keyOf(1).add(torsionG1)), bls.provePossession(secret(1)))),
    ).toBe('BLS_KEY_INVALID');
  });
});

describe('keys of one owner that cancel out', () => {
  const pair = [secret(5), bls12_381.fields.Fr.toBytes(r - 5n)];

  it.each(backends)('sign nothing by themselves, and for nobody else, $name', (bls) => {
    const [a, b] = pair.map((s) => bls.proveKey(bls.publicKey(s), bls.provePossession(s)));
    const honest = bls.proveKey(keyOf(1).toBytes(), bls.provePossession(secret(1)));
    for (const signature of [infinity.signature, signedBy(1)]) {
      expect(bls.fastAggregateVerify([a!, b!], message, signature)).toBe(false);
      expect(bls.aggregateVerify([a!, b!], [message, message], signature)).toBe(false);
    }
    expect(bls.fastAggregateVerify([a!, b!, honest], message, infinity.signature)).toBe(false);
    expect(bls.fastAggregateVerify([a!, b!, honest], utf8('not signed'), signedBy(1))).toBe(false);
  });
});

describe('scalars from bytes', () => {
  const SAMPLES = 250_000;
  // 2^256 is 42.3 times the order, so that of 32 bytes the smallest 0.32 of all scalars come 43 times, the others 42.
  const edge = 2n ** 256n % ORDER;
  const share = Number((edge * 1_000_000n) / ORDER) / 1e6;
  const deviations = (length: number, scalarOf: (bytes: Uint8Array) => bigint): number => {
    const bytes = randomness(`scalars of ${length}`, SAMPLES * length);
    let small = 0;
    for (let i = 0; i < SAMPLES; i++)
      if (scalarOf(bytes.subarray(i * length, (i + 1) * length)) < edge) small++;
    return (small / SAMPLES - share) / Math.sqrt((share * (1 - share)) / SAMPLES);
  };

  it('are visibly biased when 32 are reduced, and not when 48 are', () => {
    expect(deviations(32, (bytes) => bytesToNumberBE(bytes) % ORDER)).toBeGreaterThan(4);
    expect(Math.abs(deviations(WIDE_LENGTH, scalarFromBytes))).toBeLessThan(3);
  });

  it('are therefore not made from 32', () => {
    expect(codeOf(() => scalarFromBytes(randomness('short', 32)))).toBe('GROUP_SCALAR_TOO_SHORT');
    const options = { threshold: 2, shares: 4, coefficients: randomness('short', 32) };
    expect(codeOf(() => split(1n, options))).toBe('BYTES_WRONG_LENGTH');
    expect(codeOf(() => deal(feldman(), [1n], options))).toBe('BYTES_WRONG_LENGTH');
  });
});

describe('a dealer that lies', () => {
  const options = (threshold: number) => ({
    threshold,
    shares: 7,
    coefficients: randomness(`dealer ${threshold}`, (threshold - 1) * WIDE_LENGTH),
  });

  it('of a higher degree leads every three banks to another secret, where none verify', () => {
    const shares = split(42n, options(4));
    const secrets = subsets(3, 7).map((set) =>
      combine(
        set.map((i) => shares[i]!),
        3,
      ),
    );
    // What is wrong in a secret is the cubic coefficient times the three places: sets of one product agree.
    const products = subsets(3, 7).map((set) => set.reduce((product, i) => product * (i + 1), 1));
    expect(new Set(secrets).size).toBe(new Set(products).size);
    expect(secrets).not.toContain(42n);
  });

  it('of a higher degree is refused with its commitments, and its shares without the last one', () => {
    const { commitments, shares } = deal(feldman(), [42n], options(4));
    expect(codeOf(() => SharingCommitments.decode(feldman(), 3, commitments))).toBe('SHARING_WRONG_DEGREE');
    const cut = SharingCommitments.decode(feldman(), 3, commitments.slice(0, 3));
    expect(shares.map((share) => cut.verify(share))).toEqual(shares.map(() => false));
    expect(cut.recover(shares)).toBeUndefined();
  });

  it('at x = 0 would dictate the secret: the interpolation itself has no defence', () => {
    // Lagrange at zero of the places 0, 1, 2 is the share at 0 alone.
    expect(
      codeOf(() =>
        combine(
          [
            { x: 0, y: 666n },
            { x: 1, y: 1n },
            { x: 2, y: 2n },
          ],
          3,
        ),
      ),
    ).toBe('SHAMIR_X_OUT_OF_RANGE');
    const { commitments, shares } = deal(feldman(), [42n], options(3));
    const checked = SharingCommitments.decode(feldman(), 3, commitments);
    expect(checked.recover([{ x: 0, ys: [666n] }, ...shares.slice(0, 3)])).toEqual([42n]);
    expect(checked.recover([{ x: 0, ys: [42n] }, ...shares.slice(0, 2)])).toBeUndefined();
  });
});

describe('a second preimage in a tree', () => {
  const leaves = ['a', 'b', 'c', 'd'].map((text) => leafHash(utf8(text)));
  const { root } = new MerkleTree(leaves);

  it('exists where nodes are hashed like leaves: the data of one leaf is two nodes', () => {
    const bare = ([one, two]: readonly Uint8Array[]): Uint8Array =>
      sha256(two ? concatBytes(sha256(one!), sha256(two)) : one!);
    const data = [utf8('a'), utf8('b')];
    expect(bare([concatBytes(...data.map((leaf) => sha256(leaf)))])).toEqual(bare(data));
    const prefixed = [leafHash(utf8('a')), leafHash(utf8('b'))] as const;
    expect(leafHash(concatBytes(...prefixed))).not.toEqual(new MerkleTree(prefixed).root);
  });

  it.each([1, 2, 3, 4])('has no proof in a tree said to be of %i leaves', (size) => {
    for (let index = 0; index < size; index++)
      for (const data of [
        concatBytes(leaves[0]!, leaves[1]!),
        concatBytes(Uint8Array.of(1), leaves[0]!, leaves[1]!),
      ])
        for (const proof of [[], [leaves[2]!], [new MerkleTree(leaves.slice(2)).root]])
          expect(codeOf(() => verifyInclusion({ index, size, leaf: leafHash(data), proof, root }))).toMatch(
            /^MERKLE_/,
          );
  });
});
