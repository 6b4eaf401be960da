import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scalarFromBytes, WIDE_LENGTH } from '../../src/crypto/babyjubjub.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { dealingBinding, fragmentLeaf } from '../../src/crypto/dealing.js';
import { encode } from '../../src/crypto/encoding.js';
import * as erasure from '../../src/crypto/erasure.js';
import { scalar } from '../../src/crypto/group-codec.js';
import { hash } from '../../src/crypto/hash.js';
import { MerkleTree } from '../../src/crypto/merkle.js';
import {
  Dealing,
  type DealingHeader,
  type DealOptions,
  deal,
  open,
  type Slice,
} from '../../src/crypto/slices.js';
import * as sharing from '../../src/crypto/verifiable-sharing.js';
import { randomness } from './sharing-fixture.js';

export const LIMIT = 1 << 20;

export const context = utf8('epoch 7, slot 0, draft d, data root r');

export const entropy = randomness('entropy', 32);

export const payload = randomness('payload', 1000);

/** n = 7, f = 2: q = 5, so k = q − f = 3. */
export const shape = { n: 7, k: 3, f: 2 };

/** q − f, with q = ⌈(n + f + 1) / 2⌉. */
export const fragmentsFor = (n: number, f: number): number => Math.ceil((n + f + 1) / 2) - f;

export const dealt = (over: Partial<DealOptions> = {}) => {
  const options = { ...shape, payload, context, entropy, ...over };
  const { header, slices } = deal(options);
  return { header, slices, dealing: Dealing.accept(header, options.context, options, LIMIT) };
};

export interface Ciphering {
  readonly key: Uint8Array;
  readonly binding: Uint8Array;
}

/** What a dealer that does not keep to the rules may do otherwise. */
export interface Deviation {
  readonly encrypt?: (payload: Uint8Array, ciphering: Ciphering) => Uint8Array;
  readonly code?: (ciphertext: Uint8Array) => Uint8Array[];
  readonly shares?: (shares: sharing.VectorShare[]) => sharing.VectorShare[];
}

/** A dealer written a second time, from the description, with places to cheat at. */
export function dealer(deviation: Deviation = {}): {
  header: DealingHeader;
  slices: Slice[];
  dealing: Dealing;
} {
  const { n, k, f } = shape;
  const binding = dealingBinding(context, shape, payload.length);
  const secret = scalarFromBytes(randomness('secret', WIDE_LENGTH));
  const { commitments, shares: honest } = sharing.deal(sharing.feldman(), [secret], {
    threshold: f + 1,
    shares: n,
    coefficients: randomness('coefficients', f * WIDE_LENGTH),
  });
  const key = hash('dealing-key', binding, encode(scalar, secret));
  const seal = (bytes: Uint8Array, using: Ciphering) =>
    chacha20poly1305(using.key, new Uint8Array(12), using.binding).encrypt(bytes);
  const ciphertext = (deviation.encrypt ?? seal)(payload, { key, binding });
  const fragments = (deviation.code ?? ((bytes) => erasure.encode(bytes, k, n)))(ciphertext);
  const tree = new MerkleTree(fragments.map((fragment, i) => fragmentLeaf(binding, i, fragment)));
  const shares = (deviation.shares ?? ((all) => all))(honest);
  const header = { n, k, length: payload.length, fragmentRoot: tree.root, keyCommitments: commitments };
  return {
    header,
    dealing: Dealing.accept(header, context, shape, LIMIT),
    slices: fragments.map((fragment, index) => ({
      index,
      fragment,
      proof: tree.proof(index),
      share: shares[index]!.ys[0]!,
    })),
  };
}

export const flip = (bytes: Uint8Array, at = 0): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

export const choose = (slices: readonly Slice[], set: readonly number[]) => set.map((i) => slices[i]!);

export const verdictOf = (dealing: Dealing, slices: readonly Slice[]) => {
  const opening = open(dealing, slices);
  return opening.verdict === 'opened' ? toHex(opening.payload) : opening.verdict;
};
