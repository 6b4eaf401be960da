import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import {
  REPEATABLE,
  STATEMENT_TYPES,
  type Statement,
  statementCodec,
  statementDigest,
} from '../../src/protocol/statement.js';

const consortium = new Uint8Array(32).fill(1);
const statements = fc.record({
  type: fc.constantFrom(...STATEMENT_TYPES),
  epoch: fc.nat(),
  slot: fc.option(fc.record({ view: fc.nat(2 ** 32 - 1), index: fc.nat(2 ** 16 - 1) })),
  body: fc.uint8Array({ maxLength: 64 }),
});
const base: Statement = {
  type: 'prepare',
  epoch: 3,
  slot: { view: 2, index: 1 },
  body: new Uint8Array(32).fill(9),
};
const digest = (statement: Statement, id = consortium): string => toHex(statementDigest(id, statement));

describe('what is signed for a statement', () => {
  it('changes with consortium, type, epoch, view, index, and every byte of the body', () => {
    const altered = (at: number): Uint8Array => base.body.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const variants = [
      digest(base),
      digest(
        base,
        consortium.map((byte, i) => (i === 31 ? byte ^ 1 : byte)),
      ),
      ...STATEMENT_TYPES.filter((type) => type !== base.type).map((type) => digest({ ...base, type })),
      digest({ ...base, epoch: 4 }),
      digest({ ...base, epoch: 2 ** 40 }),
      digest({ ...base, slot: { view: 3, index: 1 } }),
      digest({ ...base, slot: { view: 2, index: 2 } }),
      digest({ ...base, slot: { view: 1, index: 2 } }),
      digest({ ...base, slot: null }),
      ...Array.from(base.body, (_, i) => digest({ ...base, body: altered(i) })),
      digest({ ...base, body: base.body.subarray(1) }),
      digest({ ...base, body: new Uint8Array(0) }),
      digest({ ...base, body: Uint8Array.of(...base.body, 0) }),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });

  it('is the same for the same statement only', () => {
    fc.assert(
      fc.property(statements, statements, (a, b) => {
        const same = toHex(encode(statementCodec, a)) === toHex(encode(statementCodec, b));
        expect(digest(a) === digest(b)).toBe(same);
      }),
    );
  });

  it('is these bytes in protocol version 2', () => {
    expect(digest(base)).toMatchInlineSnapshot(
      `"dce81e78a8949b5f3a4af18c67169d95d90c1f5fda8b55ec525b44e2f581d0c1"`,
    );
    expect(
      digest({ type: 'commitment', epoch: 0, slot: null, body: new Uint8Array(0) }),
    ).toMatchInlineSnapshot(`"960e108b52c4718af9bcf56edb71b5917d3414c2229a8c1053eb6210f3276e64"`);
  });

  it('does not slip from one field into the next', () => {
    // A body that begins with what the slot's bytes would have been.
    const slot = Uint8Array.of(1, 0, 0, 0, 2, 0, 1);
    expect(digest({ ...base, slot: null, body: Uint8Array.of(...slot, ...base.body) })).not.toBe(
      digest(base),
    );
  });
});

describe('a statement', () => {
  it('comes back from its bytes, and from nothing shorter or longer', () => {
    fc.assert(
      fc.property(statements, (statement) => {
        const encoded = encode(statementCodec, statement);
        expect(decode(statementCodec, encoded)).toEqual(statement);
        for (let cut = 0; cut < encoded.length; cut++)
          expect(() => decode(statementCodec, encoded.subarray(0, cut))).toThrow(/truncated/);
        expect(() => decode(statementCodec, Uint8Array.of(...encoded, 0))).toThrow(/trailing/);
      }),
    );
  });

  it('is bounded, and of a known type', () => {
    const long = { ...base, body: new Uint8Array(4097) };
    expect(() => encode(statementCodec, long)).toThrow(/too large/);
    const encoded = encode(statementCodec, base);
    encoded[0] = STATEMENT_TYPES.length;
    expect(() => decode(statementCodec, encoded)).toThrow(/not canonical/);
    expect(() => encode(statementCodec, { ...base, type: 'order' as 'open' })).toThrow(/out of range/);
  });

  it('may be signed in several versions only when it is a request', () => {
    expect([...REPEATABLE].sort()).toEqual(['compare', 'envelope', 'fetch', 'missing', 'symbols', 'want']);
  });
});
