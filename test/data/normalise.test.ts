import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { normaliseText } from '../../src/data/normalise.js';
import { schemaCodec } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';

const schemaWith = (normalise: unknown) =>
  defineSchema({
    name: 's',
    version: 1,
    absence: 'vote',
    key: ['code'],
    fields: { code: { type: 'string', normalise } },
  });
const apply = (normalise: unknown, text: string): string =>
  normaliseText(schemaWith(normalise).fields[0]!.normalise, text);

describe('a step of normalisation', () => {
  it.each<[unknown, string, string]>([
    ['strip-format-characters', '\u200bAB\u200d\u00ad12\ufeff\u202e', 'AB12'],
    ['strip-format-characters', 'Grey\u2011Stone\u00a0x', 'Grey\u2011Stone\u00a0x'],
    ['nfkc', '\ufb01ne Grey\u2011Stone', 'fine Grey\u2010Stone'],
    [{ replace: '.', with: '' }, '1.2.3', '123'],
    [{ replace: 'aa', with: 'a' }, 'aaaa', 'aa'],
    [{ replace: 'x', with: '$&$&' }, 'axb', 'a$&$&b'],
    [{ pad: 5, with: '0' }, '42', '00042'],
    [{ pad: 2, with: '0' }, '12345', '12345'],
    [{ pad: 3, with: '0' }, '\u{1f3e6}', '00\u{1f3e6}'],
    [{ pad: 3, with: '0' }, '', ''],
  ])('%j makes of %j %j', (step, text, out) => expect(apply([step], text)).toBe(out));

  it.each<[string, unknown]>([
    ['normalise[0].replace', { replace: '', with: 'x' }],
    ['normalise[0].replace', { replace: 'x'.repeat(300), with: 'x' }],
    ['normalise[0].with', { replace: 'x', with: 'x'.repeat(300) }],
    ['normalise[0].pad', { pad: 0, with: '0' }],
    ['normalise[0].pad', { pad: 257, with: '0' }],
    ['normalise[0].pad', { pad: 1.5, with: '0' }],
    ['normalise[0].with', { pad: 4, with: '' }],
    ['normalise[0].with', { pad: 4, with: '00' }],
    ['normalise[0]', { pad: 4 }],
    ['normalise[0]', { replace: 'x', with: 'y', all: true }],
    ['normalise[0]', 'strip'],
  ])('is refused at %s: %j', (path, step) =>
    expect(() => schemaWith([step])).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ path: `fields.code.${path}` }) }),
    ),
  );

  it('is part of the schema that banks agree on', () => {
    const steps = ['nfkc', 'strip-format-characters', { replace: '-', with: '' }, { pad: 9, with: '0' }];
    const schema = schemaWith(steps);
    expect(decode(schemaCodec, encode(schemaCodec, schema)).fields).toEqual(schema.fields);
    const digests = [
      schema,
      schemaWith(steps.slice(1)),
      schemaWith([...steps.slice(0, 3), { pad: 8, with: '0' }]),
    ];
    expect(new Set(digests.map(({ digest }) => digest.join())).size).toBe(3);
  });
});
