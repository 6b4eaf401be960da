// What holds of any inputs: sums of sharings, the sizes at which a field ends, codecs, and bytes of any kind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER, WIDE_LENGTH } from '../../src/crypto/babyjubjub.js';
import { toHex } from '../../src/crypto/bytes.js';
import {
  bool,
  bytes,
  type Codec,
  decode,
  encode,
  fixed,
  list,
  nullable,
  text,
  u8,
  u16,
  u32,
  u53,
  varint,
} from '../../src/crypto/encoding.js';
import * as erasure from '../../src/crypto/erasure.js';
import { ConcordatError, messageOf } from '../../src/crypto/error.js';
import { scalar } from '../../src/crypto/group-codec.js';
import * as commitment from '../../src/crypto/pedersen.js';
import { combine, MAX_SHARES, type Share, split } from '../../src/crypto/shamir.js';
import {
  checkSlice,
  Dealing,
  deal as dealSlices,
  headerCodec,
  open,
  sliceCodec,
} from '../../src/crypto/slices.js';
import { addShares, deal, pedersen, SharingCommitments } from '../../src/crypto/verifiable-sharing.js';
import { codeOf, pick, randomness } from './sharing-fixture.js';

const scalars = fc.bigInt({ min: 0n, max: ORDER - 1n });
const wide = (seed: unknown, threshold: number, width = 1) =>
  randomness(String(seed), (threshold - 1) * width * WIDE_LENGTH);

