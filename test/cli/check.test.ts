import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concordat, refusal } from './built.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(`${tmpdir()}/concordat-check-`);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const BANKS = ['a', 'b', 'c', 'd'].map((bank) => `bank-${bank}.csv`);
const put = (name: string, content: string | Uint8Array | object): void =>
  writeFileSync(
    join(cwd, name),
    typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
  );
const SCHEMA = {
  name: 'trades',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    day: { type: 'date', formats: ['M/d/yyyy', 'd/M/yyyy', 'd-MMM-yyyy'] },
    amount: { type: 'decimal', scale: 2 },
  },
};
const GOOD = 'id,day,amount\n1,2024-12-16,10.00\n2,2024-12-13,20.00\n';
const good = (...files: readonly string[]): void => {
  for (const file of files) put(file, GOOD);
};
const check = (...files: readonly string[]) => concordat(cwd, 'check', '--schema', 'schema.json', ...files);
const reconcile = (...options: readonly string[]) =>
  concordat(cwd, 'reconcile', '--schema', 'schema.json', ...options, ...BANKS);

describe('check', () => {
  it('shows what was read of every column, writes nothing, and ends with 0', async () => {
    put('schema.json', SCHEMA);
    put('bank-a.csv', 'ID,Day,amount\n1,16-dec-2024,10\n2,2024-12-13,-20.5\n');
    const before = readdirSync(cwd);
    const { code, stdout, stderr } = await check('bank-a.csv');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('bank-a.csv: 2 records');
    expect(stdout).toContain('16-dec-2024 → 2024-12-16');
    expect(stdout).toContain('-20.5 → -20.50');
    expect(stdout.trimEnd().endsWith('1 file read without a fault')).toBe(true);
    expect(readdirSync(cwd)).toEqual(before);
  });

  it('lists every fault of every file, and ends with 2', async () => {
    put('schema.json', SCHEMA);
    put('bank-a.csv', 'id,day,amount\n1,11/12/2024,10.00\n2,13/12/2024,20.00\n3,2024-12-01,1.234\n');
    put('bank-b.csv', Uint8Array.of(0x50, 0x4b, 3, 4));
    good('bank-c.csv');
    const { code, stdout } = await check('bank-a.csv', 'bank-b.csv', 'bank-c.csv', 'missing.csv');
    expect(code).toBe(2);
    expect(stdout).toContain(
      'bank-a.csv:2:day: "11/12/2024" is two days: 2024-11-12 as M/d/yyyy, 2024-12-11 as d/M/yyyy',
    );
    expect(stdout).toContain('bank-a.csv:4:amount: "1.234" is not a decimal of at most 2 digits');
    expect(stdout).toContain('bank-b.csv: the file is a ZIP archive');
    expect(stdout).toContain('missing.csv: no such file or directory');
    expect(stdout.trimEnd().endsWith('2 files cannot be read, 2 rows cannot be read')).toBe(true);
  });

  it('prints the same as one JSON document', async () => {
    put('schema.json', SCHEMA);
    put('bank-a.csv', 'id,day,amount\nx,2024-12-16,1.000\n2,2024-12-16,1.000\n');
    const { code, stdout, stderr } = await check('--json', 'bank-a.csv', 'missing.csv');
    expect([code, stderr]).toEqual([2, '']);
    const { version, files } = JSON.parse(stdout);
    expect(version).toBe(1);
    expect(files).toMatchObject([
      {
        bank: 'bank-a',
        error: null,
        records: 1,
        declaredIn: null,
        badRows: [{ file: 'bank-a.csv', line: 2, column: 'id', cell: 'x', reason: '"x" is not an integer' }],
      },
      { bank: 'missing', records: null, error: 'missing.csv: no such file or directory' },
    ]);
    expect(files[0].columns[2]).toMatchObject({ field: 'amount', surplus: { count: 1 } });
  });

  it('takes a dialect from a file beside the table, else from the schema file', async () => {
    const german = { delimiter: ';', decimal: ',' };
    put('schema.json', { ...SCHEMA, dialects: { 'bank-a': german, 'bank-b': { delimiter: '|' } } });
    put('bank-a.csv', 'id;day;amount\n1;2024-12-16;10,00\n');
    put('bank-b.csv', 'id\tday\tamount\n1\t2024-12-16\t10.00\n');
    put('bank-b.dialect.json', { delimiter: '\t' });
    const { code, stdout } = await check('bank-a.csv', 'bank-b.csv');
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('as declared in bank-b.dialect.json: delimiter "\\t"'),
    ]);
    expect(stdout).toContain('as declared in schema.json: delimiter ";", decimal ","');
  });

  it.each<[string, object, RegExp]>([
    [
      'for no bank',
      { dialects: { 'bank-x': {} } },
      /^schema\.json: "dialects" has one for "bank-x", which no file/,
    ],
    [
      'that is none',
      { dialects: { 'bank-a': { decimal: ':' } } },
      /^schema\.json: dialects\.bank-a: "decimal" is none of/,
    ],
    ['no object', { dialects: [] }, /^schema\.json:\d+:\d+: "dialects" is not an object/],
  ])('refuses a dialect %s', async (_, changes, line) => {
    put('schema.json', { ...SCHEMA, ...changes });
    good('bank-a.csv');
    expect(refusal(await check('bank-a.csv'), 2)).toMatch(line);
  });

  it('does not wait for a pipe that nobody writes', async () => {
    put('schema.json', SCHEMA);
    execFileSync('mkfifo', [join(cwd, 'bank-a.csv')]);
    const { code, stdout } = await check('bank-a.csv');
    expect([code, stdout]).toEqual([2, expect.stringContaining('bank-a.csv: it is not a regular file')]);
  });

  it('shows what cannot be seen', async () => {
    put('schema.json', { ...SCHEMA, key: ['id'], fields: { id: { type: 'string' } } });
    put('bank-a.csv', 'id\nAB\u200b12\n');
    expect((await check('bank-a.csv')).stdout).toContain('AB<U+200B>12');
  });
});

