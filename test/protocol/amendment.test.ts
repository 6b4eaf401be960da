import { beforeAll, describe, expect, it } from 'vitest';
import { compareBytes, joinBytes, toHex } from '../../src/crypto/bytes.js';
import { hash } from '../../src/crypto/hash.js';
import type { Dataset } from '../../src/data/dataset.js';
import { Sketch } from '../../src/data/sketch.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import {
  commonSketch,
  type Differences,
  fitsAmendment,
  makeAmendment,
  readAmendment,
} from '../../src/protocol/amendment.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import type { Draft } from '../../src/protocol/draft.js';
import type { Amendment } from '../../src/protocol/messages.js';
import { openedFor, type ReadDraft } from '../../src/protocol/reading.js';
import { type Desk, deskOf, draftOf, signDraft } from './drafting.js';
import { consortium, type Fixture, ledger, RECORDS } from './network.js';

const N = 4;
const OUT = 3;
let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(N, 1, { parameters: { sketchSymbols: 64, maxDifferences: 128 } });
});

/** Banks 0, 1 and 2 are the inputs of a thin draft, each with records of its own; bank 3 is left out of it. */
function scene(
  books: readonly Dataset[] = [ledger({ 0: 7 }), ledger({ 1: 7 }), ledger({ 2: 7 }), ledger({ 3: 7 })],
) {
  const desks: Desk[] = books.map((book, bank) => deskOf(fixture, bank, book));
  const { read } = draftOf(fixture, desks, [0, 1, 2]);
  const amendment = makeAmendment(desks[OUT]!.context, read, desks[OUT]!.commitment)!;
  const readBy = (bank: number, changed = amendment, of = read): Differences | null => {
    const { context } = desks[bank]!;
    return readAmendment(context, of, commonSketch(context, of), changed);
  };
  return { desks, read, amendment, readBy };
}

/** What bank 3 holds under a key id, by what another bank makes of its amendment. */
function versionsBy(
  desk: Desk,
  read: ReadDraft,
  differences: Differences,
  ids: Iterable<string>,
): Map<string, string> {
  const keyed = desk.context.own.keyed(read.opened.key);
  return new Map(
    [...ids].map((id) => {
      const different = differences.get(id);
      const version = different === undefined ? (keyed.find(id)?.version ?? null) : different;
      return [id, version ? toHex(version) : 'none'];
    }),
  );
}

describe('an amendment', () => {
  it('says what its sender holds, to every holder of U alike, whatever else they hold', () => {
    for (const books of [
      undefined,
      [ledger({ 0: 7, 9: 1 }), ledger({ 1: 7 }), ledger({ 9: 2 }, 26), ledger({ 9: 3, 5: 5 }, 23)],
      [ledger(), ledger(), ledger(), ledger({}, 4)],
      [ledger(), ledger(), ledger({}, 20), ledger({ 1: 1, 2: 2, 22: 3 }, 40)],
    ]) {
      const { desks, read, readBy } = scene(books);
      const own = desks[OUT]!.context.own.keyed(read.opened.key);
      const ids = new Set(desks.flatMap(({ context }) => context.own.keyed(read.opened.key).ids));
      const truth = new Map(
        [...ids].map((id) => {
          const version = own.find(id)?.version;
          return [id, version ? toHex(version) : 'none'];
        }),
      );
      for (const bank of [0, 1, 2]) expect(versionsBy(desks[bank]!, read, readBy(bank)!, ids)).toEqual(truth);
    }
  });

  it('is not well-formed with fewer symbols than list all differences, or none, or parts of one', () => {
    const { amendment, readBy } = scene([ledger(), ledger(), ledger(), ledger({}, 80)]);
    expect(readBy(0)).not.toBeNull();
    const { symbols } = amendment;
    for (const cut of [0, 32, 32 * 20, symbols.length / 2 + 1, symbols.length - 1])
      expect(readBy(0, { ...amendment, symbols: symbols.subarray(0, cut) }), `${cut}`).toBeNull();
    expect(readBy(0, { ...amendment, symbols: new Uint8Array(64 * 32).fill(255) })).toBeNull();
  });

  it('is not well-formed when it counts more records than its Commitment', () => {
    const { amendment, readBy } = scene();
    for (const change of [-1, -2, -RECORDS]) {
      const commitment = { ...amendment.commitment, records: RECORDS + change };
      for (const bank of [0, 1, 2]) expect(readBy(bank, { ...amendment, commitment })).toBeNull();
    }
  });

  it('is not well-formed with more differences outside the table than a bank may have', () => {
    const most = fixture.manifest.parameters.maxDifferences;
    for (const [more, formed] of [
      [most, true],
      [most + 1, false],
    ] as const) {
      const { readBy } = scene([ledger(), ledger(), ledger(), ledger({}, 24 + more)]);
      for (const bank of [0, 1, 2]) expect(readBy(bank) !== null, `${bank} ${more}`).toBe(formed);
    }
  });

  it('is not well-formed when it shows two versions of one key', () => {
    // Two sketches added up: that of the sender's records and one symbol stream of a second version of record 5.
    const { desks, read } = scene();
    const { opened } = read;
    const two = deskOf(fixture, OUT, ledger({ 3: 7 }));
    const entry = ledger({ 5: 1 }).entries.find(({ values }) => values[0] === 5n)!;
    const made = makeAmendment(two.context, read, two.commitment)!;
    const { key } = two.context.own.keyed(opened.key);
    const items = [...two.context.own.dataset.entries, entry].map((each) =>
      key.item(each.keyDigest, each.digest),
    );
    const amendment: Amendment = {
      ...made,
      commitment: { ...made.commitment, records: items.length },
      records: hash('sketched-records', joinBytes([...items].sort(compareBytes))),
      symbols: new Sketch(SketchItems.fromItems(key, items)).symbols(0, 64),
    };
    for (const bank of [0, 1, 2]) {
      const { context } = desks[bank]!;
      expect(context.own.keyed(opened.key).find('')).toBeUndefined();
      expect(readAmendment(context, read, commonSketch(context, read), amendment)).toBeNull();
    }
  });

  it('is made of a draft whose symbols are anything at all', () => {
    const { desks, read } = scene();
    for (const symbols of [
      new Uint8Array(0),
      new Uint8Array(5),
      new Uint8Array(64 * 32).fill(255),
      new Uint8Array(32),
    ]) {
      const lying = { ...read, draft: { ...read.draft, symbols } as Draft };
      const sender = deskOf(fixture, OUT, ledger({ 3: 7 }));
      const amendment = makeAmendment(sender.context, lying, sender.commitment)!;
      expect(amendment.symbols.length).toBeGreaterThan(1000);
      const { context } = desks[0]!;
      expect(readAmendment(context, read, commonSketch(context, read), amendment)).not.toBeNull();
    }
  });
});

