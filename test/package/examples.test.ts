import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, ROOT } from '../cli/built.js';
import { textOf } from './documents.js';

const run = promisify(execFile);
const printedBy = async (example: string): Promise<string> => {
  const { stdout, stderr } = await run(process.execPath, [join('examples', example)], { cwd: ROOT });
  expect(stderr).toBe('');
  return stdout;
};

beforeAll(build);

describe('the examples', () => {
  it('reference data: ten copies come to one list, most of it unanimous, and few records leave their bank', async () => {
    const printed = await printedBy('reference-data.mjs');
    expect(printed).toContain('10 copies with 569 failed banks between them');
    const counts = [...printed.matchAll(/^ {2}(\d+) (?:are|differ)/gm)].map(([, count]) => Number(count));
    expect(counts.length).toBe(4);
    expect(counts.reduce((a, b) => a + b)).toBe(569);
    expect(counts[0]).toBeGreaterThan(400);
    expect(printed).toMatch(/sealed by (?:[7-9]|10) banks; \d{1,3} of 5485 records left their bank/);
    expect(printed).toMatch(/^ {2}name {3}\S/m);
  });

  it('payments: the statistics name the book that is off as a whole, and the median decides cents', async () => {
    const printed = await printedBy('payments.mjs');
    expect(printed).toContain("Grove stands out: the mean of its amounts is far from the others'");
    expect(printed).not.toMatch(/(?:Adler|Birch|Cedar|Doyle|Ebner|Frost) stands out/);
    expect(printed).toContain('Grove has 16 payments to correct');
    expect(printed).toMatch(/7 books are within tolerance of the median, which stands/);
  });

  it('custom rule: its prices stand, and neither the slip nor the lie is among them', async () => {
    const printed = await printedBy('custom-rule.mjs');
    expect(printed.split('\n').slice(0, 3)).toEqual([
      'XS0000000001 99.125',
      'XS0000000002 101.250',
      'XS0000000003 87.000',
    ]);
    expect(printed).toContain('XS0000000002: price by prudent, from Paris');
    expect(printed).toContain('agreement: true, violations: 0');
  });

  it('hostile: two liars and a mute change nothing, and the one who contradicts itself is proven faulty', async () => {
    const printed = await printedBy('hostile.mjs');
    expect(printed).toMatch(/falsify +divergent$/m);
    expect(printed).toMatch(/equivocate +faulty: two-[a-z]+, verified/);
    expect(printed.match(/ honest +agreed$/gm)?.length).toBe(7);
    expect(printed).toContain('all honest banks sealed the same result: true\nguarantees violated: 0');
    expect(printed).toContain('right cells: 100.00 %');
  });

  it('own transport: four threads with a link each to the others seal one result that verifies', async () => {
    const printed = await printedBy('own-transport/main.mjs');
    const sealed = ['east', 'north', 'south', 'west'].map((bank) => `${bank} sealed; 3 executors signed\n`);
    expect(printed).toBe(`${sealed.join('')}1 result among 4 banks\n1  Ada  1200.00\n2  Grace  88.50\n`);
  });

  it('library: on a wide-area network and under a strategy of its own, no guarantee is violated', async () => {
    const printed = await printedBy('library.mjs');
    expect(printed).toMatch(/^agreement: true, violations: 0\n/);
    expect(printed.match(/ honest /g)?.length).toBe(5);
  });

  it('are each named in the README', () => {
    const programs = readdirSync(join(ROOT, 'examples')).filter((name) => name !== 'failed-banks');
    expect(programs.length).toBe(6);
    for (const program of programs) expect(textOf('README.md')).toContain(`(examples/${program}`);
  });
});
