import { existsSync, readdirSync, rmSync } from 'node:fs';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';
import { deriveSecrets, generateMnemonic } from '../../src/crypto/keys.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { readManifest } from '../../src/protocol/documents.js';
import { proposalDocument, readJoiningDocument } from '../../src/protocol/joining-documents.js';
import { build, concordat as inProcess, type Run, spawned } from './built.js';
import { Folder } from './folder.js';

const banks = ['bank-a', 'bank-b', 'bank-c', 'bank-d'];
const schema = {
  name: 'accounts',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: { id: { type: 'integer' }, city: { type: 'string' } },
};
const password = 'correct horse battery';
const suite = defaultSuite(nobleBls);
const all = (kind: string, of: readonly string[] = banks): string[] =>
  of.map((bank) => `${bank}.${kind}.json`);

/** What a consortium has on its shared folder once everything went well; tests alter copies of it. */
let complete: Folder;
let folder: Folder;
const concordat = (...args: string[]) => inProcess(folder.path, ...args);
const at = (names: readonly string[]): string[] => names.map((name) => folder.at(name));

const proposes = (...more: string[]) =>
  concordat('manifest', '--schema', folder.at('schema.json'), '--out', folder.at('new.json'), ...more);
const reveals = (bank: string, proposal = 'manifest.proposal.json') =>
  concordat('reveal', '--keystore', folder.at(`${bank}.keystore.json`), folder.at(proposal));
const signs = (bank: string, from: readonly string[] = all('reveal'), proposal = 'manifest.proposal.json') =>
  concordat('sign', '--keystore', folder.at(`${bank}.keystore.json`), folder.at(proposal), ...at(from));
const joins = (pieces: readonly string[] = [...all('reveal'), ...all('signature')], ...more: string[]) =>
  concordat(
    'manifest',
    '--out',
    folder.at('new.json'),
    folder.at('manifest.proposal.json'),
    ...at(pieces),
    ...more,
  );

function expectRefusal(ran: Run, code: 1 | 2, reason: RegExp): void {
  expect(ran.stderr).toMatch(/^concordat: [^\n]*\n$/);
  expect(ran.stderr).toMatch(reason);
  expect(ran).toMatchObject({ code, stdout: '' });
  expect(existsSync(folder.at('new.json'))).toBe(false);
}

beforeAll(async () => {
  build();
  vi.stubEnv('CONCORDAT_PASSWORD', password);
  complete = new Folder();
  complete.write('schema.json', schema);
  // One command has a process of its own, as all have with a consortium; the others need not load the program again.
  const must = async (bank: string, ...args: string[]): Promise<Run> => {
    const isApart = bank === 'bank-a' && args[0] === 'sign';
    const ran = isApart ? spawned(complete.path, ...args) : await inProcess(complete.path, ...args);
    expect(ran.code, ran.stderr).toBe(0);
    return ran;
  };
  const keystore = (bank: string): string[] => ['--keystore', `${bank}.keystore.json`];
  const [a] = banks as [string];
  const [proposal, out] = ['manifest.proposal.json', ['--out', 'manifest.json']] as const;
  for (const bank of banks) await must(bank, 'keygen', '--id', bank, '--kdf-cost', '10', '--json');
  const named = ['--schema', 'schema.json', '--name', 'Four'];
  const proposed = await must(a, 'manifest', ...named, ...out, ...all('pub'));
  expect(proposed.stdout).toContain('each must now run `concordat reveal`');
  expect(existsSync(complete.at('manifest.json'))).toBe(false);
  for (const bank of banks) await must(bank, 'reveal', ...keystore(bank), proposal);
  for (const bank of banks) await must(bank, 'sign', ...keystore(bank), proposal, ...all('reveal'));
  await must(a, 'manifest', ...out, proposal, ...all('reveal'), ...all('signature'));
});
afterAll(() => complete.remove());

beforeEach(() => {
  folder = complete.copy();
  vi.stubEnv('CONCORDAT_PASSWORD', password);
});
afterEach(() => {
  folder.remove();
  vi.unstubAllEnvs();
});

