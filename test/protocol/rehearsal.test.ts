import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Bank } from '../../src/protocol/bank.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { manifestDocument, readManifest, sealDocument } from '../../src/protocol/documents.js';
import {
  joiningKeys,
  openProposal,
  type Proposal,
  propose,
  revealShare,
} from '../../src/protocol/joining.js';
import { Manifest, type ManifestBody, manifestDigest } from '../../src/protocol/manifest.js';
import { checkSeal } from '../../src/protocol/seal.js';
import {
  assembleSuccession,
  decodeSuccession,
  encodeSuccession,
  Lineage,
  type SuccessionSignature,
  successionStatement,
} from '../../src/protocol/succession.js';
import { verifySeal } from '../../src/protocol/verify-seal.js';
import { codeOf } from '../code-of.js';
import { consortium, type Fixture, Net } from './network.js';

const options = { parameters: { statistics: 'none' as const } };
let founded: Fixture;
let rehearsed: Fixture;
beforeAll(async () => {
  founded = await consortium(4, 1, options);
  rehearsed = await consortium(4, 1, { ...options, rehearsal: true });
});
const both = (): readonly (readonly [Fixture, boolean])[] => [
  [founded, false],
  [rehearsed, true],
];

describe('the mark of a rehearsal', () => {
  it('stands under every signature, comes back from the bytes, and is absent unless it is made', () => {
    for (const [{ manifest, suite }, rehearsal] of both()) {
      expect(manifest.rehearsal).toBe(rehearsal);
      expect(Manifest.decode(manifest.encode(), suite).rehearsal).toBe(rehearsal);
      const { body, signatures } = manifest;
      const turned: ManifestBody = { ...body, rehearsal: !rehearsal };
      expect(toHex(manifestDigest(turned))).not.toBe(toHex(manifest.consortiumId));
      expect(codeOf(() => Manifest.assemble(turned, signatures, suite))).toBe('MANIFEST_SIGNATURE_INVALID');
    }
    // Left out and false are the same manifest.
    const { body, consortiumId } = founded.manifest;
    expect(manifestDigest({ ...body, rehearsal: false })).toEqual(consortiumId);
    // All else being equal, the two are two consortia: no signature of one is one of the other.
    expect(toHex(consortiumId)).not.toBe(toHex(rehearsed.manifest.consortiumId));
  });

  it('is one of two bytes where it lies in the manifest, and no other', () => {
    const [one, other] = [founded.manifest.encode(), rehearsed.manifest.encode()];
    const place = one.findIndex((byte, i) => byte !== other[i]);
    expect([one[place], other[place]]).toEqual([0, 1]);
    for (const byte of [2, 3, 0x80, 0xff]) {
      const bad = one.slice();
      bad[place] = byte;
      expect(codeOf(() => Manifest.decode(bad, founded.suite))).toBe('ENCODING_NOT_CANONICAL');
    }
    const unmarked = other.slice();
    unmarked[place] = 0;
    expect(codeOf(() => Manifest.decode(unmarked, rehearsed.suite))).toBe('MANIFEST_SIGNATURE_INVALID');
  });

  it('is in the document, which can neither deny nor leave it out', () => {
    for (const [{ manifest, suite }, rehearsal] of both()) {
      const document = manifestDocument(manifest);
      expect(document.rehearsal).toBe(rehearsal);
      expect(readManifest({ ...document }, suite).rehearsal).toBe(rehearsal);
      const { rehearsal: _, ...without } = document;
      for (const said of [!rehearsal, String(rehearsal), Number(rehearsal), null])
        expect(codeOf(() => readManifest({ ...document, rehearsal: said }, suite))).toBe(
          'DOCUMENT_SUMMARY_MISMATCH',
        );
      expect(codeOf(() => readManifest(without, suite))).toBe('DOCUMENT_SUMMARY_MISMATCH');
    }
  });

  it('is told by whoever verifies a seal, and makes a seal of one no seal of the other', async () => {
    const seals = both().map(([fixture]) => new Net(fixture).start().run().output(0, 'sealed')[0]!.seal);
    for (const [i, [{ manifest, suite }, rehearsal]] of both().entries()) {
      expect(checkSeal(manifest, seals[i]!, suite).rehearsal).toBe(rehearsal);
      const documents = [manifestDocument(manifest), sealDocument(manifest, seals[i]!)] as const;
      expect((await verifySeal(...documents)).rehearsal).toBe(rehearsal);
      expect(codeOf(() => checkSeal(manifest, seals[1 - i]!, suite))).toBe('SEAL_WRONG_CONSORTIUM');
    }
  });

  it('is not made by a founding, whatever its proposal says besides', () => {
    const { suite, secrets } = founded;
    const banks = secrets.map((each, i) =>
      joiningKeys(suite.bls, each, `bank-${i}`, new Uint8Array(32).fill(i + 1)),
    );
    const { name, faults, schema, parameters } = founded.manifest.body;
    const plain = propose({ name, faults, schema, parameters, banks }, suite.bls);
    const marked = { ...plain, rehearsal: true } as Proposal;
    for (const proposal of [plain, marked]) {
      const reveals = banks.map((keys, i) => revealShare(proposal, keys, suite.bls, secrets[i]!));
      expect(openProposal(proposal, reveals).rehearsal).toBe(false);
    }
  });
});

