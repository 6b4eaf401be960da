import { beforeAll, describe, expect, it } from 'vitest';
import { Bank } from '../../src/protocol/bank.js';
import { verifyEvidence, Witness } from '../../src/protocol/evidence.js';
import { logOfLost } from '../../src/protocol/journal.js';
import type { Manifest } from '../../src/protocol/manifest.js';
import { checkSeal } from '../../src/protocol/seal.js';
import type { SealedEpoch } from '../../src/protocol/sealed-epoch.js';
import {
  assembleSuccession,
  decodeSuccession,
  encodeSuccession,
  Lineage,
  type Succession,
  type SuccessionSignature,
  successionStatement,
} from '../../src/protocol/succession.js';
import { codeOf } from '../code-of.js';
import { consortium, type Fixture, Net } from './network.js';

/** From this epoch on a fifth bank belongs to it. */
const CHANGE = 2;
let old: Fixture;
let next: Fixture;
let other: Fixture;
/** Epochs under the old manifest. */
let before: SealedEpoch[];

const options = { parameters: { statistics: 'none' as const } };
const sealedBy = (net: Net): SealedEpoch[] => net.output(0, 'sealed').map(({ seal }) => ({ seal }));

beforeAll(async () => {
  old = await consortium(4, 1, options);
  next = await consortium(5, 1, options);
  other = await consortium(5, 1, { ...options, name: 'another one' });
  const net = new Net(old);
  for (let epoch = 0; epoch < CHANGE + 1; epoch++) net.start().run();
  before = sealedBy(net);
});

const signed = (bank: number, epoch = CHANGE, successor: Manifest = next.manifest): SuccessionSignature => ({
  bank,
  signature: old.sign(bank, successionStatement(epoch, successor)),
});
const assemble = (signatures: readonly SuccessionSignature[], epoch = CHANGE): Succession =>
  assembleSuccession(old.manifest, next.manifest, epoch, signatures, old.suite);
const lineage = (epochs = CHANGE): Lineage => {
  const made = new Lineage(old.manifest, old.suite);
  for (const epoch of before.slice(0, epochs)) made.seal(epoch);
  return made;
};

