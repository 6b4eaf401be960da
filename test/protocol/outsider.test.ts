import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, toHex } from '../../src/crypto/bytes.js';
import { encode } from '../../src/crypto/encoding.js';
import { hash } from '../../src/crypto/hash.js';
import * as merkle from '../../src/crypto/merkle.js';
import type { Dataset } from '../../src/data/dataset.js';
import { type Outcome, totalsCodec } from '../../src/data/outcome.js';
import { encodeStatistics } from '../../src/data/statistics.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { openInput, sketchKeyOf } from '../../src/protocol/commitment.js';
import {
  draftSalt,
  isWhole,
  resultSalt,
  saltedRoot,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { openedFor } from '../../src/protocol/reading.js';
import type { Seal } from '../../src/protocol/seal.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';

let fixture: Fixture;
let seal: Seal;
let open: MessageOf<'open'>;
let draft: MessageOf<'draft'>['draft'];
let outcome: Outcome;
/** The one record on which the outsider has only a list of guesses: it knows all else. */
let guesses: Dataset[];

beforeAll(async () => {
  fixture = await consortium(4, 1);
  const datasets = others(fixture).map((bank) => (bank === 3 ? ledger({ 3: 9 }, 12) : ledger({}, 12)));
  const net = new Net(fixture, { datasets }).start().run();
  [seal, outcome] = [net.output(0, 'sealed')[0]!.seal, net.output(0, 'sealed')[0]!.outcome!];
  open = net.letters('open')[0]!.message;
  draft = net.letters('draft')[0]!.message.draft;
  guesses = Array.from({ length: 20 }, (_, i) => ledger({ 5: 40 + i }, 12));
});

const plainRoot = (book: Dataset): Uint8Array => {
  const kept = book.entries.filter(({ values }) => values[0] !== 3n);
  return merkle.root(kept.map(({ digest }) => merkle.leafHash(digest)));
};
describe('whoever has a seal and the manifest, and all records but one', () => {
  it('finds the one among guesses by no root or digest in the seal, which a bank does that has the salt', () => {
    const { header } = seal;
    const salt = draftSalt(draft.saltProof);
    const right = guesses.filter((book) => equalBytes(saltedRoot(salt, plainRoot(book)), header.commonRoot));
    expect(right).toEqual([guesses[10]]);
    // What a seal shows, and what its numbers make a guesser try for salts.
    const shown = [
      new Uint8Array(0),
      new Uint8Array(32),
      header.opening,
      header.parent,
      seal.consortiumId,
      seal.root,
      fixture.suite.vrf.proofToHash(header.opening),
    ];
    for (const known of shown)
      for (const tried of [known, draftSalt(known), resultSalt(known)]) {
        for (const book of guesses) {
          expect(equalBytes(plainRoot(book), header.commonRoot)).toBe(false);
          expect(equalBytes(saltedRoot(tried, plainRoot(book)), header.commonRoot)).toBe(false);
        }
        expect(equalBytes(tableDigest(tried, draft.table), header.table)).toBe(false);
        expect(equalBytes(symbolsDigest(tried, draft.symbols), header.symbols)).toBe(false);
        expect(equalBytes(rootOf(tried), seal.root)).toBe(false);
      }
    expect(equalBytes(hash('draft', concatBytes(Uint8Array.of(2), draft.table)), header.table)).toBe(false);
    expect(rootOf(outcome.salt)).toEqual(seal.root);
  });

  it('does not get the key of the view by the proof in the header', () => {
    const { manifest, suite } = fixture;
    const chain = genesisChain(manifest);
    const opened = openedFor({ manifest, suite, chain }, draft)!;
    const leader = manifest.banks[chain.schedule[0]!]!;
    const output = suite.vrf.verify(leader.vrf, openInput(manifest, chain, 0), seal.header.opening)!;
    expect(toHex(sketchKeyOf(manifest, output))).not.toBe(toHex(opened.key));
    expect(opened.saltProof).toEqual(open.saltProof);
  });

  it('is shown no result whose salt opens the draft', () => {
    expect(outcome.salt).toEqual(resultSalt(draft.saltProof));
    expect(equalBytes(outcome.salt, draftSalt(draft.saltProof))).toBe(false);
  });

  it('is given nothing that a bank takes with another salt', () => {
    expect(isWhole(draft)).toBe(true);
    const bent = draft.saltProof.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    expect(isWhole({ ...draft, saltProof: bent })).toBe(false);
  });
});

/** The result root as an executor computes it, with any salt. */
function rootOf(salt: Uint8Array): Uint8Array {
  const book = ledger({}, 12);
  const leaves = book.entries.map(({ keyDigest, digest }) =>
    merkle.leafHash(hash('result-row', keyDigest, digest)),
  );
  return hash(
    'result',
    salt,
    merkle.root(leaves),
    merkle.root([]),
    encode(totalsCodec, outcome.totals),
    encodeStatistics(outcome.statistics),
  );
}
