import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import type { Dataset } from '../../src/data/dataset.js';
import { makeAmendment } from '../../src/protocol/amendment.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import { Inclusion } from '../../src/protocol/inclusion.js';
import type { Amendment } from '../../src/protocol/messages.js';
import type { ReadDraft } from '../../src/protocol/reading.js';
import { amendmentStatement } from '../../src/protocol/requests.js';
import { type Desk, deskOf, draftOf } from './drafting.js';
import { consortium, type Fixture, ledger } from './network.js';

const N = 7;
const X = 6;
const WITHOUT = [0, 1, 2, 3, 4, 5];
const WITH = [0, 1, 2, 3, 4, 5, 6];
let fixture: Fixture; // n = 7, f = 2, q = 5: all but seven inputs are thin
beforeAll(async () => {
  fixture = await consortium(N, 2, { parameters: { sketchSymbols: 32 } });
});

const bookOf = (bank: number): Dataset => ledger({ [bank]: 7 });

/** Bank 0 judges; bank X is left out of the draft of slot 0. */
function scene(faults: Partial<Record<number, Dataset>> = {}) {
  const desks: Desk[] = WITH.map((bank) => deskOf(fixture, bank, faults[bank] ?? bookOf(bank)));
  const judge = desks[0]!;
  const inclusion = new Inclusion(judge.context);
  const draft = (index: number, inputs: readonly number[]) => draftOf(fixture, desks, inputs, index);
  const see = (index: number, inputs: readonly number[]): ReadDraft => {
    const { read, forward } = draft(index, inputs);
    inclusion.show(read, forward);
    inclusion.expect(read);
    return read;
  };
  /** What X says to the draft of a slot that leaves it out. */
  const amends = (index: number, inputs = WITHOUT): Amendment => {
    const { read } = draft(index, inputs);
    return makeAmendment(desks[X]!.context, read, desks[X]!.commitment)!;
  };
  const resigned = (amendment: Amendment): Amendment => ({
    ...amendment,
    signature: fixture.sign(amendment.commitment.bank, amendmentStatement(amendment)),
  });
  const wronged = (): number[] =>
    inclusion.wronglyLeftOut().map(({ amendment }) => amendment.commitment.bank);
  return { desks, judge, inclusion, draft, see, amends, resigned, wronged };
}

describe('a bank that a thin draft leaves out', () => {
  it('is shown the draft, and is wrongly left out once its amendment of it is here', () => {
    const { judge, inclusion, see, amends, wronged } = scene();
    expect(inclusion.onAmendment(amends(0))).toBeNull();
    see(0, WITHOUT);
    const shown = judge.sent().filter(({ message }) => message.type === 'forward');
    expect(shown.map(({ to }) => to)).toEqual([X]);
    expect(wronged()).toEqual([]); // one that came before the draft is not kept: it comes again
    expect(inclusion.onAmendment(amends(0))).toBeNull();
    expect(wronged()).toEqual([X]);
  });

  it('answers whoever shows it a draft, once a slot and always the same, whatever slot it has seen before', () => {
    const { desks, draft } = scene();
    const { context, commitment } = desks[X]!;
    const own = new Inclusion(context);
    const signatures = new Set<string>();
    for (const [index, from] of [
      [3, 0],
      [0, 0],
      [0, 1],
      [3, 1],
      [0, 0],
      [3, 1],
    ] as const) {
      own.answer(from, draft(index, WITHOUT).read, commitment);
      for (const { to, message } of desks[X]!.sent()) {
        if (message.type !== 'amendment') continue;
        expect([to, message.slot.index]).toEqual([from, index]);
        signatures.add(`${index}/${from}/${toHex(message.signature)}`);
      }
    }
    expect(signatures.size).toBe(4);
    expect(new Set([...signatures].map((each) => each.split('/')[2])).size).toBe(2);
  });

  it('answers nobody about a draft that has it, or has enough without it', async () => {
    const { desks, draft } = scene();
    new Inclusion(desks[X]!.context).answer(0, draft(0, WITH).read, desks[X]!.commitment);
    expect(desks[X]!.sent()).toEqual([]);
  });

  it('is nobody whom a draft with enough inputs leaves out', async () => {
    const ten = await consortium(10, 1, { parameters: { sketchSymbols: 32 } }); // q = 6, thin below 7
    const desks = Array.from({ length: 10 }, (_, bank) => deskOf(ten, bank, ledger()));
    for (const [inputs, thin] of [
      [[0, 1, 2, 3, 4, 5], true],
      [[0, 1, 2, 3, 4, 5, 6], false],
    ] as const) {
      const { read, forward } = draftOf(ten, desks, inputs);
      const inclusion = new Inclusion(desks[0]!.context);
      inclusion.show(read, forward);
      inclusion.expect(read);
      expect(desks[0]!.sent().some(({ message }) => message.type === 'forward')).toBe(thin);
      inclusion.onAmendment(makeAmendment(desks[9]!.context, read, desks[9]!.commitment)!);
      expect(inclusion.wronglyLeftOut().map(({ amendment }) => amendment.commitment.bank)).toEqual(
        thin ? [9] : [],
      );
    }
  });

  it('is not wrongly left out of a draft of another slot than it speaks of', () => {
    const { inclusion, see, amends, wronged } = scene();
    see(1, WITHOUT);
    inclusion.onAmendment(amends(0));
    expect(wronged()).toEqual([]);
    inclusion.onAmendment(amends(1));
    expect(wronged()).toEqual([X]);
    see(2, WITHOUT);
    expect(wronged()).toEqual([]);
  });
});