describe('a succession', () => {
  it('takes a quorum of the old banks, whoever of them leaves', () => {
    expect(codeOf(() => assemble([0, 1, 2].map((bank) => signed(bank))))).toBe('none');
    expect(codeOf(() => assemble([1, 2, 3].map((bank) => signed(bank))))).toBe('none');
    expect(codeOf(() => assemble([0, 1].map((bank) => signed(bank))))).toBe('SUCCESSION_TOO_FEW');
    expect(codeOf(() => assemble([0, 1, 1, 1].map((bank) => signed(bank))))).toBe('SUCCESSION_TOO_FEW');
    expect(codeOf(() => assemble([]))).toBe('SUCCESSION_TOO_FEW');
  });

  it('is refused with a signature of nobody, of another epoch, successor or predecessor', () => {
    const two = [0, 1].map((bank) => signed(bank));
    const forged = [
      { ...signed(2), bank: 3 },
      { ...signed(2), bank: 4 },
      { ...signed(2), bank: 65_535 },
      signed(2, CHANGE + 1),
      signed(2, CHANGE, other.manifest),
      { bank: 2, signature: next.sign(2, successionStatement(CHANGE, next.manifest)) },
      { bank: 2, signature: new Uint8Array(64) },
    ];
    for (const each of forged)
      expect(codeOf(() => assemble([...two, each]))).toBe('SUCCESSION_SIGNATURE_INVALID');
    const succession = assemble([...two, signed(2)]);
    const elsewhere = new Lineage(other.manifest, other.suite);
    expect(codeOf(() => elsewhere.succeed({ ...succession, epoch: 0 }))).toBe('SUCCESSION_OTHER_PREDECESSOR');
  });

  it('comes back from its bytes, and not from others', () => {
    const succession = assemble([0, 1, 2].map((bank) => signed(bank)));
    const encoded = encodeSuccession(succession);
    const decoded = decodeSuccession(encoded, old.suite);
    expect(decoded.successor.consortiumId).toEqual(next.manifest.consortiumId);
    expect({ ...decoded, successor: null }).toEqual({ ...succession, successor: null });
    for (let cut = 1; cut < encoded.length; cut += 37)
      expect(codeOf(() => decodeSuccession(encoded.slice(0, encoded.length - cut), old.suite))).not.toBe(
        'none',
      );
    const altered = encoded.slice();
    altered[300]! ^= 1; // in the successor, that its banks signed
    expect(codeOf(() => decodeSuccession(altered, old.suite))).not.toBe('none');
  });

  it('is signed by a bank once, and only where it has signed nothing yet; two of one epoch prove it faulty', () => {
    const { manifest, secrets, suite } = old;
    const bank = new Bank({ manifest, index: 1, secrets: secrets[1]!, suite, chain: lineage(1).chain });
    const succeed = (successor: Manifest, epoch = CHANGE) => bank.step({ type: 'succeed', epoch, successor });
    const effects = succeed(next.manifest);
    expect(effects.persist).toHaveLength(1);
    expect(effects.output).toEqual([{ type: 'succession', epoch: CHANGE, signed: signed(1) }]);
    expect(succeed(next.manifest).persist).toEqual([]);
    for (const epoch of [CHANGE, CHANGE - 1])
      expect(codeOf(() => succeed(other.manifest, epoch))).toBe('JOURNAL_CONFLICT');
    expect(codeOf(() => succeed(other.manifest, CHANGE + 1))).toBe('JOURNAL_TOO_FAR_AHEAD');
    // Goes on in a later epoch, with a log that has dropped the earlier ones: what it signed in them it cannot know.
    const { chain } = lineage(1);
    const later = new Bank({ manifest, index: 1, secrets: secrets[1]!, suite, chain });
    const input = { type: 'succeed', successor: other.manifest } as const;
    expect(codeOf(() => later.step({ ...input, epoch: 0 }))).toBe('JOURNAL_CONFLICT');
    expect(codeOf(() => later.step({ ...input, epoch: 1 }))).toBe('none');
    const witness = new Witness(manifest, suite);
    const testimony = (successor: Manifest) => {
      const statement = successionStatement(CHANGE, successor);
      return { statement, signature: old.sign(3, statement) };
    };
    expect(witness.observe(3, testimony(next.manifest), false)).toBeNull();
    const evidence = witness.observe(3, testimony(other.manifest), false)!;
    expect(codeOf(() => verifyEvidence(manifest, evidence, suite))).toBe('none');
  });
});

describe('a bank that lost its log', () => {
  /** Heard from all others that nothing is sealed. */
  const recovered = (index: number): Bank => {
    const incarnation = new Uint8Array(16).fill(9);
    const { manifest, secrets, suite, encode } = old;
    const log = logOfLost(manifest.size);
    const bank = new Bank({ manifest, index, secrets: secrets[index]!, suite, log, incarnation });
    bank.step({ type: 'catch-up' });
    for (const from of [0, 1, 2, 3].filter((other) => other !== index))
      bank.step({
        type: 'message',
        from,
        bytes: encode({ type: 'history', epoch: 0, incarnation, epochs: [] }),
      });
    expect(bank.forgotten).toBe(false);
    return bank;
  };

  it('signs no successor that it may have signed another of, nor does anybody sign one for a later epoch', () => {
    const { manifest, secrets, suite } = old;
    const before = new Bank({ manifest, index: 1, secrets: secrets[1]!, suite });
    const input = { type: 'succeed', successor: next.manifest } as const;
    expect(codeOf(() => before.step({ ...input, epoch: 2 }))).toBe('JOURNAL_TOO_FAR_AHEAD');
    expect(codeOf(() => before.step({ ...input, epoch: Number.MAX_SAFE_INTEGER }))).toBe(
      'JOURNAL_TOO_FAR_AHEAD',
    );
    expect(codeOf(() => before.step({ ...input, epoch: 1 }))).toBe('none');
    // It may have had the seal of an epoch that nobody told of, and have signed for the one after the next then.
    const after = recovered(1);
    for (const epoch of [0, 1, 2])
      expect(codeOf(() => after.step({ ...input, successor: other.manifest, epoch }))).not.toBe('none');
  });

  it('has no part in a seal of the epoch in which a successor begins that it had signed', () => {
    const begins = 1;
    const net = new Net(old);
    // Two honest banks and the liar, bank 3, have signed; one of the two then lost its log. The liar goes on regardless.
    expect(
      codeOf(() =>
        assemble(
          [0, 1, 3].map((bank) => signed(bank, begins)),
          begins,
        ),
      ),
    ).toBe('none');
    net.banks[1]!.step({ type: 'succeed', epoch: begins, successor: next.manifest });
    net.banks[0] = recovered(0);
    for (let epoch = 0; epoch <= begins; epoch++) net.start().run(200_000);
    expect(net.output(2, 'sealed').map(({ epoch }) => epoch)).toEqual([0]);
  });
});

