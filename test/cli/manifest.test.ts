import { existsSync, readdirSync, rmSync } from 'node:fs';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, it } from 'vitest';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';
import { deriveSecrets, generateMnemonic } from '../../src/crypto/keys.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { readManifest } from '../../src/protocol/documents.js';
import type { Run } from './built.js';
import {
  all,
  at,
  banks,
  concordat,
  expectRefusal,
  folder,
  proposes,
  schema,
  withConsortium,
} from './joining-fixture.js';

const suite = defaultSuite(nobleBls);
const joins = (pieces: readonly string[] = [...all('reveal'), ...all('signature')], ...more: string[]) =>
  concordat(
    'manifest',
    '--out',
    folder.at('new.json'),
    folder.at('manifest.proposal.json'),
    ...at(pieces),
    ...more,
  );

withConsortium();

describe('four banks with the built command line', () => {
  it('come to a manifest that verifies, signed by all', () => {
    const manifest = readManifest(folder.json('manifest.json'), suite);
    expect(manifest.banks.map(({ id }) => id)).toEqual(banks);
    expect(manifest).toMatchObject({
      size: 4,
      faults: 1,
      quorum: 3,
      body: { name: 'Four' },
      rehearsal: false,
    });
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

  it('keep their manifest when a rehearsal is told to write where it lies', async () => {
    for (const bank of banks) folder.write(`${bank}.csv`, 'id,city\n1,Rome\n2,Oslo\n');
    const csv = banks.map((bank) => `${bank}.csv`);
    const before = folder.text('manifest.json');
    const ran = await concordat('reconcile', '--schema', 'schema.json', '--out', '.', ...csv);
    expectRefusal(ran, 2, /manifest\.json: it is not the manifest of a rehearsal/);
    expect(folder.text('manifest.json')).toBe(before);
    expect(existsSync(folder.at('seal.json'))).toBe(false);
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