describe('four banks with the built command line', () => {
  it('come to a manifest that verifies, signed by all', () => {
    const manifest = readManifest(folder.json('manifest.json'), suite);
    expect(manifest.banks.map(({ id }) => id)).toEqual(banks);
    expect(manifest).toMatchObject({ size: 4, faults: 1, quorum: 3, body: { name: 'Four' } });
    for (const bank of manifest.banks)
      expect(toHex(bank.genesisShare)).toBe(folder.json(`${bank.id}.reveal.json`).genesisShare);
  });

  it('have a manifest under which a seal of others is refused', async () => {
    for (const bank of banks) folder.write(`${bank}.csv`, 'id,city\n1,Rome\n2,Oslo\n');
    const csv = banks.map((bank) => `${bank}.csv`);
    const reconciled = await concordat('reconcile', '--schema', 'schema.json', '--seed', '1', ...csv);
    expect(reconciled.code, reconciled.stderr).toBe(0);
    const verified = await concordat('verify', '--manifest', 'out/manifest.json', 'out/seal.json');
    expect(verified.code, verified.stderr).toBe(0);
    const foreign = await concordat('verify', '--manifest', 'manifest.json', 'out/seal.json');
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toMatch(/^concordat: out\/seal\.json: it does not verify: .*\n$/);
  });

  it('leave no secret in what they send around', () => {
    const sent = readdirSync(folder.path).filter((name) => !name.includes('.keystore.'));
    for (const name of sent) expect(folder.text(name)).not.toMatch(/cipher|password|mnemonic/);
  });

  it('get one JSON document at each step, and the same files from the same pieces', async () => {
    const proposal = folder.json('manifest.proposal.json').digest;
    const stage = (ran: Run) => {
      expect(ran.stderr).toBe('');
      return JSON.parse(ran.stdout);
    };
    const proposed = await proposes('--name', 'Four', '--json', ...at(all('pub').reverse()));
    expect(stage(proposed)).toMatchObject({ stage: 'proposal', digest: proposal, banks, faults: 1 });
    const joined = await joins(undefined, '--json');
    const { consortiumId } = stage(joined);
    expect(stage(joined)).toMatchObject({ stage: 'manifest', name: 'Four', banks });
    expect(folder.text('new.json')).toBe(folder.text('manifest.json'));
    const keystore = ['--keystore', folder.at('bank-a.keystore.json'), '--json'];
    expect(stage(await concordat('reveal', ...keystore, folder.at('manifest.proposal.json')))).toMatchObject({
      id: 'bank-a',
      proposal,
    });
    const pieces = at(['manifest.proposal.json', ...all('reveal')]);
    expect(stage(await concordat('sign', ...keystore, ...pieces))).toMatchObject({
      id: 'bank-a',
      consortiumId,
    });
  });

  it('may give the public-key files again instead of the proposal', async () => {
    const pieces = at([...all('pub'), ...all('reveal'), ...all('signature')]);
    expect(await proposes('--name', 'Four', ...pieces)).toMatchObject({ code: 0 });
    expect(folder.text('new.json')).toBe(folder.text('manifest.json'));
    rmSync(folder.at('new.json'));
    expectRefusal(
      await proposes('--name', 'Five', ...pieces),
      1,
      /bank-a opened its share for another proposal/,
    );
  });
});

