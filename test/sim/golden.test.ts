import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { goldenCases, goldenText } from './golden-cases.js';

const FOLDER = new URL('../golden/', import.meta.url);
const PREFIX = 'epoch-';
const fileOf = (name: string): string => fileURLToPath(new URL(`${PREFIX}${name}.txt`, FOLDER));

describe('an epoch', () => {
  it.each(goldenCases)('$name goes as it is written down', async (golden) => {
    const text = goldenText(golden, await golden.run());
    if (process.env.UPDATE_GOLDEN) writeFileSync(fileOf(golden.name), text);
    expect(text).toBe(readFileSync(fileOf(golden.name), 'utf8'));
  });

  it('is written down for each case, and for nothing else', () => {
    const written = readdirSync(FOLDER).filter((name) => name.startsWith(PREFIX));
    expect(written.sort()).toEqual(goldenCases.map(({ name }) => `${PREFIX}${name}.txt`).sort());
  });
});