describe('a succession', () => {
  const signedBy = (old: Fixture, successor: Manifest): SuccessionSignature[] =>
    [0, 1, 2].map((bank) => ({ bank, signature: old.sign(bank, successionStatement(0, successor)) }));
  const succeed = (old: Fixture, successor: Manifest) =>
    assembleSuccession(old.manifest, successor, 0, signedBy(old, successor), old.suite);

  it('goes on within rehearsals and within foundings, and never from one to the other', async () => {
    const named = { ...options, name: 'next' };
    const next = [await consortium(5, 1, named), await consortium(5, 1, { ...named, rehearsal: true })];
    for (const [i, [old, rehearsal]] of both().entries()) {
      const [same, across] = [next[i]!.manifest, next[1 - i]!.manifest];
      expect(codeOf(() => succeed(old, same))).toBe('none');
      expect(codeOf(() => succeed(old, across))).toBe('SUCCESSION_REHEARSAL');
      // Nor is one followed that banks signed all the same.
      const { consortiumId } = old.manifest;
      const signed = signedBy(old, across);
      const forced = { predecessor: consortiumId, epoch: 0, successor: across, signatures: signed };
      const lineage = new Lineage(old.manifest, old.suite);
      const before = lineage.chain;
      const read = decodeSuccession(encodeSuccession(forced), old.suite);
      expect(codeOf(() => lineage.succeed(read))).toBe('SUCCESSION_REHEARSAL');
      expect([lineage.chain, lineage.manifest]).toEqual([before, old.manifest]);
      try {
        lineage.succeed(read);
      } catch (error) {
        expect(error).toMatchObject({ detail: { rehearsal: rehearsal ? 'predecessor' : 'successor' } });
      }
    }
  });

  it('across the mark is signed by no bank, which may sign another then', async () => {
    const named = { ...options, name: 'next' };
    const next = [await consortium(5, 1, named), await consortium(5, 1, { ...named, rehearsal: true })];
    for (const [i, [{ manifest, secrets, suite }]] of both().entries()) {
      const chain = genesisChain(manifest);
      const bank = new Bank({ manifest, index: 1, secrets: secrets[1]!, suite, chain });
      const ask = (successor: Manifest) => bank.step({ type: 'succeed', epoch: 0, successor });
      expect(codeOf(() => ask(next[1 - i]!.manifest))).toBe('SUCCESSION_REHEARSAL');
      const { persist, output } = ask(next[i]!.manifest);
      expect(persist).toHaveLength(1);
      expect(output).toMatchObject([{ type: 'succession', epoch: 0, signed: { bank: 1 } }]);
    }
  });
});
