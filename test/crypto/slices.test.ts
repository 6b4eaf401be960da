import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePoint, ORDER, scalarFromBytes, WIDE_LENGTH, ZERO } from '../../src/crypto/babyjubjub.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { dealingBinding, fragmentLeaf } from '../../src/crypto/dealing.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import * as erasure from '../../src/crypto/erasure.js';
import { scalar } from '../../src/crypto/group-codec.js';
import { hash } from '../../src/crypto/hash.js';
import { MerkleTree } from '../../src/crypto/merkle.js';
import {
  checkSlice,
  Dealing,
  type DealingHeader,
  type DealingShape,
  type DealOptions,
  deal,
  headerCodec,
  open,
  type Slice,
  sliceCodec,
} from '../../src/crypto/slices.js';
import * as sharing from '../../src/crypto/verifiable-sharing.js';
import { codeOf, NONSENSE, pick, randomness, subsets, TORSION } from './sharing-fixture.js';

const LIMIT = 1 << 20;
const context = utf8('epoch 7, slot 0, draft d, data root r');
const entropy = randomness('entropy', 32);
const payload = randomness('payload', 1000);
/** n = 7, f = 2: q = 5, so k = q − f = 3. */
const shape = { n: 7, k: 3, f: 2 };

/** q − f, with q = ⌈(n + f + 1) / 2⌉. */
const fragmentsFor = (n: number, f: number): number => Math.ceil((n + f + 1) / 2) - f;
const dealt = (over: Partial<DealOptions> = {}) => {
  const options = { ...shape, payload, context, entropy, ...over };
  const { header, slices } = deal(options);
  return { header, slices, dealing: Dealing.accept(header, options.context, options, LIMIT) };
};

