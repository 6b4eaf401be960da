import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.js';
import { makeAmendment } from '../../src/protocol/amendment.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import { Inclusion, SPENT_TIMER } from '../../src/protocol/inclusion.js';
import type { Amendment, VoteMessage } from '../../src/protocol/messages.js';
import type { ReadDraft } from '../../src/protocol/reading.js';
import { amendmentStatement } from '../../src/protocol/requests.js';
import { attestation, type Desk, deskOf, draftOf } from './drafting.js';
import { consortium, type Fixture, ledger } from './network.js';

const N = 7;
const X = 6;
const WITHOUT = [0, 1, 2, 3, 4, 5];
const WITH = [0, 1, 2, 3, 4, 5, 6];
/** The slot in which bank X is brought back. */
const BACK = { view: 0, index: 1 };
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
    inclusion.onDraft(read, forward, judge.commitment);
    return read;
  };
  /** What X says to the draft of a slot that leaves it out. */
  const amends = (index: number, inputs = WITHOUT): Amendment => {
    const { read } = draft(index, inputs);
    return makeAmendment(desks[X]!.context, read, desks[X]!.commitment);
  };
  const resigned = (amendment: Amendment): Amendment => ({
    ...amendment,
    signature: fixture.sign(amendment.commitment.bank, amendmentStatement(amendment)),
  });
  const wronged = (read: ReadDraft): number[] =>
    inclusion.wronglyLeftOut(read).map(({ amendment }) => amendment.commitment.bank);
  const vote = (read: ReadDraft): VoteMessage => attestation(fixture, X, read.draft.header);
  return { desks, judge, inclusion, draft, see, amends, resigned, wronged, vote };
}

describe('a bank that a thin draft leaves out', () => {
  it('is shown the draft, and is wrongly left out once its amendment is here, whichever of both comes first', () => {
    for (const first of ['draft', 'amendment']) {
      const { judge, inclusion, see, amends, wronged } = scene();
      if (first === 'amendment') expect(inclusion.onAmendment(amends(0))).toBeNull();
      const read = see(0, WITHOUT);
      const shown = judge.sent().filter(({ message }) => message.type === 'forward');
      expect(shown.map(({ to }) => to)).toEqual([X]);
      if (first === 'draft') {
        expect(wronged(read)).toEqual([]);
        expect(inclusion.onAmendment(amends(0))).toBeNull();
      }
      expect(wronged(read)).toEqual([X]);
    }
  });

  it('says so to everybody, signed, and attests to everybody from then on', () => {
    const { desks, draft } = scene();
    const { read, forward } = draft(0, WITHOUT);
    const own = new Inclusion(desks[X]!.context);
    expect(own.amending).toBe(false);
    own.onDraft(read, forward, desks[X]!.commitment);
    expect(own.amending).toBe(true);
    const sent = desks[X]!.sent().flatMap(({ to, message }) => (message.type === 'amendment' ? [to] : []));
    expect(sent.sort()).toEqual(WITH);
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
      inclusion.onDraft(read, forward, desks[0]!.commitment);
      expect(desks[0]!.sent().some(({ message }) => message.type === 'forward')).toBe(thin);
      inclusion.onAmendment(makeAmendment(desks[9]!.context, read, desks[9]!.commitment));
      expect(inclusion.wronglyLeftOut(read).map(({ amendment }) => amendment.commitment.bank)).toEqual(
        thin ? [9] : [],
      );
    }
  });

  it('is not wrongly left out of a draft of another slot than it speaks of', () => {
    const { inclusion, see, amends, wronged } = scene();
    const [first, second] = [see(0, WITHOUT), see(1, WITHOUT)];
    inclusion.onAmendment(amends(0));
    expect(wronged(first)).toEqual([X]);
    expect(wronged(second)).toEqual([]);
    inclusion.onAmendment(amends(1));
    expect(wronged(second)).toEqual([X]);
  });
});

