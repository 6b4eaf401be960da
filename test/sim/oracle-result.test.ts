import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { book, entry, guarantees, judge, RIGHT } from './oracle-epoch-fixture.js';

const partial = defineSchema({
  name: 'tiny',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: { id: { type: 'integer' }, text: { type: 'string' } },
});

describe('the result', () => {
  const altered = { keyDigest: RIGHT[1]!.keyDigest, values: [2n, 'z'] };

  it('is wrong when a settled key has another value', () => {
    const violations = judge({ all: { rows: [RIGHT[0]!, altered] } });
    expect(violations).toHaveLength(3);
    expect(violations[0]).toMatch(/^result: epoch 0: north decided key [0-9a-f]{8} against the inputs$/);
  });

  it('is wrong when one bank alone has another value', () => {
    expect(judge({ sealed: { 1: { rows: [RIGHT[0]!, altered] } } })).toHaveLength(1);
  });

  it('is wrong when a settled or a unanimous key is missing, or a value of it is open', () => {
    const open = { keyDigest: RIGHT[1]!.keyDigest, values: [2n, undefined] as unknown as Entry['values'] };
    for (const rows of [[RIGHT[0]!], [RIGHT[1]!], [RIGHT[0]!, open]])
      expect(guarantees(judge({ sealed: { 0: { rows } } }))).toEqual(['result']);
  });

  it('is wrong when a key is decided that f banks hold, or none', () => {
    const books = [book([1, 'a'], [6, 'f']), book([1, 'a']), book([1, 'a']), book([1, 'a'])];
    const rows = [entry(books[0]!, 1)];
    expect(judge({ books, all: { rows } })).toEqual([]);
    for (const more of [entry(books[0]!, 6), entry(book([7, 'g']), 7)])
      expect(judge({ books, sealed: { 0: { rows: [...rows, more] } }, all: { rows } })).toEqual([
        expect.stringMatching(/^result: epoch 0: north decided key [0-9a-f]{8} that the inputs leave open$/),
      ]);
  });

  it('is wrong when a key is settled without most of its honest holders: then more than f banks lie', () => {
    // Two liars where one is borne: with one of two honest banks they settle key 2.
    const books = [
      book([1, 'a'], [2, 'b']),
      book([1, 'a'], [2, 'x']),
      book([1, 'a'], [2, 'x']),
      book([1, 'a'], [2, 'x']),
    ];
    const rows = [entry(books[1]!, 1), entry(books[1]!, 2)];
    const facts = { honest: [0, 1], timely: false };
    const violations = judge({ books, facts, all: { rows } });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(
      /^result: epoch 0: key [0-9a-f]{8} settled without most of its honest holders$/,
    );
  });

  it('counts absence only where it is a claim', () => {
    const books = [book([5, 'e']), book(), book(), book()];
    const row = entry(books[0]!, 5);
    const two = [books[0]!, books[0]!, book(), book()];
    // Where it is, three of four settle that there is no such record; where it is not, two holders settle that there is.
    expect(judge({ books, all: { rows: [] } })).toEqual([]);
    expect(guarantees(judge({ books, all: { rows: [row] } }))).toEqual(['result']);
    expect(judge({ books: two, all: { rows: [] } })).toEqual([]);
    expect(judge({ books: two, facts: { schema: partial }, all: { rows: [row] } })).toEqual([]);
    expect(guarantees(judge({ books: two, facts: { schema: partial }, all: { rows: [] } }))).toEqual([
      'result',
    ]);
  });

  it('is judged by the inputs alone', () => {
    // Without the bank that differs key 2 is unanimous, and key 3 settled by nobody.
    expect(judge({ all: { inputs: [0, 2, 3] }, facts: { timely: false } })).toEqual([]);
  });
});