interface Ciphering {
  readonly key: Uint8Array;
  readonly binding: Uint8Array;
}
/** What a dealer that does not keep to the rules may do otherwise. */
interface Deviation {
  readonly encrypt?: (payload: Uint8Array, ciphering: Ciphering) => Uint8Array;
  readonly code?: (ciphertext: Uint8Array) => Uint8Array[];
  readonly shares?: (shares: sharing.VectorShare[]) => sharing.VectorShare[];
}
/** A dealer written a second time, from the description, with places to cheat at. */
function dealer(deviation: Deviation = {}): { header: DealingHeader; slices: Slice[]; dealing: Dealing } {
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
const flip = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const choose = (slices: readonly Slice[], set: readonly number[]) => set.map((i) => slices[i]!);
const verdictOf = (dealing: Dealing, slices: readonly Slice[]) => {
  const opening = open(dealing, slices);
  return opening.verdict === 'opened' ? toHex(opening.payload) : opening.verdict;
};

describe('a dealing', () => {
  it('opens to its payload from every k slices, each of which checks', () => {
    const { dealing, slices } = dealt();
    for (const slice of slices) expect(checkSlice(dealing, slice)).toBe('valid');
    for (const set of subsets(3, 7))
      expect(open(dealing, choose(slices, set))).toEqual({ verdict: 'opened', payload });
    expect(open(dealing, slices.toReversed())).toEqual({ verdict: 'opened', payload });
  });

  it('opens from any k of n, n from 1 to 100 and f as large as it may be', () => {
    for (const n of [1, 2, 4, 6, 10, 13, 31, 64, 100]) {
      const f = Math.floor((n - 1) / 3);
      const k = fragmentsFor(n, f);
      const { dealing, slices } = dealt({ n, k, f, payload: randomness(n, 5 * n) });
      expect(checkSlice(dealing, slices[n - 1]!)).toBe('valid');
      for (const seed of [1, 2])
        expect(verdictOf(dealing, choose(slices, pick(`${n} ${seed}`, k, n)))).toBe(
          toHex(randomness(n, 5 * n)),
        );
    }
  });

  it('opens for any shape, payload, context and set', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 40 }),
        (n, a, b, seed, bytes, about) => {
          const k = 1 + (a % n);
          const f = Math.min(b % k, 4);
          const { dealing, slices } = dealt({ n, k, f, payload: bytes, context: about });
          expect(verdictOf(dealing, choose(slices, pick(seed, k, n)))).toBe(toHex(bytes));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes no payload at all', () => {
    const { dealing, slices } = dealt({ payload: new Uint8Array() });
    expect(open(dealing, slices)).toEqual({ verdict: 'opened', payload: new Uint8Array() });
  });

  it('is what the description says: a dealer written apart is opened, and opens it', () => {
    const { dealing, slices } = dealer();
    for (const slice of slices) expect(checkSlice(dealing, slice)).toBe('valid');
    expect(open(dealing, slices)).toEqual({ verdict: 'opened', payload });
  });

  it('is the same again from the same entropy, and shares nothing with one of other entropy, context or payload', () => {
    expect(deal({ ...shape, payload, context, entropy })).toEqual(
      deal({ ...shape, payload, context, entropy }),
    );
    const variants = [
      dealt(),
      dealt({ entropy: flip(entropy) }),
      dealt({ context: flip(context) }),
      dealt({ payload: flip(payload, 999) }),
      dealt({ k: 4 }),
      dealt({ n: 8 }),
    ];
    // Not the key: a second payload under one key and nonce would give both away.
    const keys = variants.map(({ header }) => toHex(header.keyCommitments[0]!));
    expect(new Set(keys).size).toBe(variants.length);
    expect(new Set(variants.map(({ dealing }) => toHex(dealing.root))).size).toBe(variants.length);
    const start = (bytes: Uint8Array) => toHex(bytes.subarray(0, 100));
    expect(new Set(variants.map(({ slices }) => start(slices[0]!.fragment))).size).toBe(variants.length);
  });

  it('shows nothing of the payload in its fragments', () => {
    const { slices } = dealt({ payload: new Uint8Array(3000) });
    for (const { fragment } of slices) {
      const counts = new Array<number>(256).fill(0);
      for (const byte of fragment) counts[byte]!++;
      expect(Math.max(...counts)).toBeLessThan(30);
    }
  });

  it('has f shares that fit every key, and f + 1 that give it', () => {
    const { dealing, slices } = dealt();
    const shares = slices.map(({ index, share }) => ({ x: index + 1, ys: [share] }));
    expect(dealing.keyCommitments.recover(shares.slice(0, 2))).toBeUndefined();
    const [secret] = dealing.keyCommitments.recover(shares.slice(4))!;
    expect(dealing.keyCommitments.opens([secret!])).toBe(true);
    // Any third value at all completes two shares to a polynomial of degree 2, with another secret each.
    const complete = (y: bigint) => {
      const [a, b] = [shares[0]!.ys[0]!, shares[1]!.ys[0]!];
      return (((3n * a - 3n * b + y) % ORDER) + ORDER) % ORDER;
    };
    expect(complete(shares[2]!.ys[0]!)).toBe(secret);
    const secrets = Array.from({ length: 50 }, (_, y) => complete(BigInt(y)));
    expect(new Set(secrets).size).toBe(50);
  });

  it('is refused for shapes in which liars alone could open it, or nobody', () => {
    for (const bad of [
      { n: 4, k: 2, f: 2 },
      { n: 4, k: 1, f: 1 },
      { n: 4, k: 5, f: 1 },
      { n: 4, k: 0, f: 0 },
      { n: 0, k: 0, f: 0 },
      { n: 4, k: 2, f: -1 },
      { n: 257, k: 2, f: 1 },
      { n: 4.5, k: 2, f: 1 },
      { n: 4, k: 1.5, f: 1 },
      { n: 4, k: 2, f: 0.5 },
      { n: Number.NaN, k: 2, f: 1 },
      { n: 4, k: '2' as unknown as number, f: 1 },
    ]) {
      expect(codeOf(() => deal({ ...bad, payload, context, entropy }))).toBe('DEALING_BAD_SHAPE');
      expect(codeOf(() => Dealing.accept(dealt().header, context, bad, LIMIT))).toBe('DEALING_BAD_SHAPE');
    }
  });

  it('is refused with too little entropy', () => {
    for (const length of [0, 16, 31, 33, 64])
      expect(codeOf(() => dealt({ entropy: new Uint8Array(length) }))).toBe('BYTES_WRONG_LENGTH');
    for (const bad of NONSENSE)
      expect(codeOf(() => dealt({ entropy: bad as Uint8Array }))).toBe('BYTES_NOT_BYTES');
  });
});

