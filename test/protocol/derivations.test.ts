import { expect, it } from 'vitest';
import { ORDER } from '../../src/crypto/babyjubjub.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { encode } from '../../src/crypto/encoding.js';
import { hash } from '../../src/crypto/hash.js';
import * as pedersen from '../../src/crypto/pedersen.js';
import { deal, sliceCodec } from '../../src/crypto/slices.js';
import type { Dataset } from '../../src/data/dataset.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { commitmentStatement, openInput, sketchKeyOf } from '../../src/protocol/commitment.js';
import { dealSlices } from '../../src/protocol/dealer.js';
import { joiningKeys } from '../../src/protocol/joining.js';
import { STATISTICS_MODES, type StatisticsMode } from '../../src/protocol/manifest.js';
import { OwnData } from '../../src/protocol/own-data.js';
import { slicesStatement } from '../../src/protocol/slice-header.js';
import { consortium, type Fixture, ledger } from './network.js';
import { placeOf } from './slice-fixture.js';

const BANK = 1;
const DRAFT = hash('simulation', utf8('one draft for all'));

interface Use {
  readonly fixture: Fixture;
  readonly book: Dataset;
  readonly epoch: number;
}

/** All that one bank derives from its secrets in one use of them, by name: hex, or decimal of a scalar. */
function derived({ fixture, book, epoch }: Use): Map<string, string> {
  const { manifest, secrets, suite } = fixture;
  const all = new Map<string, string>();
  const note = (name: string, value: Uint8Array | bigint) =>
    all.set(name, value instanceof Uint8Array ? toHex(value) : String(value));
  const own = new OwnData(book, secrets[BANK]!.vault, placeOf(fixture, BANK, epoch));
  note('data root', own.dataRoot());
  for (const mode of STATISTICS_MODES) {
    note(`blinding ${mode}`, own.statistics(mode).blinding);
    note(`statistics ${mode}`, own.statisticsCommitment(mode));
  }
  for (const purpose of ['payload', 'statistics'] as const) note(purpose, own.entropy(purpose, DRAFT));
  // The seed of an epoch that only its number tells apart: as bad as it can be.
  const chain = {
    ...genesisChain(manifest),
    seed: hash('simulation', Uint8Array.of(epoch)),
    nextSeed: DRAFT,
  };
  const opened = suite.vrf.prove(secrets[BANK]!.vrf, openInput(manifest, chain, 0));
  note('open', opened);
  const key = sketchKeyOf(
    manifest,
    suite.vrf.verify(manifest.banks[BANK]!.vrf, openInput(manifest, chain, 0), opened)!,
  );
  note('view key', key);
  const mode = manifest.statistics;
  const commitment = {
    bank: BANK,
    epoch,
    dataRoot: own.dataRoot(),
    records: book.size,
    statistics: own.statisticsCommitment(mode),
  };
  note('commitment', fixture.sign(BANK, commitmentStatement(commitment)));
  const ids = own.keyed(key).places.map((_, i) => own.keyed(key).key.keyId(book.entries[i]!.keyDigest));
  for (const [i, { salt }] of own.openings(key, ids).records.entries()) note(`salt ${i}`, salt);
  const slot = { view: 0, index: 0 };
  const dealt = dealSlices({ manifest, own, commitment, draft: DRAFT, slot, key, ids });
  note('slices', fixture.sign(BANK, slicesStatement(dealt.header)));
  // The first commitment of shared statistics is that of the Commitment.
  const points = [...dealt.header.dealing!.keyCommitments, ...(dealt.header.statistics ?? []).slice(1)];
  for (const [i, point] of points.entries()) note(`point ${i}`, point);
  for (const [bank, { slice, share }] of dealt.parcels.entries()) {
    note(`slice ${bank}`, encode(sliceCodec, slice!));
    note(`key share ${bank}`, slice!.share);
    for (const [i, y] of (share ?? []).entries()) note(`share ${bank}/${i}`, y);
  }
  return all;
}

const made = new Map<string, Promise<Fixture>>();
/** The same banks with the same secrets and shares of the seed: only what is named differs. */
const banksOf = (
  name: string,
  statistics: StatisticsMode = 'aggregate',
  more: object = {},
): Promise<Fixture> => {
  const id = JSON.stringify([name, statistics, more]);
  const known = made.get(id) ?? consortium(4, 1, { name, parameters: { statistics }, ...more });
  made.set(id, known);
  return known;
};

