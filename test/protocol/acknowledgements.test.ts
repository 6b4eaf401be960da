import { beforeAll, describe, expect, it } from 'vitest';
import { ACKNOWLEDGE_TIMER, Acknowledging } from '../../src/protocol/acknowledging.js';
import { makeAmendment } from '../../src/protocol/amendment.js';
import { type Attestations, AttestationTally, verifyAttestations } from '../../src/protocol/attestations.js';
import { AWAIT_TIMER, Awaiting } from '../../src/protocol/awaiting.js';
import { SliceStore } from '../../src/protocol/slice-store.js';
import { acknowledgement, attestation, type Desk, deskOf, draftOf } from './drafting.js';
import { consortium, DELTA, type Fixture, ledger } from './network.js';

const ALL = [0, 1, 2, 3];
const ELECTORATE = [0, 1, 2];
const TAKEN_IN = 3;
let fixture: Fixture;
let desks: Desk[];
beforeAll(async () => {
  fixture = await consortium(4, 1);
  desks = ALL.map((bank) => deskOf(fixture, bank, ledger()));
});

/** A draft that takes bank 3 in. */
function taking() {
  const { read: thin } = draftOf(fixture, desks, ELECTORATE, 0);
  const { context, commitment } = desks[TAKEN_IN]!;
  return draftOf(fixture, desks, ALL, 1, [makeAmendment(context, thin, commitment)!]);
}

describe('a bundle of attestations', () => {
  /** Of which bank 2 lists less than the others; the acknowledgement of bank 3 is in it. */
  function bundle() {
    const { header } = taking().read.draft;
    const list = [{ dealer: TAKEN_IN, root: new Uint8Array(32).fill(1) }];
    const tally = new AttestationTally(fixture.manifest, fixture.suite, header);
    for (const bank of ELECTORATE)
      tally.add(bank, attestation(fixture, bank, header, bank === 2 ? [] : list));
    return { header, list, good: tally.differing([acknowledgement(fixture, TAKEN_IN, header, list)])! };
  }

  it('is one only with acknowledgements that their banks signed, of this draft and as they stand in it', () => {
    const { header, list, good } = bundle();
    const verified = (change: Partial<Attestations>) =>
      verifyAttestations(fixture.manifest, fixture.suite, header, { ...good, ...change });
    const [said] = good.acknowledged as [Attestations['acknowledged'][number]];
    expect(verified({})!.agreed.holdings).toEqual(list);
    expect(verified({ acknowledged: [] })!.agreed.holdings).toEqual([]);
    const other = { ...header, slot: { view: 0, index: 2 } };
    const bad: Record<string, Attestations['acknowledged']> = {
      'an empty list in the name of its bank': [{ ...said, list: [] }],
      'no signature': [{ ...said, signature: new Uint8Array(64) }],
      'the word of another bank': [
        { ...said, signature: acknowledgement(fixture, 2, header, list).signature },
      ],
      'its word on another draft': [
        { ...said, signature: acknowledgement(fixture, TAKEN_IN, other, list).signature },
      ],
      'the word of a bank that attests': [
        { ...said, bank: 2, signature: acknowledgement(fixture, 2, header, list).signature },
      ],
      'it twice': [said, said],
      'a bank that is none': [{ ...said, bank: 4 }],
    };
    for (const [what, acknowledged] of Object.entries(bad))
      expect(verified({ acknowledged }), what).toBeNull();
  });
});

describe('the waits of a draft that takes a bank in', () => {
  it('are 2Δ for that bank, until it says which slices it holds', () => {
    const { context } = desks[TAKEN_IN]!;
    context.outbox.take();
    const { read, forward } = taking();
    new Acknowledging(context, new SliceStore(context)).onDraft(read, forward);
    expect(context.outbox.take().timers).toEqual([{ id: `${ACKNOWLEDGE_TIMER}1`, after: 2 * DELTA }]);
  });

  it('are 4Δ for those who wait for its word: Δ to show the draft, its 2Δ, and Δ for the word to come', () => {
    const { context } = desks[1]!;
    context.outbox.take();
    new Awaiting(context).begin(taking().read.draft.header);
    const [timer, ...none] = context.outbox.take().timers;
    expect(none).toEqual([]);
    expect(timer!.id.startsWith(AWAIT_TIMER)).toBe(true);
    expect(timer!.after).toBe(4 * DELTA);
  });

  it('are none where a draft takes nobody in', () => {
    const { context } = desks[1]!;
    context.outbox.take();
    new Awaiting(context).begin(draftOf(fixture, desks, ALL, 0).read.draft.header);
    expect(context.outbox.take().timers).toEqual([]);
  });

  it('do not begin anew when the draft is seen again, and lose no acknowledgement', () => {
    const { context } = desks[1]!;
    const { header } = taking().read.draft;
    const awaiting = new Awaiting(context);
    awaiting.begin(header);
    const said = acknowledgement(fixture, TAKEN_IN, header);
    expect(awaiting.add(said)).toBeNull();
    context.outbox.take();
    awaiting.begin(header);
    expect(context.outbox.take().timers).toEqual([]);
    expect(awaiting.held(header)).toEqual([said]);
  });
});

describe('an acknowledgement', () => {
  it('stands as it was first said, whatever its bank says later', () => {
    const { context } = desks[1]!;
    const { header } = taking().read.draft;
    const awaiting = new Awaiting(context);
    awaiting.begin(header);
    const first = acknowledgement(fixture, TAKEN_IN, header);
    awaiting.add(first);
    awaiting.add(acknowledgement(fixture, TAKEN_IN, header, [{ dealer: 1, root: new Uint8Array(32) }]));
    expect(awaiting.held(header)).toEqual([first]);
  });

  it('is said again to a bank that shows the draft, once, and to none before it was said', () => {
    const desk = deskOf(fixture, TAKEN_IN, ledger());
    const { read, forward } = taking();
    const { header } = read.draft;
    const acknowledging = new Acknowledging(desk.context, new SliceStore(desk.context));
    const said = () =>
      desk.sent().flatMap(({ to, message }) => (message.type === 'acknowledgement' ? [to] : []));
    acknowledging.onDraft(read, forward);
    acknowledging.answer(1, header);
    expect(said()).toEqual([]);
    acknowledging.onTimer(`${ACKNOWLEDGE_TIMER}1`);
    expect(said().sort()).toEqual(ALL);
    for (let i = 0; i < 3; i++) acknowledging.answer(1, header);
    acknowledging.answer(2, header);
    expect(said()).toEqual([1, 2]);
  });
});