describe('what a receiver is sent', () => {
  const sent = (n: number, k: number, f: number, length: number) => {
    const { header, slices } = deal({ n, k, f, payload: new Uint8Array(length), context, entropy });
    const header_ = encode(headerCodec, header).length;
    return Math.max(...slices.map((slice) => header_ + encode(sliceCodec, slice).length));
  };

  it('is at most 1.1 · |payload| / k + 256 + 64(f + 1) bytes', () => {
    for (const n of [1, 2, 3, 4, 6, 7, 10, 16, 31, 40, 64, 65, 67, 100])
      for (const length of [0, 1, 100, 12_345]) {
        const f = Math.floor((n - 1) / 3);
        const k = fragmentsFor(n, f);
        expect(sent(n, k, f, length)).toBeLessThanOrEqual((1.1 * length) / k + 256 + 64 * (f + 1));
      }
    // The fewest liars for which it holds, at the most banks.
    for (const [n, f] of [
      [64, 0],
      [128, 1],
      [256, 2],
    ] as const)
      for (const length of [0, 5000]) {
        const k = fragmentsFor(n, f);
        expect(sent(n, k, f, length)).toBeLessThanOrEqual((1.1 * length) / k + 256 + 64 * (f + 1));
      }
  });

  it('is at most |payload| / k + 32(f + 1) + 32⌈log2 n⌉ + 100 bytes, in every shape', () => {
    for (const [n, k, f] of [
      [1, 1, 0],
      [100, 51, 0],
      [100, 1, 0],
      [256, 86, 85],
      [256, 129, 0],
    ] as const)
      for (const length of [0, 1000, 100_000])
        expect(sent(n, k, f, length)).toBeLessThanOrEqual(
          length / k + 32 * (f + 1) + 32 * Math.ceil(Math.log2(n)) + 100,
        );
  });

  it('comes back from its bytes', () => {
    const { header, slices } = dealt();
    expect(decode(headerCodec, encode(headerCodec, header))).toEqual(header);
    for (const slice of slices) expect(decode(sliceCodec, encode(sliceCodec, slice))).toEqual(slice);
  });

  it('is refused, or the same, when its bytes were changed', () => {
    const { header, slices, dealing } = dealt({ payload: randomness('small', 30) });
    const bytes = encode(sliceCodec, slices[3]!);
    for (let at = 0; at < bytes.length; at++) {
      const act = () => checkSlice(dealing, decode(sliceCodec, flip(bytes, at)));
      const code = codeOf(act);
      if (code === 'accepted') expect(act()).not.toBe('valid');
      else expect(code).toMatch(/^ENCODING_/);
    }
    const signed = encode(headerCodec, header);
    for (let at = 0; at < signed.length; at++) {
      const act = () => Dealing.accept(decode(headerCodec, flip(signed, at)), context, shape, LIMIT);
      const code = codeOf(act);
      if (code === 'accepted') {
        const other = act();
        expect(toHex(other.root)).not.toBe(toHex(dealing.root));
        expect(checkSlice(other, slices[3]!)).not.toBe('valid');
      } else expect(code).toMatch(/^(ENCODING|DEALING|SHARING)_/);
    }
  });

  it('is refused when it is cut, longer or asks for more than there is', () => {
    const bytes = encode(sliceCodec, dealt().slices[0]!);
    for (const length of [0, 1, 2, 100, bytes.length - 1])
      expect(codeOf(() => decode(sliceCodec, bytes.subarray(0, length)))).toBe('ENCODING_TRUNCATED');
    expect(codeOf(() => decode(sliceCodec, Uint8Array.of(...bytes, 0)))).toBe('ENCODING_TRAILING');
    const huge = Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect(codeOf(() => decode(sliceCodec, huge))).toBe('ENCODING_TOO_LARGE');
  });
});

