import { existsSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { toHex } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';
import { deriveSecrets, generateMnemonic } from '../../src/crypto/keys.js';
import { proposalDocument, readJoiningDocument } from '../../src/protocol/joining-documents.js';
import {
  all,
  at,
  banks,
  complete,
  concordat,
  expectRefusal,
  folder,
  password,
  proposes,
  withConsortium,
} from './joining-fixture.js';

const reveals = (bank: string, proposal = 'manifest.proposal.json') =>
  concordat('reveal', '--keystore', folder.at(`${bank}.keystore.json`), folder.at(proposal));
const signs = (bank: string, from: readonly string[] = all('reveal'), proposal = 'manifest.proposal.json') =>
  concordat('sign', '--keystore', folder.at(`${bank}.keystore.json`), folder.at(proposal), ...at(from));

withConsortium();

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