describe('a proposal is refused', () => {
  it('when more may lie than the banks bear', async () => {
    expectRefusal(await proposes('--faults', '2', ...at(all('pub'))), 2, /4 banks bear at most 1/);
    expectRefusal(
      await proposes('--faults', '1', ...at(all('pub', banks.slice(1)))),
      2,
      /3 banks bear at most 0/,
    );
  });

  it('when a key’s possession is not proven', async () => {
    folder.alter('bank-b.pub.json', { possession: folder.json('bank-c.pub.json').possession });
    expectRefusal(await proposes(...at(all('pub'))), 1, /BLS key of bank-b is refused: .*possession/);
    expect(existsSync(folder.at('new.proposal.json'))).toBe(false);
  });

  it('when a key was made to cancel out another', async () => {
    const point = (bank: string) => bls12_381.G1.Point.fromHex(folder.json(`${bank}.pub.json`).bls!);
    folder.alter('bank-d.pub.json', { bls: point('bank-d').subtract(point('bank-a')).toHex(true) });
    expectRefusal(await proposes(...at(all('pub'))), 1, /BLS key of bank-d is refused/);
  });

  it('when a key is infinity or no point', async () => {
    for (const bls of [`c0${'00'.repeat(47)}`, 'ff'.repeat(48), '00'.repeat(48)]) {
      folder.alter('bank-d.pub.json', { bls });
      expectRefusal(await proposes(...at(all('pub'))), 1, /BLS key of bank-d is refused/);
    }
  });

  it.each(['bls', 'identity', 'vrf', 'x25519', 'genesisCommitment'])(
    'when two banks have one %s',
    async (what) => {
      const { [what]: value, possession } = folder.json('bank-a.pub.json');
      folder.alter('bank-c.pub.json', { [what]: value, ...(what === 'bls' ? { possession } : {}) });
      expectRefusal(
        await proposes(...at(all('pub'))),
        1,
        new RegExp(`bank-c and bank-a have the same ${what}`),
      );
    },
  );

  it('when a file is given twice, or two of one bank', async () => {
    expectRefusal(
      await proposes(...at([...all('pub'), 'bank-a.pub.json'])),
      2,
      /bank-a\.pub\.json is given twice/,
    );
    folder.write('copy.json', folder.text('bank-b.pub.json'));
    expectRefusal(
      await proposes(...at([...all('pub'), 'copy.json'])),
      2,
      /copy\.json: bank-b has the same document in .*bank-b\.pub\.json/,
    );
  });

  it.each<[string, object]>([
    ['id', { id: '' }],
    ['id', { id: 'bank\u0007' }],
    ['id', { id: 'x'.repeat(65) }],
    ['bls', { bls: 'ab' }],
    ['bls', { bls: 'AB'.repeat(48) }],
    ['identity', { identity: null }],
    ['genesisNonce', { genesisNonce: undefined }],
    ['more', { more: 1 }],
    ['version', { version: 2 }],
  ])('when "%s" of a public-key file is malformed: %j', async (field, changes) => {
    folder.alter('bank-b.pub.json', changes);
    expectRefusal(await proposes(...at(all('pub'))), 2, new RegExp(`bank-b\\.pub\\.json: "${field}"`));
  });

  it('when a file is no document of ours, or no JSON', async () => {
    folder.write('x.json', [1]);
    expectRefusal(await proposes(folder.at('x.json')), 2, /x\.json: "format" is none of/);
    folder.write('x.json', '{"format": ');
    expectRefusal(await proposes(folder.at('x.json')), 2, /x\.json:1:12: not JSON/);
    expectRefusal(await proposes(folder.at('bank-a.keystore.json')), 2, /"format" is none of/);
    expectRefusal(await proposes(folder.at('absent.json')), 2, /no such file/);
  });

  it('when the consortium’s name is too long', async () =>
    expectRefusal(
      await proposes('--name', 'é'.repeat(129), ...at(all('pub'))),
      2,
      /--name is not a text of/,
    ));

  it('when the schema is missing or wrong', async () => {
    const out = ['--out', folder.at('new.json')];
    expectRefusal(await concordat('manifest', ...out, ...at(all('pub'))), 2, /--schema is needed/);
    folder.write('schema.json', { ...schema, key: ['none'] });
    expectRefusal(await proposes(...at(all('pub'))), 2, /schema\.json:1:59: schema at key\[0\]/);
  });
});