describe('a header', () => {
  const { header } = dealt();
  const accept = (over: Partial<DealingHeader>, expected: DealingShape = shape, limit = LIMIT) =>
    codeOf(() => Dealing.accept({ ...header, ...over }, context, expected, limit));

  it('of another shape than the banks agreed on is refused', () => {
    expect(accept({})).toBe('accepted');
    for (const over of [{ n: 6 }, { n: 8 }, { k: 2 }, { k: 4 }, { k: 0 }, { n: Number.NaN }, { k: '3' }])
      expect(accept(over as Partial<DealingHeader>)).toBe('DEALING_OTHER_SHAPE');
    for (const expected of [
      { n: 8, k: 3, f: 2 },
      { n: 7, k: 4, f: 2 },
      { n: 7, k: 3, f: 1 },
    ])
      expect(accept({}, expected)).toBe('DEALING_OTHER_SHAPE');
  });

  it('with commitments to a polynomial of another degree is refused', () => {
    const commitments = header.keyCommitments;
    const neutral = encodePoint(ZERO);
    for (const keyCommitments of [[], commitments.slice(0, 2), [...commitments, commitments[0]!]])
      expect(accept({ keyCommitments })).toBe('DEALING_OTHER_SHAPE');
    expect(accept({ keyCommitments: [...commitments.slice(0, 2), neutral] })).toBe('SHARING_DEGREE_TOO_LOW');
  });

  it('with commitments that are no points of the group is refused', () => {
    for (const bad of [
      new Uint8Array(32).fill(255),
      encodePoint(TORSION),
      header.keyCommitments[1]!.slice(1),
      flip(encodePoint(ZERO), 31),
    ])
      expect(accept({ keyCommitments: header.keyCommitments.with(1, bad) })).toBe('SHARING_POINT_INVALID');
  });

  it('that would make its receivers allocate more than agreed is refused', () => {
    expect(accept({}, shape, 1000)).toBe('accepted');
    expect(accept({}, shape, 999)).toBe('DEALING_TOO_LONG');
    expect(accept({ length: 2 ** 40 })).toBe('DEALING_TOO_LONG');
    expect(accept({ length: 2 ** 40 }, shape, 2 ** 41)).toBe('ERASURE_TOO_LONG');
    for (const length of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '9'])
      expect(accept({ length: length as number })).toBe('DEALING_MALFORMED');
  });

  it('with a root that is none is refused', () => {
    for (const fragmentRoot of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)])
      expect(accept({ fragmentRoot })).toBe('DEALING_MALFORMED');
  });

  it('has a root of its own for every field and context', () => {
    const base = toHex(dealt().dealing.root);
    const roots = [
      Dealing.accept({ ...header, length: 999 }, context, shape, LIMIT),
      Dealing.accept({ ...header, fragmentRoot: flip(header.fragmentRoot) }, context, shape, LIMIT),
      Dealing.accept(
        { ...header, keyCommitments: header.keyCommitments.toReversed() },
        context,
        shape,
        LIMIT,
      ),
      Dealing.accept(header, flip(context), shape, LIMIT),
    ].map(({ root }) => toHex(root));
    expect(new Set([base, ...roots]).size).toBe(5);
  });
});

