import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER } from '../../src/crypto/babyjubjub.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { dealingBinding, fragmentLeaf } from '../../src/crypto/dealing.js';
import * as erasure from '../../src/crypto/erasure.js';
import { checkSlice, Dealing, open, type Slice } from '../../src/crypto/slices.js';
import { NONSENSE, randomness, subsets } from './sharing-fixture.js';
import {
  choose,
  context,
  type Deviation,
  dealer,
  dealt,
  entropy,
  flip,
  LIMIT,
  payload,
  shape,
  verdictOf,
} from './slices-fixture.js';

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
