import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePoint, ORDER, ZERO } from '../../src/crypto/babyjubjub.js';
import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import {
  checkSlice,
  Dealing,
  type DealingHeader,
  type DealingShape,
  deal,
  headerCodec,
  open,
  sliceCodec,
} from '../../src/crypto/slices.js';
import { codeOf, NONSENSE, pick, randomness, subsets, TORSION } from './sharing-fixture.js';
import {
  choose,
  context,
  dealer,
  dealt,
  entropy,
  flip,
  fragmentsFor,
  LIMIT,
  payload,
  shape,
  verdictOf,
} from './slices-fixture.js';

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