describe('checkSlice', () => {
  const { dealing, slices, header } = dealt();
  const good = slices[2]!;
  const check = (over: Partial<Record<keyof Slice, unknown>>) =>
    checkSlice(dealing, { ...good, ...over } as Slice);

  it('refuses an index that is none', () => {
    for (const index of [-1, 7, 8, 0.5, 2 ** 53, '2', 2n, ...NONSENSE])
      expect(check({ index })).toBe('wrong-index');
    for (const bad of NONSENSE) expect(checkSlice(dealing, bad as Slice)).toBe('wrong-index');
  });

  it('refuses a fragment at another index, with its own proof and with that of the index', () => {
    expect(check({ index: 3 })).toBe('wrong-fragment');
    expect(check({ index: 3, proof: slices[3]!.proof })).toBe('wrong-fragment');
    expect(check({ fragment: slices[3]!.fragment })).toBe('wrong-fragment');
  });

  it('refuses a fragment of which any byte was changed, cut or added', () => {
    const { fragment } = good;
    for (const at of [0, 1, fragment.length - 1])
      expect(check({ fragment: flip(fragment, at) })).toBe('wrong-fragment');
    for (const bad of [
      fragment.slice(1),
      fragment.slice(0, -1),
      Uint8Array.of(...fragment, 0),
      new Uint8Array(),
    ])
      expect(check({ fragment: bad })).toBe('wrong-fragment');
    for (const bad of NONSENSE) expect(check({ fragment: bad })).toBe('wrong-fragment');
  });

  it('refuses a proof of which any sibling was changed, dropped, added, swapped or is none', () => {
    const { proof } = good;
    proof.forEach((sibling, at) => {
      expect(check({ proof: proof.with(at, flip(sibling)) })).toBe('wrong-fragment');
      expect(check({ proof: proof.toSpliced(at, 1) })).toBe('wrong-fragment');
      expect(check({ proof: proof.toSpliced(at, 0, sibling) })).toBe('wrong-fragment');
      for (const bad of NONSENSE)
        expect(check({ proof: proof.with(at, bad as never) })).toBe('wrong-fragment');
    });
    for (const bad of [[], proof.toReversed(), slices[1]!.proof, ...NONSENSE])
      expect(check({ proof: bad })).toBe('wrong-fragment');
  });

  it('refuses the share of another, one changed, one not reduced, zero and none', () => {
    for (const share of [
      slices[3]!.share,
      (good.share + 1n) % ORDER,
      ORDER - good.share,
      good.share + ORDER,
      good.share - ORDER,
      0n,
      5,
      ...NONSENSE,
    ])
      expect(check({ share })).toBe('wrong-share');
  });

  it('refuses slices of another context, payload or entropy', () => {
    const otherContext = Dealing.accept(header, utf8('epoch 8'), shape, LIMIT);
    for (const slice of slices) expect(checkSlice(otherContext, slice)).toBe('wrong-fragment');
    for (const over of [{ context: utf8('x') }, { payload: flip(payload) }, { entropy: flip(entropy) }])
      expect(checkSlice(dealing, dealt(over).slices[2]!)).toBe('wrong-fragment');
  });

  it('refuses the slices of the same fragments in a header of another length', () => {
    const longer = Dealing.accept({ ...header, length: 1001 }, context, shape, LIMIT);
    expect(longer.fragmentLength).toBe(dealing.fragmentLength);
    expect(checkSlice(longer, good)).toBe('wrong-fragment');
  });

  it('catches a dealer whose shares are of another polynomial than it committed to', () => {
    const cheat = dealer({
      shares: (shares) => shares.map(({ x, ys }) => ({ x, ys: [(ys[0]! + BigInt(x) + 1n) % ORDER] })),
    });
    expect(cheat.slices.map((slice) => checkSlice(cheat.dealing, slice))).toEqual(
      cheat.slices.map(() => 'wrong-share'),
    );
    expect(open(cheat.dealing, cheat.slices)).toEqual({ verdict: 'incomplete' });
  });

  it('is told apart by the leaf: binding, index and fragment are all in it', () => {
    const leaf = (binding: Uint8Array, index: number, fragment: Uint8Array) =>
      toHex(fragmentLeaf(binding, index, fragment));
    const { binding } = dealing;
    const { fragment } = good;
    const leaves = [
      leaf(binding, 2, fragment),
      leaf(flip(binding), 2, fragment),
      leaf(binding, 3, fragment),
      leaf(binding, 2, flip(fragment)),
    ];
    expect(new Set(leaves).size).toBe(4);
    const bindings = [
      dealingBinding(context, shape, 1000),
      dealingBinding(flip(context), shape, 1000),
      dealingBinding(context, { ...shape, n: 8 }, 1000),
      dealingBinding(context, { ...shape, k: 4 }, 1000),
      dealingBinding(context, { ...shape, f: 1 }, 1000),
      dealingBinding(context, shape, 1001),
    ];
    expect(new Set(bindings.map(toHex)).size).toBe(6);
  });
});