describe('a draft that takes a bank in', () => {
  function back() {
    const { desks, amendment } = scene();
    const { read: again, forward } = draftOf(fixture, desks, [0, 1, 2, 3], 1);
    const fits = (of: ReadDraft, bank = 0): boolean => {
      const { context } = desks[bank]!;
      return fitsAmendment(context, of, commonSketch(context, of), amendment);
    };
    return { desks, again, forward, fits };
  }

  it('fits its amendment when it lists the bank as that says', () => {
    const { again, fits } = back();
    for (const bank of [0, 1, 2]) expect(fits(again, bank)).toBe(true);
  });

  it('does not fit with another Commitment of the bank', () => {
    const { forward, fits } = back();
    const { draft } = forward.draft;
    const changed = { ...draft.commitments[OUT]!, dataRoot: new Uint8Array(32) };
    const commitment = { ...changed, signature: fixture.sign(OUT, commitmentStatement(changed)) };
    const commitments = [...draft.commitments.slice(0, OUT), commitment];
    const { read } = signDraft(fixture, { ...draft, commitments });
    for (const bank of [0, 1, 2]) expect(fits(read, bank)).toBe(false);
  });

  it('does not fit when it lists the bank with records it does not have, or lacks a row of its differences', () => {
    const { desks, fits } = back();
    for (const book of [ledger(), ledger({ 3: 7 }, 23), ledger({ 3: 7 }, 25), ledger({ 3: 7, 4: 1 })]) {
      const lie = [...desks];
      lie[OUT] = { ...deskOf(fixture, OUT, book), commitment: desks[OUT]!.commitment };
      const { read } = draftOf(fixture, lie, [0, 1, 2, 3], 1);
      for (const bank of [0, 1, 2]) expect(fits(read, bank), `${bank} ${book.size}`).toBe(false);
    }
  });

  it('is opened under the key that its leader proved', () => {
    const { again } = back();
    const { context } = deskOf(fixture, 0);
    expect(openedFor(context, again.draft)!.key).toEqual(again.opened.key);
  });
});

describe('the digest of all records in an amendment', () => {
  it('is what its rows and symbols must come to: with any other it is not well-formed, and no draft fits it', () => {
    const { desks, read, amendment, readBy } = scene();
    const { read: again } = draftOf(fixture, desks, [0, 1, 2, 3], 1);
    const { context } = desks[0]!;
    const records = amendment.records.map((byte, i) => (i === 7 ? byte ^ 1 : byte));
    for (const bank of [0, 1, 2]) expect(readBy(bank, { ...amendment, records })).toBeNull();
    const common = commonSketch(context, again);
    expect(fitsAmendment(context, again, common, amendment)).toBe(true);
    expect(fitsAmendment(context, again, common, { ...amendment, records })).toBe(false);
    expect(read.rows.size).toBeGreaterThan(0);
  });

  it('does not help who names rows otherwise than it holds them', () => {
    const { amendment, readBy } = scene();
    const { rows } = amendment;
    const bent = rows.map((row, i) => (i === 0 ? row.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) : row));
    for (const changed of [
      bent,
      rows.slice(1),
      [...rows, rows[0]!],
      [...rows].reverse(),
      [new Uint8Array(24)],
    ])
      for (const bank of [0, 1, 2]) expect(readBy(bank, { ...amendment, rows: changed })).toBeNull();
  });
});