it('nothing that a vault derives repeats in another consortium, epoch, mode or book', async () => {
  const one = await banksOf('one');
  const book = ledger({ 3: -5000 });
  const uses: Use[] = [
    { fixture: one, book, epoch: 0 },
    { fixture: one, book, epoch: 1 },
    { fixture: one, book: ledger({ 3: -5001 }), epoch: 0 },
    { fixture: await banksOf('two'), book, epoch: 0 },
    { fixture: await banksOf('one', 'open'), book, epoch: 0 },
  ];
  const where = new Map<string, string>();
  for (const [i, use] of uses.entries())
    for (const [name, value] of derived(use)) {
      // The seed decides who leads and under which key: the records have no part in either.
      if (i === 2 && ['open', 'view key'].includes(name)) continue;
      expect(where.get(value) ?? 'new', `${name} of use ${i}`).toBe('new');
      where.set(value, `${name} of use ${i}`);
    }
  expect(where.size).toBeGreaterThan(5 * 50);
});

it('a restart with the same records derives all of it again', async () => {
  const fixture = await banksOf('one');
  const use = (): Use => ({ fixture, book: ledger({ 3: -5000 }), epoch: 0 });
  expect(derived(use())).toEqual(derived(use()));
});

it('a bank of another place, or with another vault, derives other secrets', async () => {
  const { manifest, secrets } = await banksOf('one');
  const place = { consortiumId: manifest.consortiumId, bank: BANK, epoch: 0 };
  const of = (vault: Uint8Array, bank: number) =>
    new OwnData(ledger(), vault, { ...place, bank }).statistics('aggregate').blinding;
  const blindings = [of(secrets[1]!.vault, 1), of(secrets[1]!.vault, 2), of(secrets[2]!.vault, 1)];
  expect(new Set(blindings).size).toBe(3);
});

it('two commitments of one bank tell nothing of the difference of what they hold', async () => {
  const books = [ledger(), ledger({ 3: 31 })];
  const [a, b] = await Promise.all(
    ['one', 'two'].map(async (name, i) => {
      const fixture = await banksOf(name);
      return new OwnData(books[i]!, fixture.secrets[BANK]!.vault, placeOf(fixture, BANK, 0));
    }),
  );
  const difference = (x: OwnData, y: OwnData): bigint[] =>
    x.statistics('aggregate').values.map((value, i) => value - y.statistics('aggregate').values[i]!);
  const blinding = a!.statistics('aggregate').blinding - b!.statistics('aggregate').blinding;
  expect(blinding).not.toBe(0n);
  // What an attacker tests a guess against: C(b) plus the guessed difference without a blinding.
  const guess = pedersen.add(
    b!.statisticsCommitment('aggregate'),
    pedersen.commit(
      difference(a!, b!).map((x) => ((x % ORDER) + ORDER) % ORDER),
      0n,
    ),
  );
  expect(guess).not.toEqual(a!.statisticsCommitment('aggregate'));
});

it('a share of the genesis seed is another for another nonce, name or vault', async () => {
  const { suite, secrets } = await banksOf('one');
  const nonces = [1, 2].map((i) => new Uint8Array(32).fill(i));
  const shares = [
    joiningKeys(suite.bls, secrets[0]!, 'north', nonces[0]!),
    joiningKeys(suite.bls, secrets[0]!, 'north', nonces[1]!),
    joiningKeys(suite.bls, secrets[0]!, 'south', nonces[0]!),
    joiningKeys(suite.bls, secrets[1]!, 'north', nonces[0]!),
  ].map((keys) => toHex(keys.genesisCommitment));
  expect(new Set(shares).size).toBe(4);
});

it('one payload, dealt in two contexts or under two entropies, is encrypted under two keys', () => {
  const shape = { n: 4, k: 2, f: 1, payload: utf8('one and the same record, twice'), context: DRAFT };
  const entropy = new Uint8Array(32).fill(9);
  const other = new Uint8Array(32).fill(8);
  const fragments = [
    { ...shape, entropy },
    { ...shape, entropy: other },
    { ...shape, entropy, context: other },
    { ...shape, entropy, payload: utf8('one and the same record, thrice') },
  ].map((dealing) => toHex(deal(dealing).slices[0]!.fragment));
  expect(new Set(fragments).size).toBe(4);
});