describe('an amendment', () => {
  it('is refused unless its bank signed all of it, for this epoch', () => {
    const { desks, inclusion, see, amends, resigned, wronged } = scene();
    see(0, WITHOUT);
    const good = amends(0);
    const recommitted = (change: object): Amendment => {
      const commitment = { ...good.commitment, ...change };
      return {
        ...good,
        commitment: { ...commitment, signature: fixture.sign(X, commitmentStatement(commitment)) },
      };
    };
    const bad: readonly Amendment[] = [
      { ...good, epoch: 1 },
      recommitted({ epoch: 1 }),
      { ...good, commitment: { ...good.commitment, bank: 7 } },
      { ...good, commitment: { ...good.commitment, bank: 65535 } },
      { ...good, commitment: { ...good.commitment, records: 3 } },
      { ...good, symbols: good.symbols.subarray(1) },
      { ...good, signature: new Uint8Array(64) },
      { ...good, signature: fixture.sign(5, amendmentStatement(good)) },
    ];
    for (const amendment of bad) expect(inclusion.onAmendment(amendment)).toBe('amendment-invalid');
    for (const bank of [0, 5]) inclusion.onAmendment({ ...good, commitment: desks[bank]!.commitment });
    inclusion.onAmendment({ ...good, slot: { view: 0, index: 1 } });
    expect(wronged()).toEqual([]);
    expect(inclusion.onAmendment(resigned(good))).toBeNull();
    expect(wronged()).toEqual([X]);
  });

  it('that is not well-formed wrongs nobody, and two of one slot prove their bank faulty', () => {
    const { judge, inclusion, see, amends, resigned, wronged } = scene();
    see(0, WITHOUT);
    const good = amends(0);
    const cut = resigned({ ...good, symbols: good.symbols.subarray(0, 64) });
    expect(inclusion.onAmendment(cut)).toBe('amendment-malformed');
    expect(wronged()).toEqual([]);
    expect(judge.evidence).toEqual([]);
    expect(inclusion.onAmendment(good)).toBeNull();
    expect(judge.evidence.map(({ accused }) => accused)).toEqual([X]);
  });

  it('with another Commitment than the bank made proves it faulty', () => {
    const { judge, inclusion, see, amends } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    const other = deskOf(fixture, X, ledger({ 9: 9 }));
    const { read } = draftOf(fixture, scene().desks, WITHOUT, 1);
    see(1, WITHOUT);
    expect(inclusion.onAmendment(makeAmendment(other.context, read, other.commitment)!)).toBeNull();
    expect(judge.evidence.map(({ accused }) => accused)).toEqual([X]);
  });
});

describe('a draft that takes a bank in by its amendment', () => {
  it('is shown to the bank, and fits with that amendment and no other', () => {
    const { desks, judge, inclusion, amends, resigned } = scene();
    const good = amends(0);
    const { read, forward } = draftOf(fixture, desks, WITH, 1, [good]);
    inclusion.show(read, forward);
    expect(judge.sent().map(({ to, message }) => [to, message.type])).toEqual([[X, 'forward']]);
    expect(inclusion.fits(read, [good])).toBe(true);
    const other = deskOf(fixture, X, ledger({ 9: 9 }));
    const { read: first } = draftOf(fixture, desks, WITHOUT, 0);
    const bad: Record<string, readonly Amendment[]> = {
      none: [],
      'one too many': [good, good],
      'of other records': [makeAmendment(other.context, first, other.commitment)!],
      'with the Commitment of other records': [resigned({ ...good, commitment: other.commitment })],
      'of another bank': [{ ...good, commitment: desks[5]!.commitment }],
      unsigned: [{ ...good, signature: new Uint8Array(64) }],
      'of another view': [resigned({ ...good, slot: { view: 1, index: 0 } })],
      'of another epoch': [resigned({ ...good, epoch: 1 })],
      'with too few symbols': [resigned({ ...good, symbols: good.symbols.subarray(0, 64) })],
    };
    for (const [what, amendments] of Object.entries(bad))
      expect(inclusion.fits(read, amendments), what).toBe(false);
  });

  it('fits in later slots with the same amendment, with rows that came since and without rows that went', () => {
    const { desks, inclusion, amends } = scene();
    const good = amends(0, [0, 1, 2, 3, 4]);
    for (const inputs of [WITH, [0, 1, 2, 3, 6], [1, 2, 3, 4, 5, 6]]) {
      const { read } = draftOf(fixture, desks, inputs, 3, [good]);
      expect(inclusion.fits(read, [good]), `${inputs}`).toBe(inputs.includes(0));
    }
  });
});
