import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex, utf8 } from '../../src/crypto/bytes.js';
import { HASH_DOMAINS, hash, keyedHash } from '../../src/crypto/hash.js';

/** The framing as documented, written out again. */
function preimage(domain: string, parts: readonly Uint8Array[]): Uint8Array {
  const tag = utf8(`concordat/1/${domain}`);
  const framed = parts.flatMap((part) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    return [new Uint8Array(length), part];
  });
  return concatBytes(Uint8Array.of(tag.length), tag, ...framed);
}

const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });

describe('the registry of domains', () => {
  it('names no domain twice', () => {
    expect(new Set(HASH_DOMAINS).size).toBe(HASH_DOMAINS.length);
  });

  it('has only tags whose length fits the byte before them', () => {
    for (const domain of HASH_DOMAINS) {
      expect(domain).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(utf8(`concordat/1/${domain}`).length).toBeLessThan(256);
    }
  });

  it('has no framed tag that is the beginning of another', () => {
    const framed = HASH_DOMAINS.map((domain) => toHex(preimage(domain, [])));
    for (const a of framed) for (const b of framed) if (a !== b) expect(b.startsWith(a)).toBe(false);
  });

  it('gives another digest of the same parts in every domain', () => {
    const digests = HASH_DOMAINS.map((domain) => toHex(hash(domain, utf8('the same'))));
    expect(new Set(digests).size).toBe(HASH_DOMAINS.length);
  });
});

describe('hash', () => {
  it('is SHA-256 of the documented framing, as another implementation computes it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HASH_DOMAINS), parts, (domain, given) => {
        const expected = createHash('sha256').update(preimage(domain, given)).digest('hex');
        expect(toHex(hash(domain, ...given))).toBe(expected);
      }),
    );
  });

  it('tells every split of the same bytes apart', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 24 }), (whole) => {
        const splits = Array.from({ length: whole.length + 1 }, (_, at) =>
          toHex(hash('record', whole.subarray(0, at), whole.subarray(at))),
        );
        expect(new Set([...splits, toHex(hash('record', whole))]).size).toBe(whole.length + 2);
      }),
    );
  });

  it('tells no part from an empty part', () => {
    const digests = [
      hash('key'),
      hash('key', new Uint8Array()),
      hash('key', new Uint8Array(), new Uint8Array()),
    ];
    expect(new Set(digests.map(toHex)).size).toBe(3);
  });

  it('cannot be led to another split by bytes that look like a length', () => {
    const length = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
    const joined = concatBytes(utf8('a'), length, utf8('b'));
    expect(toHex(hash('key', joined))).not.toBe(toHex(hash('key', utf8('a'), utf8('b'))));
  });

  it('has not changed: whatever was signed or sealed stays verifiable', () => {
    expect(toHex(hash('record'))).toMatchInlineSnapshot(
      `"ca02c67b179f5f152d4621644d4f60cf6432b759f76d11a7e268b64e773ac759"`,
    );
    expect(toHex(hash('statement', utf8('a'), utf8('bc')))).toMatchInlineSnapshot(
      `"c511824f29f505f9411a858a30f828368b00b9b3b1ac03096c6a28efa94376ed"`,
    );
    expect(toHex(hash('result', new Uint8Array(32), new Uint8Array()))).toMatchInlineSnapshot(
      `"1c2fb7ae8203ead42911bdad364210611aec47337b8cd8b14ff1684a1d314d5f"`,
    );
  });
});

describe('keyedHash', () => {
  const key = new Uint8Array(32).fill(7);

  it('is HMAC-SHA-256 of the same framing, as another implementation computes it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), parts, (secret, given) => {
        const expected = createHmac('sha256', secret).update(preimage('leaf-salt', given)).digest('hex');
        expect(toHex(keyedHash('leaf-salt', secret, ...given))).toBe(expected);
      }),
    );
  });

  it('differs by key, by domain and by split, and from the unkeyed hash', () => {
    const digests = [
      keyedHash('leaf-salt', key, utf8('ab')),
      keyedHash('leaf-salt', new Uint8Array(32), utf8('ab')),
      keyedHash('blinding', key, utf8('ab')),
      keyedHash('leaf-salt', key, utf8('a'), utf8('b')),
      hash('leaf-salt', utf8('ab')),
      hash('leaf-salt', key, utf8('ab')),
    ];
    expect(new Set(digests.map(toHex)).size).toBe(digests.length);
  });

  it('has not changed', () => {
    expect(toHex(keyedHash('blinding', key, utf8('x')))).toMatchInlineSnapshot(
      `"3abd8f9f1ad71b888c7f982814ddfc56d83a2d36ad505f394be35195992780b6"`,
    );
  });

  it('refuses what is not bytes: it would be hashed as zeros, or cut, and meet something else', () => {
    const odd: unknown[] = ['alice', 7, [256], Uint16Array.of(256), { length: 5 }, undefined, null];
    for (const part of odd) {
      expect(() => hash('record', part as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'BYTES_NOT_BYTES' }),
      );
      expect(() => keyedHash('blinding', new Uint8Array(32), part as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'BYTES_NOT_BYTES' }),
      );
    }
    expect(() => hash('no such domain' as 'record', new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'BYTES_NOT_BYTES' }),
    );
  });
});