describe('a consortium that changes', () => {
  it('goes on under its successor, and each seal holds under the manifest of its own epoch', () => {
    const succession = assemble([0, 1, 2].map((bank) => signed(bank)));
    const made = lineage();
    const parent = made.chain.parent;
    made.succeed(succession);
    expect(made.chain.parent).toEqual(parent);
    expect(made.chain.epoch).toBe(CHANGE);
    const { chain } = made;
    const net = new Net(next);
    for (const [index, secrets] of next.secrets.entries())
      net.banks[index] = new Bank({ manifest: next.manifest, index, secrets, suite: next.suite, chain });
    for (let epoch = 0; epoch < 2; epoch++) net.start().run();
    const after = sealedBy(net);
    expect(after.map(({ seal }) => seal.header.epoch)).toEqual([CHANGE, CHANGE + 1]);
    expect(after[0]!.seal.header.parent).toEqual(parent);
    const links = [...before.slice(0, CHANGE), ...after];
    const verified = links.map(({ seal }, i) =>
      checkSeal(i < CHANGE ? old.manifest : next.manifest, seal, old.suite),
    );
    for (let i = 1; i < verified.length; i++) expect(verified[i]!.parent).toEqual(verified[i - 1]!.next);
    for (const epoch of after) made.seal(epoch);
    expect(made.chain).toEqual(net.banks[0]!.next);
    // Under the other's manifest none of them holds.
    expect(codeOf(() => checkSeal(next.manifest, before[0]!.seal, old.suite))).toBe('SEAL_WRONG_CONSORTIUM');
    expect(codeOf(() => checkSeal(old.manifest, after[0]!.seal, old.suite))).toBe('SEAL_WRONG_CONSORTIUM');
  });

  it('is not followed past the change by an old seal, nor changed before or after its epoch, nor twice', () => {
    const succession = assemble([0, 1, 2].map((bank) => signed(bank)));
    for (const epochs of [CHANGE - 1, CHANGE + 1])
      expect(codeOf(() => lineage(epochs).succeed(succession))).toBe('SUCCESSION_WRONG_EPOCH');
    const made = lineage();
    made.succeed(succession);
    const { chain, manifest } = made;
    expect(codeOf(() => made.seal(before[CHANGE]!))).not.toBe('none');
    expect(codeOf(() => made.succeed(succession))).toBe('SUCCESSION_OTHER_PREDECESSOR');
    expect(made.chain).toBe(chain);
    expect(made.manifest).toBe(manifest);
  });

  it('seals nothing more under the old manifest once a quorum has signed', () => {
    const net = new Net(old);
    for (let epoch = 0; epoch < CHANGE; epoch++) net.start().run();
    for (const bank of [0, 1, 2])
      net.input(bank, { type: 'succeed', epoch: CHANGE, successor: next.manifest });
    net.start();
    net.run(100_000);
    for (const bank of [0, 1, 2, 3]) expect(net.output(bank, 'sealed')).toHaveLength(CHANGE);
  });
});