describe('sums', () => {
  const dealers = fc
    .integer({ min: 1, max: 4 })
    .chain((count) =>
      fc.tuple(
        fc.array(fc.array(scalars, { minLength: 3, maxLength: 3 }), { minLength: count, maxLength: count }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
      ),
    );

  it('of shares are shares of the sums, and open the product of the commitments', () => {
    fc.assert(
      fc.property(dealers, ([secrets, threshold, seed]) => {
        // A sum whose leading coefficients cancel has no place here; a secret of zeros shared with one is refused.
        fc.pre(threshold > 1 || secrets.every((own) => own.some((value) => value > 0n)));
        const basis = pedersen(2);
        const dealt = secrets.map((own, i) =>
          deal(basis, own, { threshold, shares: 5, coefficients: wide(`${seed} ${i}`, threshold, 3) }),
        );
        const all = dealt.map(({ commitments }) => SharingCommitments.decode(basis, threshold, commitments));
        const total = SharingCommitments.sum(all);
        const totals = [0, 1, 2].map((i) => secrets.reduce((sum, own) => (sum + own[i]!) % ORDER, 0n));
        const shares = pick(seed, threshold, 5).map((i) => addShares(dealt.map((d) => d.shares[i]!)));
        for (const share of shares) expect(total.verify(share)).toBe(true);
        expect(total.recover(shares)).toEqual(totals);
        expect(commitment.verify(total.commitment, totals.slice(0, 2), totals[2]!)).toBe(true);
        expect(total.commitment).toEqual(all.map((c) => c.commitment).reduce(commitment.add));
      }),
      { numRuns: 10 },
    );
  });

  it('of plain shares are shares of the sum', () => {
    fc.assert(
      fc.property(scalars, scalars, fc.integer({ min: 1, max: 8 }), fc.nat(), (a, b, threshold, seed) => {
        const of = (secret: bigint, which: string) =>
          split(secret, { threshold, shares: 12, coefficients: wide(`${which} ${seed}`, threshold) });
        const [left, right] = [of(a, 'left'), of(b, 'right')];
        const sums: Share[] = left.map(({ x, y }, i) => ({ x, y: (y + right[i]!.y) % ORDER }));
        expect(
          combine(
            pick(seed, threshold, 12).map((i) => sums[i]!),
            threshold,
          ),
        ).toBe((a + b) % ORDER);
      }),
      { numRuns: 30 },
    );
  });
});

describe('where a field of 256 elements ends', () => {
  it.each([254, 255, 256, 257, 1000])('a secret is shared among %i all the same', (n) => {
    const threshold = Math.floor((n - 1) / 3) + 1;
    const shares = split(7n, { threshold, shares: n, coefficients: wide(n, threshold) });
    expect(combine(shares.slice(-threshold), threshold)).toBe(7n);
    expect(codeOf(() => combine(shares.slice(-threshold + 1), threshold))).toBe('SHAMIR_WRONG_COUNT');
  });

  it('a secret is not shared among more than there are places', () => {
    const among = (shares: number) =>
      codeOf(() => split(7n, { threshold: 2, shares, coefficients: wide(1, 2) }));
    expect(among(MAX_SHARES + 1)).toBe('SHAMIR_BAD_THRESHOLD');
    expect(among(2 ** 32)).toBe('SHAMIR_BAD_THRESHOLD');
  });

  it.each([254, 255, 256])('a payload is coded in %i fragments', (n) => {
    const k = Math.ceil((2 * n) / 3) - Math.floor((n - 1) / 3);
    const payload = randomness(n, 3 * k + 1);
    const fragments = erasure.encode(payload, k, n);
    const last = fragments.map((fragment, i) => [i, fragment] as const).slice(-k);
    expect(erasure.decode(new Map(last), k, n, payload.length)).toEqual(payload);
  });

  it('no payload is coded in more, and none is dealt to more', () => {
    for (const n of [257, 258, 300, 65_536]) {
      expect(codeOf(() => erasure.encode(new Uint8Array(9), 2, n))).toBe('ERASURE_TOO_MANY_FRAGMENTS');
      expect(codeOf(() => erasure.decode(new Map(), 2, n, 9))).toBe('ERASURE_TOO_MANY_FRAGMENTS');
      const options = { n, k: 2, f: 1, payload: new Uint8Array(9), context: new Uint8Array(0) };
      expect(codeOf(() => dealSlices({ ...options, entropy: new Uint8Array(32) }))).toBe('DEALING_BAD_SHAPE');
    }
  });

  it.each([255, 256])('a payload is dealt to %i and opened by the last of them', (n) => {
    // Few liars, so that the commitments are few: how many there may be is tested at smaller n.
    const shape = { n, k: 100, f: 2 };
    const payload = randomness(n, 999);
    const { header, slices } = dealSlices({
      ...shape,
      payload,
      context: new Uint8Array(1),
      entropy: randomness(n, 32),
    });
    const dealing = Dealing.accept(header, new Uint8Array(1), shape, 999);
    expect(checkSlice(dealing, slices[n - 1]!)).toBe('valid');
    expect(open(dealing, slices.slice(-100))).toEqual({ verdict: 'opened', payload });
    expect(open(dealing, slices.slice(-99))).toEqual({ verdict: 'incomplete' });
    const wire = slices.slice(-100).map((slice) => decode(sliceCodec, encode(sliceCodec, slice)));
    expect(open(dealing, wire)).toEqual({ verdict: 'opened', payload });
  });
});

describe('a codec', () => {
  const some = { minLength: 0, maxLength: 6 } as const;
  const values: readonly [string, Codec<never>, fc.Arbitrary<unknown>][] = [
    ['u8', u8, fc.nat(2 ** 8 - 1)],
    ['u16', u16, fc.nat(2 ** 16 - 1)],
    ['u32', u32, fc.integer({ min: 0, max: 2 ** 32 - 1 })],
    ['u53', u53, fc.maxSafeNat()],
    ['varint', varint, fc.maxSafeNat()],
    ['bool', bool, fc.boolean()],
    ['scalar', scalar, scalars],
    ['fixed', fixed(6), fc.uint8Array({ minLength: 6, maxLength: 6 })],
    ['bytes', bytes(6), fc.uint8Array(some)],
    ['text', text(40), fc.string({ unit: 'grapheme', maxLength: 3 })],
    ['list', list(varint, 6), fc.array(fc.maxSafeNat(), some)],
    ['nullable', nullable(varint), fc.option(fc.maxSafeNat())],
    [
      'header',
      headerCodec,
      fc.record({
        n: fc.maxSafeNat(),
        k: fc.maxSafeNat(),
        length: fc.maxSafeNat(),
        fragmentRoot: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        keyCommitments: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), some),
      }),
    ],
    [
      'slice',
      sliceCodec,
      fc.record({
        index: fc.maxSafeNat(),
        fragment: fc.uint8Array(some),
        proof: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), some),
        share: scalars,
      }),
    ],
  ] as never;

  it.each(values)('%s gives back what was put in, and refuses it cut or longer', (_, codec, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (value, cut) => {
        const encoded = encode(codec, value as never);
        expect(decode(codec, encoded)).toEqual(value);
        expect(codeOf(() => decode(codec, encoded.subarray(0, cut % encoded.length)))).toMatch(/^ENCODING_/);
        expect(codeOf(() => decode(codec, Uint8Array.of(...encoded, 0)))).toBe('ENCODING_TRAILING');
      }),
      { numRuns: 40 },
    );
  });

  it.each(values)('%s takes no bytes but those it would write', (_, codec) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
        let value: never;
        try {
          value = decode(codec, noise);
        } catch (error) {
          expect(error).toBeInstanceOf(ConcordatError);
          return;
        }
        expect(toHex(encode(codec, value))).toBe(toHex(noise));
      }),
      { numRuns: 150 },
    );
  });

  it('writes no number that it would not read', () => {
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 7n, '7', undefined])
      for (const codec of [u8, u53, varint])
        expect(codeOf(() => encode(codec, bad as number))).toBe('ENCODING_OUT_OF_RANGE');
  });
});

describe('the message of an error', () => {
  it('says the code in words and the facts, of whatever type they are', () => {
    expect(messageOf({ code: 'AREA_WHAT' })).toBe('area what: {}');
    const facts = { code: 'AREA_WHAT', index: 3n, size: Number.NaN, what: undefined, name: 'a' };
    expect(messageOf(facts)).toBe('area what: {"index":"3n","size":null,"name":"a"}');
  });
});
