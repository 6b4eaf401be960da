import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../src/cli/json-fault.js';

describe('the place where text stops being JSON', () => {
  it.each([
    ['', 1, 1, 'expected value, found the file ends'],
    ['{"a": 1,}', 1, 9, 'expected name, found "}"'],
    ['{"a": 1\n "b": 2}', 2, 2, 'expected , or }'],
    ['[1, 2', 1, 6, 'expected , or ], found the file ends'],
    ['[1,\r\n\r\n x]', 3, 2, 'expected value, found "x]"'],
    ['{a: 1}', 1, 2, 'expected name or }'],
    ['{"a" 1}', 1, 6, 'expected :'],
    ['{"a": "unfinished', 1, 7, 'expected value, found "\\"unfinished"'],
    ['{} {}', 1, 4, 'expected the end'],
    ['[01]', 1, 3, 'expected , or ]'],
    ['"\u0001"', 1, 1, 'expected value'],
    ["{'a': 1}", 1, 2, 'expected name or }'],
    ['[1}', 1, 3, 'expected , or ]'],
    ['{]', 1, 2, 'expected name or }'],
    ['NaN', 1, 1, 'expected value'],
  ])('of %j is line %i, column %i', (text, line, column, reason) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(jsonFault(text)).toMatchObject({ line, column });
    expect(jsonFault(text).reason).toContain(reason);
  });

  it('is the end for every text that JSON.parse takes', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.constantFrom(0, 1, 2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(jsonFault(text).reason).toBe('not JSON: expected the end, found the file ends');
      }),
    );
  });

  it('is never the end of a text that JSON.parse refuses', () => {
    const altered = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', '}', ',', ':', '\\', 'x', '0', '-', '\n'))
      .map(([json, at, put]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + put + json.slice(place + 1);
      });
    fc.assert(
      fc.property(altered, (text) => {
        try {
          JSON.parse(text);
        } catch {
          expect(jsonFault(text).reason).not.toContain('expected the end, found the file ends');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is found in a deep text without recursion', () => {
    expect(jsonFault('['.repeat(200_000)).column).toBe(200_001);
  });
});