describe('a share is not opened', () => {
  it('for a proposal that was altered', async () => {
    rmSync(folder.at('bank-a.reveal.json'));
    folder.alter('manifest.proposal.json', { faults: 0 });
    expectRefusal(await reveals('bank-a'), 2, /"digest" is not that of the proposal/);
    expect(existsSync(folder.at('bank-a.reveal.json'))).toBe(false);
  });

  it('for a second proposal, which could be chosen knowing it', async () => {
    expect((await proposes('--faults', '0', ...at(all('pub')))).code).toBe(0);
    expectRefusal(
      await reveals('bank-a', 'new.proposal.json'),
      2,
      /bank-a\.reveal\.json: a share was opened for/,
    );
    expect(folder.text('bank-a.reveal.json')).toBe(complete.text('bank-a.reveal.json'));
  });

  it('for a proposal that has other keys of the bank than it published', async () => {
    rmSync(folder.at('bank-a.reveal.json'));
    const other = deriveSecrets(generateMnemonic(new Uint8Array(32).fill(7)));
    const published = folder.text('bank-a.pub.json');
    for (const changes of [
      { identity: toHex(identity.publicKey(other.identity)) },
      { bls: toHex(nobleBls.publicKey(other.bls)), possession: toHex(nobleBls.provePossession(other.bls)) },
      { genesisCommitment: '11'.repeat(32) },
    ]) {
      folder.alter('bank-a.pub.json', changes);
      expect((await proposes(...at(all('pub')))).code).toBe(0);
      folder.write('bank-a.pub.json', published);
      expectRefusal(await reveals('bank-a', 'new.proposal.json'), 1, /of bank-a differ in/);
    }
  });

  it('by a bank that the proposal does not have, or that lost its public-key file', async () => {
    const three = at(all('pub', banks.slice(1)));
    rmSync(folder.at('bank-a.reveal.json'));
    expect((await proposes('--faults', '0', ...three)).code).toBe(0);
    expectRefusal(
      await reveals('bank-a', 'new.proposal.json'),
      1,
      /no bank of the proposal is called bank-a/,
    );
    rmSync(folder.at('bank-a.pub.json'));
    expectRefusal(await reveals('bank-a'), 2, /bank-a\.pub\.json is not there/);
  });

  it('from a file that is no keystore, which is named before those beside it', async () => {
    folder.write('bank-a.csv', 'id,city\n');
    const from = (name: string) =>
      concordat('reveal', '--keystore', folder.at(name), folder.at('manifest.proposal.json'));
    expectRefusal(await from('bank-a.csv'), 2, /^concordat: .*bank-a\.csv:1:1: not JSON/);
    expectRefusal(await from('bank-a.pub.json'), 2, /^concordat: .*bank-a\.pub\.json: it is no keystore/);
    expectRefusal(await from('absent.keystore.json'), 2, /absent\.keystore\.json: no such file/);
  });

  it('with a wrong password or an altered keystore', async () => {
    rmSync(folder.at('bank-a.reveal.json'));
    vi.stubEnv('CONCORDAT_PASSWORD', 'incorrect horse');
    expectRefusal(
      await reveals('bank-a'),
      2,
      /bank-a\.keystore\.json: the password is wrong, or the keystore/,
    );
    vi.stubEnv('CONCORDAT_PASSWORD', password);
    const keystore = folder.text('bank-a.keystore.json');
    for (const name of ['message', 'iv', 'salt', 'pubkey']) {
      const field = new RegExp(`("${name}": ")([0-9a-f])([0-9a-f]+")`, 'g');
      const altered = keystore.replace(
        field,
        (_, open, first, rest) => `${open}${first === '0' ? 1 : 0}${rest}`,
      );
      expect(altered).not.toBe(keystore);
      folder.write('bank-a.keystore.json', altered);
      expectRefusal(await reveals('bank-a'), 2, /bank-a\.keystore\.json: .*keystore was altered/);
    }
    folder.write('bank-a.keystore.json', folder.text('bank-b.keystore.json'));
    expectRefusal(await reveals('bank-a'), 1, /of bank-a differ in/);
    expect(existsSync(folder.at('bank-a.reveal.json'))).toBe(false);
  });
});

describe('a signature is not given', () => {
  beforeEach(() => rmSync(folder.at('bank-a.signature.json')));
  afterEach(() => expect(existsSync(folder.at('bank-a.signature.json'))).toBe(false));

  it('while a share is missing', async () =>
    expectRefusal(await signs('bank-a', all('reveal', ['bank-b'])), 1, /no share yet of bank-c, bank-d/));

  it('by a bank that opened no share', async () => {
    rmSync(folder.at('bank-a.reveal.json'));
    expectRefusal(await signs('bank-a', all('reveal', banks.slice(1))), 2, /`concordat reveal`/);
  });

  it('when a share is not the one committed to', async () => {
    folder.alter('bank-c.reveal.json', { genesisShare: '22'.repeat(32) });
    expectRefusal(await signs('bank-a'), 1, /share of bank-c is not the one it committed to/);
    folder.alter('bank-c.reveal.json', { genesisShare: folder.json('bank-d.reveal.json').genesisShare });
    expectRefusal(await signs('bank-a'), 1, /share of bank-c is not the one it committed to/);
  });

  it('for a proposal that this bank did not open its share for', async () => {
    expect((await proposes('--name', 'Other', ...at(all('pub')))).code).toBe(0);
    expectRefusal(await signs('bank-a', [], 'new.proposal.json'), 1, /bank-a opened its share for another/);
  });

  it('without a proposal, or under two', async () => {
    expectRefusal(await signs('bank-a', [], 'bank-b.reveal.json'), 2, /one proposal is needed/);
    expectRefusal(await signs('bank-a', ['manifest.proposal.json']), 2, /one proposal is needed/);
  });

  it('with the keystore of another bank', async () => {
    folder.write('bank-a.keystore.json', folder.text('bank-b.keystore.json'));
    expectRefusal(await signs('bank-a'), 1, /the keystore is not that of bank-a/);
  });

  it('when a file is of another kind', async () =>
    expectRefusal(
      await signs('bank-a', ['bank-b.pub.json']),
      2,
      /bank-b\.pub\.json: "format" is not concordat-proposal or concordat-reveal/,
    ));
});