describe('an amendment', () => {
  it('is refused unless its bank signed all of it, for this epoch', () => {
    const { desks, inclusion, see, amends, resigned, wronged } = scene();
    const read = see(0, WITHOUT);
    const good = amends(0);
    const recommitted = (change: object): Amendment => {
      const commitment = { ...good.commitment, ...change };
      return {
        ...good,
        commitment: { ...commitment, signature: fixture.sign(X, commitmentStatement(commitment)) },
      };
    };
    const bad: readonly (readonly [string, Amendment])[] = [
      ['amendment-invalid', { ...good, epoch: 1 }],
      ['amendment-invalid', recommitted({ epoch: 1 })],
      ['amendment-invalid', { ...good, commitment: { ...good.commitment, bank: 7 } }],
      ['amendment-invalid', { ...good, commitment: { ...good.commitment, bank: 65535 } }],
      ['amendment-invalid', { ...good, commitment: { ...good.commitment, bank: 5 } }],
      ['amendment-invalid', { ...good, commitment: { ...good.commitment, records: 3 } }],
      ['amendment-invalid', recommitted({ ticket: new Uint8Array(80) })],
      ['amendment-unsigned', { ...good, commitment: desks[5]!.commitment }],
      ['amendment-unsigned', { ...good, slot: { view: 0, index: 1 } }],
      ['amendment-unsigned', { ...good, symbols: good.symbols.subarray(1) }],
      ['amendment-unsigned', { ...good, signature: new Uint8Array(64) }],
    ];
    for (const [code, amendment] of bad) expect(inclusion.onAmendment(amendment)).toBe(code);
    expect(wronged(read)).toEqual([]);
    expect(inclusion.onAmendment(resigned(good))).toBeNull();
    expect(wronged(read)).toEqual([X]);
  });

  it('that is not well-formed wrongs nobody, and two of one slot prove their bank faulty', () => {
    const { judge, inclusion, see, amends, resigned, wronged } = scene();
    const read = see(0, WITHOUT);
    const good = amends(0);
    expect(inclusion.onAmendment(resigned({ ...good, symbols: good.symbols.subarray(0, 64) }))).toBeNull();
    expect(wronged(read)).toEqual([]);
    expect(judge.evidence).toEqual([]);
    expect(inclusion.onAmendment(good)).toBeNull();
    expect(judge.evidence.map(({ accused }) => accused)).toEqual([X]);
    expect(wronged(read)).toEqual([]);
  });

  it('with another Commitment than the bank made proves it faulty', () => {
    const { judge, inclusion, see, amends } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    const other = deskOf(fixture, X, ledger({ 9: 9 }));
    const { read } = draftOf(fixture, scene().desks, WITHOUT, 1);
    expect(inclusion.onAmendment(makeAmendment(other.context, read, other.commitment))).toBeNull();
    expect(judge.evidence.map(({ accused }) => accused)).toEqual([X]);
  });

  it('of a bank that is proven faulty is void', () => {
    const { judge, inclusion, see, amends, wronged } = scene();
    const read = see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    judge.proven.add(X);
    expect(wronged(read)).toEqual([]);
  });
});

