import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { concordat, refusal } from './built.js';
import { SCHEMA, table, writeConsortium } from './small-consortium.js';

let cwd: string;
let files: string[];
beforeEach(() => {
  cwd = mkdtempSync(`${tmpdir()}/concordat-reconcile-`);
  files = writeConsortium(cwd);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** A folder in which a run of the same files wrote its output, under seed 1. */
let earlier: string;
beforeAll(async () => {
  earlier = mkdtempSync(`${tmpdir()}/concordat-earlier-`);
  const same = writeConsortium(earlier);
  const args = ['reconcile', '--schema', 'schema.json', '--seed', '1', ...same];
  expect((await concordat(earlier, ...args)).code).toBe(0);
});
afterAll(() => rmSync(earlier, { recursive: true, force: true }));

const run = (...options: string[]) =>
  concordat(cwd, 'reconcile', '--schema', 'schema.json', ...options, ...files);
const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);
const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
const schemaWith = (changes: object): string => JSON.stringify({ ...SCHEMA, ...changes });
const OUTPUTS = [
  'breaks.csv',
  'explain.jsonl',
  'manifest.json',
  'reconciled.csv',
  'report.html',
  'seal.json',
];

describe('reconcile', () => {
  it('writes all files, which agree with one another', async () => {
    const { code, stdout, stderr } = await run('--seed', '1');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('✔ agreed');
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(OUTPUTS);
    expect(readdirSync(cwd).sort()).toEqual([...files, 'out', 'schema.json'].sort());
    const rows = read('out/reconciled.csv').split('\n');
    expect(rows[0]).toBe('id,owner,balance');
    expect(rows.slice(1, 11)).toEqual(table().split('\n').slice(1, 11));
    expect(read('out/breaks.csv')).toMatch(
      /^key,field,state,reason,holders,support,about,agreed,dissenters,sides\n8,[a-z]*,divergent,/,
    );
    expect(read('out/report.html')).toContain(
      'npx concordat reconcile --schema schema.json --seed 1 bank-1.csv',
    );
    for (const line of read('out/explain.jsonl').trimEnd().split('\n'))
      expect(JSON.parse(line)).toMatchObject({
        key: '8',
        class: 'settled',
        rule: 'settled',
      });
    // Nobody dissents in a field on which all agree.
    const dissenters = read('out/explain.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ field, dissenters }) => [field, dissenters]);
    expect(Object.fromEntries(dissenters)).toEqual({ id: [], owner: ['bank-4'], balance: [] });
  });

  it('prints one JSON document with --json, the report, and nothing else', async () => {
    const { code, stdout, stderr } = await run('--json', '--out', 'elsewhere');
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      version: 1,
      banks: 4,
      faults: 1,
      quorum: 3,
      agreement: true,
      violations: [],
      skippedRows: [],
    });
    expect(report.keys).toMatchObject({ total: 40, unanimous: 39, settled: 1 });
    expect(report.perBank.map(({ id }: { id: string }) => id)).toEqual([
      'bank-1',
      'bank-2',
      'bank-3',
      'bank-4',
    ]);
    expect(report.files).toEqual(
      ['reconciled.csv', 'breaks.csv', 'explain.jsonl', 'seal.json', 'manifest.json', 'report.html'].map(
        (name) => `elsewhere/${name}`,
      ),
    );
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    expect(report.statistics).toMatchObject({ mode: 'aggregate', outliers: [] });
    const page = read('elsewhere/report.html');
    expect(page).toContain('<pre>npx concordat reconcile --schema schema.json --out elsewhere bank-1.csv');
    for (const name of ['skipBadRows', 'sketchSymbols', 'maxDifferences', 'schemaDigest'])
      expect(page).toContain(`<td>${name}</td>`);
    expect(JSON.parse(read('elsewhere/seal.json')).resultRoot).toBe(report.resultRoot);
  });

  it('decides a disputed key by the schema’s rules, shows how in all files, and what stays open', async () => {
    // Record 3 is in no two files alike: one owner has three voices of four, no balance has more than one.
    const versions = ['Owner 3,3.00', 'Owner 3,3.10', 'Owner 3,3.20', 'Else,9.00'];
    versions.forEach((version, i) => {
      put(`bank-${i + 1}.csv`, table({ 2: ['3', ...version.split(',')] }));
    });
    const byMajority = { ...SCHEMA.fields, balance: { ...SCHEMA.fields.balance, resolve: 'majority' } };
    put('schema.json', JSON.stringify({ ...SCHEMA, fields: byMajority }));
    const { code, stdout } = await run();
    expect(code).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('of the disputed, 0 decided, 1 unresolved');
    expect(text).toContain('1 × best value has 1 of 4 voices, 3 decide');
    expect(read('out/reconciled.csv')).toContain('\n3,Owner 3,\n');
    expect(read('out/breaks.csv')).toContain(
      '3,balance,unresolved,"best value has 1 of 4 voices, 3 decide",bank-1;bank-2;bank-3;bank-4,1,field,',
    );
    const why = read('out/explain.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(why).toContainEqual({
      key: '3',
      field: 'owner',
      value: 'Owner 3',
      rule: 'majority',
      supporters: ['bank-1', 'bank-2', 'bank-3'],
      dissenters: ['bank-4'],
      margin: 0,
      class: 'disputed',
    });
    expect(read('out/report.html')).toContain('Disputed fields, decided (1)');
    put('schema.json', JSON.stringify(SCHEMA));
    expect((await run()).code).toBe(0);
    expect(read('out/reconciled.csv')).toContain('\n3,Owner 3,3.10\n');
    expect(read('out/breaks.csv')).not.toContain('unresolved');
    expect((await run('--quota', '0')).code).toBe(0);
    expect(read('out/breaks.csv')).toContain('the quota of forced disclosures is used up');
  });

  it('opens statistics as it is told', async () => {
    for (const [mode, expected] of [
      ['none', null],
      ['open', { mode: 'open', fields: [{ field: 'balance' }] }],
    ] as const) {
      const { code, stdout } = await run('--statistics', mode, '--json');
      expect(code).toBe(0);
      const { statistics } = JSON.parse(stdout);
      if (expected === null) expect(statistics).toBeNull();
      else expect(statistics).toMatchObject(expected);
      expect(read('out/report.html').includes('Column statistics')).toBe(expected !== null);
    }
  });

  it('gives the same bytes for the same seed, the duration aside', async () => {
    await run('--seed', '1', '--out', 'again');
    for (const name of OUTPUTS.filter((name) => name !== 'report.html'))
      expect(read(`again/${name}`)).toBe(readFileSync(join(earlier, 'out', name), 'utf8'));
  });

  it('has keys of its own where no seed is given, and is a rehearsal in all that it writes', async () => {
    const keys: string[] = [];
    for (const folder of ['once', 'twice']) {
      const { stdout } = await run('--json', '--out', folder);
      expect(JSON.parse(stdout).seed).toBeNull();
      const manifest = JSON.parse(read(`${folder}/manifest.json`));
      expect(manifest.rehearsal).toBe(true);
      keys.push(
        ...manifest.banks.flatMap(({ id: _, ...each }: Record<string, string>) => Object.values(each)),
      );
      const page = read(`${folder}/report.html`);
      expect(page).toContain('A rehearsal: one process had the keys of all banks');
      expect(page).toContain('<td>seed</td><td><code>random</code></td>');
      expect(page).not.toContain('--seed');
    }
    const known = readFileSync(join(earlier, 'out', 'manifest.json'), 'utf8');
    expect(new Set(keys).size).toBe(2 * 4 * 4);
    for (const key of keys) expect(known).not.toContain(key);
  });

  it('lets a bank lie and still finds what the others hold', async () => {
    const { code, stdout } = await run('--adversary', 'bank-2=falsify', '--json');
    expect(code).toBe(0);
    const { perBank } = JSON.parse(stdout);
    expect(perBank[1]).toMatchObject({ id: 'bank-2', adversary: 'falsify', honest: false });
    const truth = table().split('\n');
    for (const row of read('out/reconciled.csv').trimEnd().split('\n').slice(1))
      if (!row.startsWith('8,')) expect(truth).toContain(row);
  });

  it('names banks by their files, whatever characters they have', async () => {
    put('Banque d’Été <b>.csv', `${table()}41,New,1.00\n`);
    files[0] = 'Banque d’Été <b>.csv';
    put('schema.json', JSON.stringify({ ...SCHEMA, absence: 'vote' }));
    expect((await run()).code).toBe(0);
    // Nobody else holds record 41, and where absence is a claim they settle that it is not there.
    const text = read('out/report.html').replace(/<[^>]+>/g, '');
    expect(text).toContain('a record: Banque d’Été &lt;b&gt;');
    expect(text).toContain('no record, as agreed: bank-2, bank-3, bank-4');
    expect(read('out/report.html')).toContain('Banque d’Été &lt;b&gt;');
    expect(read('out/report.html')).not.toContain('<b>.csv');
  });

  it('reads windows-1252 and unknown columns, and says so', async () => {
    const text = table()
      .replace(/\n/g, ',x\n')
      .replace('Owner 1,', 'Müller,')
      .replace('balance,x', 'balance,memo');
    put('bank-1.csv', Buffer.from(text, 'latin1'));
    const { code, stdout } = await run('--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).notices).toEqual([
      { bank: 'bank-1', file: 'bank-1.csv', text: 'not UTF-8, read as windows-1252 (first at line 2)' },
      { bank: 'bank-1', file: 'bank-1.csv', text: 'ignored column "memo"' },
    ]);
  });

  it('counts the rows that --skip-bad-rows leaves out', async () => {
    put('bank-3.csv', table({ 3: ['4', 'Owner 4'], 5: ['six', 'Owner 6', '1.00'] }));
    const { code, stdout } = await run('--skip-bad-rows', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).skippedRows).toMatchObject([
      { file: 'bank-3.csv', line: 5, column: null },
      { file: 'bank-3.csv', line: 7, column: 'id' },
    ]);
    expect((await run('--skip-bad-rows')).stdout).toContain('skipped 2 bad rows');
  });
});

