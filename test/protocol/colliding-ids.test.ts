// Key ids have 64 bits: who knows a view's key beforehand finds two keys with one id in 2^32 evaluations, and may bring
// records with them into honest books. Here the id of one record is made that of another, under the key of view 0 alone.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { Dataset } from '../../src/data/dataset.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { commonSketch, fitsAmendment, makeAmendment, readAmendment } from '../../src/protocol/amendment.js';
import { checkDraft } from '../../src/protocol/following.js';
import { Inclusion } from '../../src/protocol/inclusion.js';
import { deskOf, draftOf, openView } from './drafting.js';
import { consortium, type Fixture, LEDGER, ledger, Net, RECORDS } from './network.js';

const fixture: Fixture = await consortium(4, 1, { parameters: { statistics: 'none', sketchSymbols: 64 } });
const key = openView(fixture).opened.key;
const full = ledger({}, RECORDS + 8);
const [first, second] = full.entries.filter(({ values }) => Number(values[0]) >= RECORDS);

/** The common records, and these of the two. */
const book = (...more: ('first' | 'second')[]): Dataset => {
  const kept = full.entries.filter(
    (entry) =>
      Number(entry.values[0]) < RECORDS ||
      (entry === first && more.includes('first')) ||
      (entry === second && more.includes('second')),
  );
  return Dataset.fromRecords(
    LEDGER,
    kept.map(({ values }) => values),
  );
};

afterEach(() => vi.restoreAllMocks());

/** From now on `second` has the id of `first` under the key of view 0. */
function collide(): void {
  const { keyId, itemLanes } = SketchKey.prototype;
  const id = new SketchKey(key).keyId(first!.keyDigest);
  const named = (sketchKey: SketchKey, keyDigest: Uint8Array): Uint8Array =>
    equalBytes(keyDigest, second!.keyDigest) && equalBytes(keyId.call(sketchKey, first!.keyDigest), id)
      ? first!.keyDigest
      : keyDigest;
  vi.spyOn(SketchKey.prototype, 'keyId').mockImplementation(function (this: SketchKey, keyDigest) {
    return keyId.call(this, named(this, keyDigest));
  });
  vi.spyOn(SketchKey.prototype, 'itemLanes').mockImplementation(function (
    this: SketchKey,
    keyDigest,
    ...rest
  ) {
    itemLanes.call(this, named(this, keyDigest), ...rest);
  });
}

const BANKS = [0, 1, 2, 3];

/** An epoch of honest banks with these books; what they sealed, and who was accused. */
function epoch(books: readonly Dataset[]) {
  const net = new Net(fixture, { datasets: books }).start().run(200_000);
  expect(net.sealed(BANKS)).toBe(true);
  const sealed = BANKS.map((bank) => net.output(bank, 'sealed')[0]!);
  expect(new Set(sealed.map(({ seal }) => toHex(seal.root))).size).toBe(1);
  for (const bank of BANKS) {
    expect(net.output(bank, 'evidence')).toEqual([]);
    expect(net.output(bank, 'suspected')).toEqual([]);
  }
  const { seal, outcome } = sealed.find((each) => each.outcome)!;
  const keys = outcome!.rows.map(({ keyDigest }) => toHex(keyDigest));
  return { net, header: seal.header, has: (entry = first!) => keys.includes(toHex(entry.keyDigest)) };
}

describe('two records of one bank with one id', () => {
  it('control: are both in the result when their ids differ', () => {
    const { header, has } = epoch(BANKS.map(() => book('first', 'second')));
    expect([header.slot.view, has(first), has(second)]).toEqual([0, true, true]);
  });

  it('cost the view, and no record, when all banks have them', () => {
    collide();
    const { header, has } = epoch(BANKS.map(() => book('first', 'second')));
    expect(header.slot.view).toBe(1);
    expect([header.inputs, has(first), has(second)]).toEqual([BANKS, true, true]);
  });

  it.each(['first', 'second'] as const)(
    'leave their bank an input, by its amendment, when the others have the %s',
    (held) => {
      collide();
      const leader = new Net(fixture).leader(0);
      const victim = (leader + 1) % 4;
      const { header, has } = epoch(
        BANKS.map((bank) => (bank === victim ? book('first', 'second') : book(held))),
      );
      expect(header.slot.view).toBe(0);
      expect([header.inputs, header.amended]).toEqual([BANKS, [victim]]);
      expect([has(first), has(second)]).toEqual([held === 'first', held === 'second']);
    },
  );

  it('are attested by nobody who has both, whether the table has their id or not', () => {
    collide();
    for (const liar of [book('first', 'second'), book('first'), book()]) {
      const books = BANKS.map((bank) => (bank === 0 ? liar : book('first', 'second')));
      const desks = books.map((each, bank) => deskOf(fixture, bank, each));
      const { read, forward } = draftOf(fixture, desks, BANKS);
      for (const { bank, context, commitment } of desks.slice(1)) {
        const { opened } = read;
        const inclusion = new Inclusion(context);
        expect(checkDraft(context, forward.draft, opened, read, commitment, inclusion), `${bank}`).toBe(
          'ids-collide',
        );
      }
    }
  });

  it.each([
    ['both lack', book()],
    ['have the first of', book('first')],
    ['have the second of', book('second')],
  ])('are no reason to leave their bank out, when the inputs %s them', (_, honest) => {
    collide();
    // The leader, bank 0, has another version of the first: so their id is in the table.
    for (const liar of [honest, ledger({ [Number(first!.values[0])]: 5 }, RECORDS + 8)]) {
      const books = [liar, honest, honest, book('first', 'second')];
      const desks = books.map((each, bank) => deskOf(fixture, bank, each));
      const { read } = draftOf(fixture, desks, [0, 1, 2]);
      const victim = desks[3]!;
      const amendment = makeAmendment(victim.context, read, victim.commitment)!;
      for (const { context } of desks.slice(1, 3))
        expect(readAmendment(context, read, commonSketch(context, read), amendment)).not.toBeNull();
      const { read: again, forward } = draftOf(fixture, desks, BANKS, 1, [amendment]);
      for (const { context } of desks.slice(1, 3))
        expect(fitsAmendment(context, again, commonSketch(context, again), amendment)).toBe(true);
      // It finds the draft right, and so deals and acknowledges.
      const { context, commitment } = victim;
      const inclusion = new Inclusion(context);
      expect(checkDraft(context, forward.draft, again.opened, again, commitment, inclusion)).toBeNull();
    }
  });

  it('are opened as the one that is held, so that nobody can accuse their bank', () => {
    collide();
    const { context } = deskOf(fixture, 3, book('first', 'second'));
    const keyed = context.own.keyed(key);
    expect(keyed.aside).toEqual([second]);
    const id = keyed.key.keyId(second!.keyDigest);
    const { records, items } = context.own.openings(key, [id]);
    expect(records.map(({ record }) => record)).toEqual([first!.bytes]);
    expect(items).toEqual([keyed.key.item(first!.keyDigest, first!.digest)]);
    expect(context.own.common(key, new Set([toHex(id)])).entries).toHaveLength(RECORDS);
  });
});

describe('records of two banks with one id', () => {
  it('are taken for versions of one key: that of the fewer is in no result of that view, and nobody is accused', () => {
    collide();
    const { header, has } = epoch(BANKS.map((bank) => book(bank === 3 ? 'second' : 'first')));
    expect([header.slot.view, header.inputs]).toEqual([0, BANKS]);
    expect([has(first), has(second)]).toEqual([true, false]);
  });
});