describe('reconcile', () => {
  it('tells all faults of all files at once: the first, how many more, and what lists them', async () => {
    put('schema.json', SCHEMA);
    good('bank-a.csv', 'bank-d.csv');
    put('bank-b.csv', 'id,day,amount\nx,2024-12-16,10.00\ny,2024-12-16,10.00\n');
    put('bank-c.csv', 'id;day;amount\n');
    expect(refusal(await reconcile(), 2)).toBe(
      'bank-c.csv:1: no column for "id" (looked for "id"); line 1 looks like the header: declare "delimiter": ";" in a dialect; 2 more faults, which npx concordat check --schema schema.json bank-a.csv bank-b.csv bank-c.csv bank-d.csv lists',
    );
  });

  it('never takes a row that cannot be read for one that does not exist', async () => {
    put('schema.json', { ...SCHEMA, absence: 'vote' });
    good('bank-a.csv', 'bank-b.csv', 'bank-c.csv');
    put('bank-d.csv', GOOD.replace('2024-12-13', '13-Sept-2024'));
    for (const options of [[], ['--skip-bad-rows']])
      expect(refusal(await reconcile(...options), 2)).toMatch(
        /^bank-d\.csv:3:day: "13-Sept-2024" is not a date/,
      );
    expect(refusal(await reconcile('--skip-bad-rows'), 2)).toContain('is refused under "absence": "vote"');
    good('bank-d.csv');
    expect((await reconcile('--skip-bad-rows')).code).toBe(0);
  });

  it('writes rows left out to rejects.csv, up to a limit', async () => {
    put('schema.json', SCHEMA);
    good('bank-a.csv', 'bank-b.csv', 'bank-c.csv');
    put('bank-d.csv', `${GOOD}3,2024-13-01,"1,00"\nfour,2024-12-01,1.00\n`);
    expect(refusal(await reconcile('--skip-bad-rows', '--max-bad-rows', '1'), 2)).toMatch(
      /^2 rows of 10 cannot be read, more than --max-bad-rows allows/,
    );
    expect(refusal(await reconcile('--skip-bad-rows', '--max-bad-rows', '19.9%'), 2)).toMatch(
      /^2 rows of 10/,
    );
    const { code } = await reconcile('--skip-bad-rows', '--max-bad-rows', '20%');
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, 'out/rejects.csv'), 'utf8')).toBe(
      'file,line,column,cell,reason\n' +
        'bank-d.csv,4,day,2024-13-01,"""2024-13-01"" is not a date in yyyy-MM-dd, M/d/yyyy, d/M/yyyy, d-MMM-yyyy"\n' +
        'bank-d.csv,5,id,four,"""four"" is not an integer"\n',
    );
  });

  it.each(['', '-1', '1.5', '101%', '1e3', '%', '5 %'])(
    'takes no limit of rows left out %j',
    async (limit) => {
      put('schema.json', SCHEMA);
      good(...BANKS);
      expect(refusal(await reconcile(`--max-bad-rows=${limit}`), 2)).toContain('--max-bad-rows');
    },
  );

  it('refuses one file for two banks, by whatever names', async () => {
    put('schema.json', SCHEMA);
    good('bank-a.csv', 'bank-b.csv', 'bank-c.csv');
    symlinkSync('bank-c.csv', join(cwd, 'bank-d.csv'));
    expect(refusal(await reconcile(), 2)).toBe(
      'bank-d.csv and bank-c.csv are one file: each bank needs its own',
    );
  });

  it('refuses a bank whose name has what cannot be seen', async () => {
    put('schema.json', SCHEMA);
    good('bank-a.csv', 'bank-\u200ba.csv');
    expect(refusal(await check('bank-a.csv', 'bank-\u200ba.csv'), 2)).toContain(
      'a character that cannot be seen',
    );
  });

  it.each<[string, object, RegExp]>([
    [
      'a bank',
      { authority: ['bank-a', 'bank-x'] },
      /^schema\.json: fields\.amount\.resolve\.authority: no bank is called "bank-x"/,
    ],
    [
      'a function',
      { function: 'mine' },
      /^schema\.json: fields\.amount\.resolve: the function "mine" is its host's/,
    ],
  ])('refuses a schema that names %s that it has not', async (_, resolve, line) => {
    put('schema.json', {
      ...SCHEMA,
      fields: { ...SCHEMA.fields, amount: { ...SCHEMA.fields.amount, resolve } },
    });
    good(...BANKS);
    expect(refusal(await reconcile(), 2)).toMatch(line);
  });

  it('writes composite keys that differ differently', async () => {
    mkdirSync(join(cwd, 'x'), { recursive: true });
    put('schema.json', {
      name: 'lines',
      version: 1,
      absence: 'vote',
      key: ['book', 'line'],
      fields: { book: { type: 'string' }, line: { type: 'string' }, amount: { type: 'decimal', scale: 2 } },
    });
    const lines = (a: string, b: string): string =>
      `book,line,amount\nNorth / South,7,${a}\nNorth,South / 7,${b}\n`;
    for (const [i, [a, b]] of [
      ['1.00', '2.00'],
      ['1.00', '2.00'],
      ['1.10', '2.00'],
      ['1.20', '2.20'],
    ].entries())
      put(BANKS[i]!, lines(a!, b!));
    expect((await reconcile()).code).toBe(0);
    const keys = readFileSync(join(cwd, 'out/breaks.csv'), 'utf8')
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0]);
    expect(new Set(keys)).toEqual(new Set(['North \\/ South / 7', 'North / South \\/ 7']));
  });
});