describe('an input that cannot be read ends with 2, one line, and no output', () => {
  const refused = async (...options: string[]): Promise<string> => {
    const line = refusal(await run(...options), 2);
    expect(readdirSync(cwd).filter((name) => name.startsWith('out'))).toEqual([]);
    return line;
  };

  it('a missing file', async () => {
    files[1] = 'bank-9.csv';
    expect(await refused()).toBe('bank-9.csv: no such file or directory');
  });
  it('a directory', async () => {
    mkdirSync(join(cwd, 'dir.csv'));
    files[1] = 'dir.csv';
    expect(await refused()).toBe('dir.csv: it is a directory');
  });
  it('an empty file', async () => {
    put('bank-2.csv', '');
    expect(await refused()).toBe('bank-2.csv: the file is empty');
  });
  it('a short row, with its line', async () => {
    put('bank-2.csv', table({ 3: ['4', 'Owner 4'] }));
    expect(await refused()).toBe(
      'bank-2.csv:5: the row has 2 cells, the header has 3; --skip-bad-rows leaves such rows out, as if the bank did not know them',
    );
  });
  it('a long row, with its line', async () => {
    put('bank-2.csv', table({ 3: ['4', 'Owner 4', '1.00', 'more'] }));
    expect(await refused()).toBe(
      'bank-2.csv:5: the row has 4 cells, the header has 3; --skip-bad-rows leaves such rows out, as if the bank did not know them',
    );
  });
  it('a value of the wrong type, with its line and column', async () => {
    put('bank-2.csv', table({ 3: ['4', 'Owner 4', '1,5'.replace(',', '.555')] }));
    expect(await refused()).toMatch(/^bank-2\.csv:5:balance: /);
  });
  it('a value that drives a terminal', async () => {
    put('bank-2.csv', table({ 3: ['\u001b[2J', 'Owner 4', '1.00'] }));
    expect(await refused()).toMatch(/^bank-2\.csv:5:id: /);
  });
  it('a duplicate key, with both lines', async () => {
    put('bank-2.csv', table({ 3: ['2', 'Owner 4', '1.00'] }));
    expect(await refused()).toBe(
      'bank-2.csv:3: line 5 has the key "2" too, and differs; --skip-bad-rows leaves such rows out, as if the bank did not know them; 1 more fault, which npx concordat check --schema schema.json bank-1.csv bank-2.csv bank-3.csv bank-4.csv lists',
    );
  });
  it('a missing column, with the names that were looked for', async () => {
    put('bank-2.csv', table().replace('owner', 'holder'));
    expect(await refused()).toBe('bank-2.csv:1: no column for "owner" (looked for "owner")');
  });
  it('a quote that is never closed, with its line', async () => {
    put('bank-2.csv', `${table()}41,"Owner\n`);
    expect(await refused()).toBe('bank-2.csv:42: a quoted cell opens here and does not end');
  });
  it('a schema that is not JSON, with line and column', async () => {
    put('schema.json', '{\n  "name": "x",\n}');
    expect(await refused()).toBe('schema.json:3:1: not JSON: expected name, found "}"');
  });
  it('a schema that is not UTF-8', async () => {
    put('schema.json', Buffer.from('{"name": "Zürich"}', 'latin1'));
    expect(await refused()).toBe('schema.json: the file is not UTF-8');
  });
  it('a schema that does not hold, with the path', async () => {
    put('schema.json', JSON.stringify({ ...SCHEMA, key: ['nothing'] }));
    expect(await refused()).toBe('schema.json:1:59: schema at key[0]: "nothing" is not a field');
  });
  it.each([
    ['[]', '1:1: schema: is not an object'],
    ['null', '1:1: schema: is not an object'],
    ['\n "text"', '2:2: schema: is not an object'],
    ['{}', '1:1: schema at name: is missing'],
    ['{"name": 7}', '1:2: schema at name: is not a string'],
    [schemaWith({ absence: 'maybe' }), '1:32: schema at absence: is none of "vote", "abstain"'],
    [schemaWith({ key: 'id' }), '1:52: schema at key: is not a list'],
    [schemaWith({ fields: { id: [] } }), /schema at fields\.id: is not an object$/],
    [schemaWith({ fields: { id: { type: 'number' } } }), /schema at fields\.id\.type: is none of "integer"/],
    [schemaWith({ fields: { id: { type: 'integer', colour: 1 } } }), /at fields\.id\.colour: is unknown$/],
  ])('a schema that is %s, in words and with the place', async (text, reason) => {
    put('schema.json', text);
    const line = await refused();
    if (typeof reason === 'string') expect(line).toBe(`schema.json:${reason}`);
    else expect(line).toMatch(reason);
    expect(line).toMatch(/^schema\.json:\d+:\d+: schema/);
  });
  it('an unknown adversary, with those there are', async () =>
    expect(await refused('--adversary', 'bank-2=gremlin')).toMatch(/"gremlin".*falsify/));
  it('more faults than the files bear', async () =>
    expect(await refused('--faults', '2')).toBe(
      '4 files for 2 lying banks: to tolerate F lying banks takes 3F + 1 files, here 7',
    ));
});