describe('a manifest is refused', () => {
  it('while a share or a signature is missing', async () => {
    expectRefusal(await joins(all('reveal')), 1, /no signature yet of bank-a, bank-b, bank-c, bank-d/);
    const some = [...all('reveal'), ...all('signature', banks.slice(0, 3))];
    expectRefusal(await joins(some), 1, /no signature yet of bank-d/);
    expectRefusal(
      await joins([...all('reveal', banks.slice(1)), ...all('signature')]),
      1,
      /no share yet of bank-a/,
    );
    expectRefusal(await joins([]), 2, /reveals and signatures are missing/);
  });

  it('with an altered share', async () => {
    folder.alter('bank-b.reveal.json', { genesisShare: '33'.repeat(32) });
    expectRefusal(await joins(), 1, /share of bank-b is not the one it committed to/);
  });

  it('with a signature of another manifest, also when it is said to be of this one', async () => {
    const { consortiumId, signature } = folder.json('bank-a.signature.json');
    folder.alter('bank-b.signature.json', { consortiumId: '44'.repeat(32) });
    expectRefusal(await joins(), 1, /bank-b signed another manifest/);
    const keystore = deriveSecrets(generateMnemonic(new Uint8Array(32)));
    for (const forged of [signature, toHex(identity.sign(keystore.identity, fromHex(consortiumId!)))]) {
      folder.alter('bank-b.signature.json', { consortiumId, signature: forged });
      expectRefusal(await joins(), 1, /the signature of bank-b is not valid/);
    }
  });

  it('with pieces of a bank that the proposal does not have', async () => {
    folder.write('e.json', { ...folder.json('bank-a.signature.json'), id: 'bank-e' });
    expectRefusal(
      await joins([...all('reveal'), ...all('signature'), 'e.json']),
      1,
      /no bank .* called bank-e/,
    );
    folder.write('e.json', { ...folder.json('bank-a.reveal.json'), id: 'bank-e' });
    expectRefusal(await joins(['e.json']), 1, /no bank .* called bank-e/);
  });

  it('with options that the proposal has fixed, two proposals, or keys beside one', async () => {
    expectRefusal(await joins(undefined, '--faults', '0'), 2, /--faults is fixed in the proposal/);
    const copy = folder.write('copy.json', folder.text('manifest.proposal.json'));
    expectRefusal(await joins(undefined, copy), 2, /more than one proposal/);
    expectRefusal(await joins(undefined, folder.at('bank-a.pub.json')), 2, /not both/);
    expectRefusal(
      await concordat('manifest', '--out', folder.at('new.json'), ...at(all('reveal'))),
      2,
      /neither/,
    );
  });

  it('with one JSON document on stdout when that is asked for', async () => {
    folder.alter('bank-b.signature.json', { consortiumId: '44'.repeat(32) });
    const ran = await joins(undefined, '--json');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ valid: false, code: 'JOINING_OTHER_MANIFEST' });
  });

  it('and what was there before stays as it was', async () => {
    const before = folder.text('manifest.json');
    const pieces = at(['manifest.proposal.json', ...all('reveal')]);
    expect((await concordat('manifest', '--out', folder.at('manifest.json'), ...pieces)).code).toBe(1);
    expect(folder.text('manifest.json')).toBe(before);
  });
});

describe('a proposal by somebody who checks nothing', () => {
  it('does not bring a bad key past the other banks', async () => {
    rmSync(folder.at('bank-a.reveal.json'));
    const document = readJoiningDocument(folder.json('manifest.proposal.json'));
    if (document.kind !== 'proposal') throw new Error('not a proposal');
    const [a, b, c, d] = document.proposal.banks;
    const unchecked = { ...document.proposal, banks: [a!, b!, c!, { ...d!, possession: c!.possession }] };
    folder.write('manifest.proposal.json', proposalDocument(unchecked));
    expectRefusal(await reveals('bank-a'), 1, /BLS key of bank-d is refused/);
    expect(existsSync(folder.at('bank-a.reveal.json'))).toBe(false);
  });
});
