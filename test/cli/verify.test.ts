import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/cli-error.js';
import { loadBls } from '../../src/crypto/bls-load.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { manifestDocument, readManifest, readSeal, sealDocument } from '../../src/protocol/documents.js';
import type { Manifest } from '../../src/protocol/manifest.js';
import { checkSeal } from '../../src/protocol/seal.js';
import type { Suite } from '../../src/protocol/suite.js';
import { consortium, Net } from '../protocol/network.js';
import { concordat, refusal } from './built.js';
import { writeConsortium } from './small-consortium.js';

let cwd: string;
let suite: Suite;
let trusted: Manifest;
// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests alter at will
let seal: any;
// biome-ignore lint/suspicious/noExplicitAny: as above
let manifest: any;
beforeAll(async () => {
  cwd = mkdtempSync(`${tmpdir()}/concordat-verify-`);
  const files = writeConsortium(cwd);
  const run = (out: string, seed: string) =>
    concordat(
      cwd,
      'reconcile',
      '--schema',
      'schema.json',
      '--seed',
      seed,
      '--out',
      out,
      '--adversary',
      'bank-3=equivocate',
      ...files,
    );
  await run('out', '1');
  await run('other', '2');
  suite = defaultSuite(await loadBls());
  seal = JSON.parse(readFileSync(join(cwd, 'out/seal.json'), 'utf8'));
  manifest = JSON.parse(readFileSync(join(cwd, 'out/manifest.json'), 'utf8'));
  trusted = readManifest(manifest, suite);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const put = (name: string, content: unknown): string => {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
};
const verify = (manifestFile: string, sealFile: string, ...options: string[]) =>
  concordat(cwd, 'verify', '--manifest', manifestFile, sealFile, ...options);
/** As the command checks it, under a manifest that is read once: refused with an error that makes it end with 1. */
function expectRefused(document: unknown): void {
  let found: unknown = null;
  try {
    checkSeal(trusted, readSeal(document, trusted), suite);
  } catch (error) {
    found = error;
  }
  expect(isConcordatError(found), `${found}`).toBe(true);
  expect(exitCodeOf(found)).toBe(1);
}
const flipped = (hex: string, at: number): string => {
  const place = Math.floor(at * hex.length);
  return hex.slice(0, place) + (hex[place] === '0' ? '1' : '0') + hex.slice(place + 1);
};

describe('a seal', () => {
  it('verifies against its manifest, with its evidence in words', async () => {
    const { code, stdout, stderr } = await verify('out/manifest.json', 'out/seal.json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('the seal is valid');
    expect(stdout).toContain('Rehearsal   one process made the keys of all banks');
    expect(stdout).toContain(seal.resultRoot);
    for (const { accused } of seal.evidence) expect(stdout).toContain(`${accused} signed two different`);
  });

  it('is told as one JSON document with --json', async () => {
    const { code, stdout, stderr } = await verify('out/manifest.json', 'out/seal.json', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      rehearsal: true,
      resultRoot: seal.resultRoot,
      totals: seal.totals,
      signers: seal.signers,
      evidence: seal.evidence,
    });
  });

  it('is called no rehearsal where its banks have their own keys', async () => {
    const founded = await consortium(4, 1);
    const sealed = new Net(founded).start().run().output(0, 'sealed')[0]!.seal;
    put('founded.json', manifestDocument(founded.manifest));
    put('sealed.json', sealDocument(founded.manifest, sealed));
    const { code, stdout } = await verify('founded.json', 'sealed.json');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/rehearsal/i);
    const { stdout: json } = await verify('founded.json', 'sealed.json', '--json');
    expect(JSON.parse(json)).toMatchObject({ valid: true, rehearsal: false });
  });

  it('verifies whatever the order and spacing of its JSON', async () => {
    const reversed = Object.fromEntries(Object.entries(seal).reverse());
    expect(
      (
        await verify(
          'out/manifest.json',
          put('reversed.json', `\n ${JSON.stringify(reversed, null, '\t')}\r\n`),
        )
      ).code,
    ).toBe(0);
  });

  it.each([
    'format',
    'version',
    'consortiumId',
    'epoch',
    'value',
    'resultRoot',
    'totals',
    'inputs',
    'signers',
    'executors',
    'evidence',
    'canonical',
  ])('is refused without its %s, or with another one', (field) => {
    const { [field]: value, ...rest } = seal;
    expectRefused(rest);
    const other =
      typeof value === 'string'
        ? flipped(value, 0.5)
        : typeof value === 'number'
          ? value + 1
          : { ...value, x: 1 };
    expectRefused({ ...seal, [field]: other });
  });

  it.each([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9999])(
    'is refused with a digit altered at %d of its bytes',
    (at) => expectRefused({ ...seal, canonical: flipped(seal.canonical, at) }),
  );

  it.each(['', '00', 'zz', 'f'])('is refused with bytes %j', (canonical) => {
    expectRefused({ ...seal, canonical });
    expectRefused({ ...seal, canonical: `${seal.canonical}${canonical}0` });
  });

  it('is refused when its bytes are cut off', () => {
    for (const length of [2, 64, 600, seal.canonical.length - 2])
      expectRefused({ ...seal, canonical: seal.canonical.slice(0, length) });
  });

  it('is refused by the command with one line that says why, in words', async () => {
    const reasonOf = async (changes: object): Promise<string> =>
      refusal(await verify('out/manifest.json', put('altered.json', { ...seal, ...changes })), 1);
    const verifies = 'altered.json: it does not verify: ';
    expect(await reasonOf({ epoch: 7 })).toBe(
      `${verifies}"epoch" of the seal does not fit its canonical bytes`,
    );
    expect(await reasonOf({ canonical: seal.canonical.slice(0, -2) })).toMatch(
      /^altered\.json: it does not verify: "canonical" ends too early: .* at byte [0-9,]+ is cut off$/,
    );
    expect(await reasonOf({ canonical: `${seal.canonical}00` })).toMatch(
      /1 byte too many from byte [0-9,]+ on$/,
    );
    // What people read and nobody signed would pass for verified.
    expect(await reasonOf({ audited: true })).toBe(
      `${verifies}"audited" of the seal is not among its canonical bytes`,
    );
  });

  it('is unreadable when its file is truncated, with the place', async () => {
    const text = readFileSync(join(cwd, 'out/seal.json'), 'utf8');
    for (const length of [0, 1, 100, Math.floor(text.length / 2), text.length - 3])
      expect(refusal(await verify('out/manifest.json', put('cut.json', text.slice(0, length))), 2)).toMatch(
        /^cut\.json:\d+:\d+: not JSON/,
      );
  });

  it.each(['null', '[]', '7', '"text"', '{}', '{"canonical": {}}', '{"__proto__": 1}'])('is not %s', (text) =>
    expectRefused(JSON.parse(text)),
  );

  it('is refused against another consortium’s manifest, or a manifest in its own place', async () => {
    refusal(await verify('other/manifest.json', 'out/seal.json'), 1);
    refusal(await verify('out/manifest.json', 'out/manifest.json'), 1);
    refusal(await verify('out/seal.json', 'out/seal.json'), 1);
  });

  it('that does not verify is told as JSON with --json, and on stderr all the same', async () => {
    const { code, stdout, stderr } = await verify('other/manifest.json', 'out/seal.json', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, file: 'out/seal.json' });
    expect(stderr).toMatch(/^concordat: out\/seal\.json: it does not verify: [^\n]+\n$/);
  });
});

describe('a manifest', () => {
  it.each([
    'name',
    'consortiumId',
    'faults',
    'quorum',
    'schema',
    'parameters',
    'rehearsal',
    'banks',
    'canonical',
  ])('is refused with another %s', async (field) => {
    const value = manifest[field];
    const other =
      typeof value === 'string'
        ? flipped(value, 0.5)
        : typeof value === 'number'
          ? value + 1
          : typeof value === 'boolean'
            ? !value
            : { ...value, x: 1 };
    const line = refusal(
      await verify(put('altered.json', { ...manifest, [field]: other }), 'out/seal.json'),
      1,
    );
    expect(line).toMatch(/^altered\.json: it does not verify: /);
  });
});
