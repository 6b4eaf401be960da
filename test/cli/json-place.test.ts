import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPlace } from '../../src/cli/json-place.js';

const TEXT = `{
  "key": ["id", "day"],
  "fields": {
    "id": { "type": "integer" },
    "id.x": { "columns": ["a \\" {", "b"], "list": [[1], {"a": 2}] }
  }
}`;

describe('the place of a member', () => {
  it.each([
    ['', 1, 1],
    ['key', 2, 3],
    ['key[0]', 2, 11],
    ['key[1]', 2, 17],
    ['fields.id', 4, 5],
    ['fields.id.type', 4, 13],
    ['fields.id.x', 5, 5],
    ['fields.id.x.columns[1]', 5, 37],
    ['fields.id.x.list[1].a', 5, 58],
  ])('%j is line %i, column %i', (path, line, column) => {
    expect(jsonPlace(TEXT, path)).toEqual({ line, column });
  });

  it.each([
    ['name', 1, 1],
    ['fields.id.scale', 4, 5],
    ['fields.none', 3, 3],
    ['key[9]', 2, 3],
    ['keys', 1, 1],
  ])('%j, which is missing, is where it would be: line %i, column %i', (path, line, column) => {
    expect(jsonPlace(TEXT, path)).toEqual({ line, column });
  });

  it('is within the text for every document and path', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.string(), (json, path) => {
        const { line, column } = jsonPlace(json, path);
        expect(line).toBeGreaterThan(0);
        expect(column).toBeLessThanOrEqual(json.length);
      }),
    );
  });

  it('is found in a deep and in a long text', () => {
    const deep = `${'['.repeat(5000)}7${']'.repeat(5000)}`;
    expect(jsonPlace(deep, '[0]')).toEqual({ line: 1, column: 2 });
    const long = JSON.stringify(['x"\\'.repeat(1_000_000), 1]);
    expect(jsonPlace(long, '[1]')).toEqual({ line: 1, column: long.length - 1 });
  });
});