describe('old output', () => {
  beforeEach(() => cpSync(join(earlier, 'out'), join(cwd, 'out'), { recursive: true }));

  it('stays as it was when a run fails, without debris', async () => {
    const before = OUTPUTS.map((name) => read(`out/${name}`));
    put('bank-2.csv', '');
    refusal(await run(), 2);
    expect(OUTPUTS.map((name) => read(`out/${name}`))).toEqual(before);
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(OUTPUTS);
    expect(readdirSync(cwd).sort()).toEqual([...files, 'out', 'schema.json'].sort());
  });

  it('stays as it was when agreement is not reached, which ends with 1', async () => {
    const before = read('out/seal.json');
    const { code, stdout, stderr } = await run(
      '--adversary',
      'bank-1=silent',
      '--adversary',
      'bank-2=silent',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^concordat: [^\n]+\n$/);
    expect(stdout).toContain('✘ no agreement');
    expect(stdout).toContain('nothing: what was there is as it was');
    expect(read('out/seal.json')).toBe(before);
    expect(readdirSync(cwd).sort()).toEqual([...files, 'out', 'schema.json'].sort());
  });

  it('is replaced by name, next to what others put there', async () => {
    put('out/notes.txt', 'mine');
    put('out/reconciled.csv', 'stale');
    expect((await run()).code).toBe(0);
    expect(read('out/notes.txt')).toBe('mine');
    expect(read('out/reconciled.csv')).toMatch(/^id,owner,balance\n/);
  });

  it.each([
    ['of a founding', { format: 'concordat-manifest', version: 1, rehearsal: false }],
    ['of an older version', { format: 'concordat-manifest', version: 1 }],
    ['of no kind', { rehearsal: true }],
    ['whose mark is none', { format: 'concordat-manifest', rehearsal: 'true' }],
    ['that is null', null],
    ['that is no JSON', '{'],
  ])(
    'is not replaced where there is a manifest %s, which is refused before a bank is read',
    async (_, document) => {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      put('out/manifest.json', text);
      put('bank-2.csv', '');
      const before = read('out/seal.json');
      expect(refusal(await run(), 2)).toBe(
        'out/manifest.json: it is not the manifest of a rehearsal, and is not overwritten; choose another --out',
      );
      expect(read('out/manifest.json')).toBe(text);
      expect(read('out/seal.json')).toBe(before);
      expect(readdirSync(join(cwd, 'out')).sort()).toEqual(OUTPUTS);
    },
  );

  it('is not a file: that is refused before anything runs', async () => {
    rmSync(join(cwd, 'out'), { recursive: true });
    put('out', 'mine');
    expect(refusal(await run(), 2)).toBe('out: it exists and is not a directory');
    expect(read('out')).toBe('mine');
  });
});