describe('a draft that brings a bank back', () => {
  it('starts its time, and leaves its amendment spent when that runs out without its attestation', () => {
    const { judge, inclusion, see, amends, wronged } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    inclusion.onSpentTimer(X, { view: 0, index: 0 }); // no draft brought it back
    judge.sent();
    see(1, WITH);
    expect(inclusion.misfit(draftOf(fixture, scene().desks, WITH, 1).read)).toBeNull();
    const [letter, ...rest] = judge.sent();
    expect([letter!.to, letter!.message.type, rest]).toEqual([X, 'forward', []]);
    inclusion.onSpentTimer(X, BACK);
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(wronged(again)).toEqual([]);
  });

  it('has had no time when the leader has gone on to a later slot, where the bank may have signed already', () => {
    const { inclusion, see, amends, wronged } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    see(1, WITH);
    inclusion.onSpentTimer(X, { view: 0, index: 2 });
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(wronged(again)).toEqual([X]);
  });

  it('sets a timer of four delays', () => {
    const { judge, see } = scene();
    see(0, WITHOUT);
    judge.context.outbox.take();
    see(1, WITH);
    const { timers } = judge.context.outbox.take();
    expect(timers).toEqual([{ id: `${SPENT_TIMER}${X}`, after: 4 * fixture.manifest.parameters.delta }]);
  });

  it('leaves its amendment good when its attestation came', () => {
    const { inclusion, see, amends, wronged, vote } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    const back = see(1, WITH);
    expect(inclusion.onAttestation(X, vote(back), true)).toBe(true);
    expect(inclusion.onAttestation(X, vote(back), true)).toBe(false); // no news
    inclusion.onSpentTimer(X, BACK);
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(wronged(again)).toEqual([X]);
  });

  it('leaves its amendment good when its attestation comes before the draft: the leader showed it to this bank last', () => {
    const { inclusion, draft, see, amends, wronged, vote } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    expect(inclusion.onAttestation(X, vote(draft(1, WITH).read), true)).toBe(false);
    see(1, WITH);
    inclusion.onSpentTimer(X, BACK);
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(wronged(again)).toEqual([X]);
  });

  it('leaves its amendment good when its attestation comes after the next draft, which leaves it out again', () => {
    const { inclusion, see, amends, wronged, vote } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    const back = see(1, WITH);
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(inclusion.onAttestation(X, vote(back), true)).toBe(true);
    inclusion.onSpentTimer(X, BACK);
    expect(wronged(again)).toEqual([X]);
  });

  it('does not take for an attestation what the leader would not count', () => {
    const { desks, inclusion, see, amends, wronged } = scene();
    see(0, WITHOUT);
    inclusion.onAmendment(amends(0));
    const back = see(1, WITH);
    const { header } = back.draft;
    const root = new Uint8Array(32);
    const good = attestation(fixture, X, header);
    const resigned = (vote: VoteMessage): VoteMessage => ({
      ...vote,
      signature: fixture.sign(X, ballotStatement(vote, N)),
    });
    const bad: Record<string, VoteMessage> = {
      'signed by another': { ...good, signature: attestation(fixture, 5, header).signature },
      'no signature': { ...good, signature: new Uint8Array(96) },
      'dealers out of order': attestation(fixture, X, header, [
        { dealer: 3, root },
        { dealer: 1, root },
      ]),
      'a dealer twice': attestation(fixture, X, header, [
        { dealer: 3, root },
        { dealer: 3, root },
      ]),
      'a dealer that is none': attestation(fixture, X, header, [{ dealer: 99, root }]),
      'shown with no electorate': { ...good, electorate: null },
      'shown with another electorate': { ...good, electorate: WITHOUT },
      'no list': { ...good, holdings: null },
      'another list': { ...good, holdings: [{ dealer: 1, root }] },
      'another value': resigned({ ...good, value: root }),
      'another phase': resigned({ ...good, phase: 'commit' }),
      'another slot': resigned({ ...good, slot: { view: 0, index: 2 } }),
      'an earlier draft': attestation(fixture, X, draftOf(fixture, desks, WITH, 0).read.draft.header),
    };
    for (const [what, vote] of Object.entries(bad)) {
      expect(inclusion.onAttestation(X, vote, true), what).toBe(false);
      expect(inclusion.onAttestation(5, vote, true), what).toBe(false);
      expect(inclusion.onAttestation(65535, vote, false), what).toBe(false);
    }
    inclusion.onSpentTimer(X, BACK);
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(wronged(again)).toEqual([]);
  });

  it('is a misfit when it lists the bank otherwise than its amendment, and does not spend that', () => {
    const { desks, judge, inclusion, see, amends, wronged } = scene();
    see(0, WITHOUT);
    const amendment = amends(0);
    inclusion.onAmendment(amendment);
    const lie = [...desks];
    lie[X] = { ...deskOf(fixture, X, ledger({ 9: 1 })), commitment: desks[X]!.commitment };
    const { read, forward } = draftOf(fixture, lie, WITH, 1);
    inclusion.onDraft(read, forward, judge.commitment);
    expect(inclusion.misfit(read)).toBe(amendment);
    inclusion.onSpentTimer(X, BACK);
    const again = see(2, WITHOUT);
    inclusion.onAmendment(amends(2));
    expect(wronged(again)).toEqual([X]);
    judge.proven.add(X);
    expect(inclusion.misfit(read)).toBeNull();
  });
});
