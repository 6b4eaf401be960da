import { describe, expect, it } from 'vitest';
import { decodeWindows1252 } from '../../src/data/windows-1252.js';

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('windows-1252', () => {
  it('is the index of the WHATWG Encoding Standard', () => {
    const c1 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
    const latin1 = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => String.fromCharCode(from + i)).join('');
    expect(decodeWindows1252(all)).toBe(latin1(0, 128) + c1 + latin1(160, 256));
  });

  it('is decoded alike across the borders of its chunks', () => {
    const bytes = Uint8Array.from({ length: 40_000 }, (_, i) => i % 256);
    expect(decodeWindows1252(bytes)).toBe(decodeWindows1252(all).repeat(157).slice(0, 40_000));
    expect(decodeWindows1252(new Uint8Array(0))).toBe('');
  });
});