describe('open', () => {
  const { dealing, slices, header } = dealt();

  it('waits, and accuses nobody, while there are less than k slices, whatever else comes with them', () => {
    const bad = slices.slice(2).map((slice) => ({ ...slice, fragment: flip(slice.fragment) }));
    const noise = [...bad, ...(NONSENSE as Slice[])];
    expect(open(dealing, [])).toEqual({ verdict: 'incomplete' });
    for (const set of subsets(2, 7))
      expect(open(dealing, [...noise, ...choose(slices, set), ...choose(slices, set)])).toEqual({
        verdict: 'incomplete',
      });
  });

  it('waits while there are k fragments and less than f + 1 shares', () => {
    const unshared = slices.map((slice, i) => (i < 5 ? { ...slice, share: 1n } : slice));
    expect(open(dealing, unshared)).toEqual({ verdict: 'incomplete' });
    expect(open(dealing, [...unshared, slices[0]!])).toEqual({ verdict: 'opened', payload });
  });

  it('passes over what liars send, at any places and together with the true slices', () => {
    const lies: ((slice: Slice) => Slice)[] = [
      (slice) => ({ ...slice, fragment: flip(slice.fragment) }),
      (slice) => ({ ...slice, share: (slice.share + 1n) % ORDER }),
      (slice) => ({ ...slice, proof: [] }),
      (slice) => ({ ...slice, index: (slice.index + 1) % 7 }),
    ];
    for (const lie of lies) {
      for (const liars of subsets(4, 7)) {
        const mixed = slices.map((slice, i) => (liars.includes(i) ? lie(slice) : slice));
        expect(verdictOf(dealing, mixed)).toBe(toHex(payload));
      }
      expect(verdictOf(dealing, [...slices.map(lie), ...slices])).toBe(toHex(payload));
    }
  });

  it('gives the committed secret or none, also where false shares lie on one line with it', () => {
    // x is added to each share: all are wrong, and any three still meet in the secret.
    const cheat = dealer({
      shares: (shares) => shares.map(({ x, ys }) => ({ x, ys: [(ys[0]! + BigInt(x)) % ORDER] })),
    });
    for (const slice of cheat.slices) expect(checkSlice(cheat.dealing, slice)).toBe('wrong-share');
    for (const set of subsets(3, 7))
      expect(verdictOf(cheat.dealing, choose(cheat.slices, set))).toBe(toHex(payload));
  });

  it('opens nothing in another context', () => {
    const other = Dealing.accept(header, utf8('epoch 8'), shape, LIMIT);
    expect(open(other, slices)).toEqual({ verdict: 'incomplete' });
  });

  /** Fragments no polynomial of degree below k goes through. */
  const notCodewords: Record<string, (ciphertext: Uint8Array) => Uint8Array[]> = {
    'one fragment changed': (c) => erasure.encode(c, 3, 7).map((f, i) => (i === 4 ? flip(f) : f)),
    'a data fragment changed': (c) => erasure.encode(c, 3, 7).map((f, i) => (i === 0 ? flip(f, 9) : f)),
    'two payloads, half of each': (c) => {
      const other = erasure.encode(
        c.map((byte) => byte ^ 255),
        3,
        7,
      );
      return erasure.encode(c, 3, 7).map((f, i) => (i % 2 === 0 ? f : other[i]!));
    },
    'a code of more data fragments': (c) => {
      const each = Math.ceil(c.length / 3);
      const longer = new Uint8Array(4 * each);
      longer.set(c);
      longer.set(randomness('more', each), 3 * each);
      return erasure.encode(longer, 4, 7);
    },
    'random bytes': (c) => erasure.encode(c, 3, 7).map((f, i) => randomness(`noise ${i}`, f.length)),
    'the codeword of a padding that is not zero': (c) => {
      const each = Math.ceil(c.length / 3);
      const padded = new Uint8Array(3 * each).fill(7);
      padded.set(c);
      return erasure.encode(padded, 3, 7);
    },
  };

  it('finds fragments that are no codeword, alike from every k of them and from all', () => {
    // With 1000 + 16 bytes in 3 fragments there is padding: 1 byte.
    expect(3 * dealing.fragmentLength - dealing.codedLength).toBeGreaterThan(0);
    for (const [name, code] of Object.entries(notCodewords)) {
      const cheat = dealer({ code });
      for (const slice of cheat.slices) expect(checkSlice(cheat.dealing, slice), name).toBe('valid');
      const verdicts = subsets(3, 7).map((set) => verdictOf(cheat.dealing, choose(cheat.slices, set)));
      verdicts.push(verdictOf(cheat.dealing, cheat.slices), verdictOf(cheat.dealing, cheat.slices.slice(1)));
      expect(new Set(verdicts), name).toEqual(new Set(['not-codeword']));
    }
  });

  it('finds no codeword whichever shares came along', () => {
    const cheat = dealer({ code: notCodewords['random bytes']! });
    const wrong = cheat.slices.map((slice) => ({ ...slice, share: 1n }));
    expect(open(cheat.dealing, wrong)).toEqual({ verdict: 'not-codeword' });
  });

  it('would else be led to different payloads by different slices', () => {
    const cheat = dealer({ code: notCodewords['one fragment changed']! });
    const decoded = subsets(3, 7).map((set) => {
      const fragments = new Map(set.map((i) => [i, cheat.slices[i]!.fragment]));
      return toHex(erasure.decode(fragments, 3, 7, cheat.dealing.codedLength));
    });
    expect(new Set(decoded).size).toBeGreaterThan(1);
  });

  const undecryptable: Record<string, Deviation['encrypt']> = {
    'another key': (bytes, { key, binding }) =>
      chacha20poly1305(flip(key), new Uint8Array(12), binding).encrypt(bytes),
    'another nonce': (bytes, { key, binding }) =>
      chacha20poly1305(key, new Uint8Array(12).fill(1), binding).encrypt(bytes),
    'another dealing, which a copied ciphertext would be of': (bytes, { key, binding }) =>
      chacha20poly1305(key, new Uint8Array(12), flip(binding)).encrypt(bytes),
    'no associated data': (bytes, { key }) => chacha20poly1305(key, new Uint8Array(12)).encrypt(bytes),
    'no encryption': (bytes) => Uint8Array.of(...bytes, ...new Uint8Array(16)),
    'a tag that was changed': (bytes, { key, binding }) =>
      flip(chacha20poly1305(key, new Uint8Array(12), binding).encrypt(bytes), bytes.length),
  };

  it('finds what does not decrypt under the committed key, alike from every k slices', () => {
    for (const [name, encrypt] of Object.entries(undecryptable)) {
      const cheat = dealer({ encrypt: encrypt! });
      for (const slice of cheat.slices) expect(checkSlice(cheat.dealing, slice), name).toBe('valid');
      const verdicts = subsets(3, 7).map((set) => verdictOf(cheat.dealing, choose(cheat.slices, set)));
      expect(new Set(verdicts), name).toEqual(new Set(['not-decryptable']));
    }
  });

  it('waits for shares before it says that something does not decrypt', () => {
    const cheat = dealer({ encrypt: undecryptable['another key']! });
    const unshared = cheat.slices.map((slice, i) => (i < 5 ? { ...slice, share: 1n } : slice));
    expect(open(cheat.dealing, unshared)).toEqual({ verdict: 'incomplete' });
    expect(open(cheat.dealing, [...unshared, cheat.slices[0]!])).toEqual({ verdict: 'not-decryptable' });
  });

  it('gives all honest banks one verdict, whatever the dealer did to the fragments', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 338 }), fc.integer({ min: 1, max: 255 })), {
          maxLength: 4,
        }),
        (changes) => {
          const cheat = dealer({
            code: (ciphertext) => {
              const fragments = erasure.encode(ciphertext, 3, 7).map((f) => f.slice());
              for (const [i, at, by] of changes) fragments[i]![at]! ^= by;
              return fragments;
            },
          });
          const sets = [...subsets(3, 7).filter((_, i) => i % 4 === 0), [0, 1, 2, 3, 4, 5, 6]];
          const verdicts = new Set(sets.map((set) => verdictOf(cheat.dealing, choose(cheat.slices, set))));
          expect(verdicts.size).toBe(1);
        },
      ),
      { numRuns: 12 },
    );
  });
});
