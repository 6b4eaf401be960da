import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { sipHash128, sipHashKey, sipHashLanes } from '../../src/crypto/siphash.js';

const range = (length: number) => Uint8Array.from({ length }, (_, i) => i);
const key = range(16);
const vectors = readFileSync(new URL('../vectors/siphash/sip128.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

describe('SipHash-2-4-128', () => {
  it('gives the 64 tags of the authors, for messages of 0 to 63 bytes', () => {
    expect(vectors).toHaveLength(64);
    vectors.forEach((tag, length) => {
      expect(toHex(sipHash128(key, range(length)))).toBe(tag);
    });
  });

  it('gives the same tag over lanes of a larger array', () => {
    const message = range(40);
    const lanes = new Uint32Array(message.buffer);
    const out = new Uint32Array(4);
    for (const length of [0, 8, 16, 24, 32]) {
      sipHashLanes(sipHashKey(key), lanes, 2, length / 4, out);
      expect(new Uint8Array(out.buffer)).toEqual(sipHash128(key, message.subarray(8, 8 + length)));
    }
  });

  it('depends on every bit of the key and of the message', () => {
    const message = range(32);
    const tags = new Set([toHex(sipHash128(key, message))]);
    for (let bit = 0; bit < 128; bit++) {
      const flipped = key.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      tags.add(toHex(sipHash128(flipped, message)));
    }
    for (let bit = 0; bit < 256; bit++) {
      const flipped = message.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      tags.add(toHex(sipHash128(key, flipped)));
    }
    expect(tags.size).toBe(1 + 128 + 256);
  });

  it('does not confuse a message with the same message and zero bytes after it', () => {
    const tags = Array.from({ length: 20 }, (_, length) => toHex(sipHash128(key, new Uint8Array(length))));
    expect(new Set(tags).size).toBe(20);
  });
});
