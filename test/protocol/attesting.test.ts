import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { acknowledgementStatement } from '../../src/protocol/acknowledgements.js';
import { ACKNOWLEDGE_TIMER } from '../../src/protocol/acknowledging.js';
import type { Proposed } from '../../src/protocol/agreement.js';
import { makeAmendment } from '../../src/protocol/amendment.js';
import { AttestationTally, verifyAttestations } from '../../src/protocol/attestations.js';
import { Attesting, SLICES_TIMER, THIN_TIMER } from '../../src/protocol/attesting.js';
import { AWAIT_TIMER } from '../../src/protocol/awaiting.js';
import type { Certificate } from '../../src/protocol/certificate.js';
import { DraftStore } from '../../src/protocol/drafts.js';
import type { Amendment, Message, MessageOf } from '../../src/protocol/messages.js';
import { SliceStore } from '../../src/protocol/slice-store.js';
import { agreedValue } from '../../src/protocol/value.js';
import { acknowledgement, attestation, type Desk, deskOf, draftOf, openView } from './drafting.js';
import { consortium, type Fixture, ledger } from './network.js';

const LEADER = 0;
let bare: Fixture; // n = 4, nothing is dealt
let dealing: Fixture; // n = 4, statistics are shared
beforeAll(async () => {
  bare = await consortium(4, 1, { parameters: { statistics: 'none' } });
  dealing = await consortium(4, 1);
});

/** One bank's attesting in view 0, with everybody's desks around it. */
function scene(fixture: Fixture, bank: number) {
  const desks: Desk[] = [0, 1, 2, 3].map((each) => deskOf(fixture, each, ledger()));
  const { context, commitment } = desks[bank]!;
  const votes: Proposed[] = [];
  let lock: Certificate | null = null;
  let allowed = true;
  const host = {
    vote: (proposed: Proposed) => {
      if (allowed) votes.push(proposed);
      return allowed;
    },
    lock: () => lock,
    leader: () => LEADER,
  };
  const slices = new SliceStore(context);
  const { message } = openView(fixture);
  const attesting = new Attesting(context, host, new DraftStore(), slices, message);
  return {
    desks,
    attesting,
    votes,
    slots: () => votes.map(({ ballot }) => ballot.slot.index),
    see(index: number, inputs: readonly number[], amendments: readonly Amendment[] = []) {
      const { read, forward } = draftOf(fixture, desks, inputs, index, amendments);
      attesting.onDraft(read, forward.draft, commitment);
      return read;
    },
    amends(index: number, of: readonly number[], whose = 3) {
      const { read } = draftOf(fixture, desks, of, index);
      return makeAmendment(desks[whose]!.context, read, desks[whose]!.commitment)!;
    },
    forbid(certificate: Certificate | null) {
      allowed = false;
      lock = certificate;
    },
    sent: <T extends Message['type']>(type: T): (MessageOf<T> & { readonly to: number })[] =>
      desks[bank]!.sent().flatMap(({ to, message: each }) =>
        each.type === type ? [{ ...(each as MessageOf<T>), to }] : [],
      ),
  };
}

const ALL = [0, 1, 2, 3];
const THREE = [0, 1, 2];

describe('a bank with a draft that it found right', () => {
  it('attests at once when nothing is dealt and nobody is left out, to the leader alone', () => {
    const { see, votes } = scene(bare, 1);
    const read = see(0, ALL);
    expect(votes).toHaveLength(1);
    expect(votes[0]).toMatchObject({ holdings: [], attested: false });
    expect(votes[0]!.ballot.electorate).toEqual(read.draft.header.inputs);
  });

  it('waits for slices, shows the draft to who has not dealt, waits again, and attests with what it has', () => {
    const { see, attesting, votes, sent } = scene(dealing, 1);
    see(0, ALL);
    expect(votes).toEqual([]);
    expect(
      sent('slices')
        .map(({ to }) => to)
        .sort(),
    ).toEqual(ALL);
    attesting.onTimer(SLICES_TIMER);
    expect(votes).toEqual([]);
    expect(
      sent('forward')
        .map(({ to }) => to)
        .sort(),
    ).toEqual(ALL); // its own slices loop back later
    attesting.onTimer(SLICES_TIMER);
    expect(votes).toHaveLength(1);
    expect(votes[0]!.holdings).toEqual([]);
  });

  it('waits for the banks that a thin draft leaves out, and then attests', () => {
    const { see, attesting, slots } = scene(bare, 1);
    see(0, THREE);
    expect(slots()).toEqual([]);
    attesting.onTimer(THIN_TIMER);
    expect(slots()).toEqual([0]);
  });

  it('refuses, once, a thin draft that wrongly leaves a bank out, and shows the leader why', () => {
    const { see, attesting, slots, sent, amends } = scene(bare, 1);
    see(0, THREE);
    const amendment = amends(0, THREE);
    attesting.onAmendment(amendment);
    for (let i = 0; i < 3; i++) attesting.onTimer(THIN_TIMER);
    expect(slots()).toEqual([]);
    const refusals = sent('refusal');
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatchObject({ to: LEADER, amendment, certificate: null });
  });

  it('shows the leader the certificate that its vote would contradict', () => {
    const { see, forbid, sent } = scene(bare, 1);
    const certificate: Certificate = {
      phase: 'prepare',
      epoch: 0,
      slot: { view: 0, index: 0 },
      value: new Uint8Array(32),
      attested: false,
      signers: THREE,
      signature: new Uint8Array(96),
    };
    forbid(certificate);
    see(1, ALL);
    expect(sent('refusal')).toMatchObject([{ certificate, amendment: null }]);
  });

  it('does not go back to a draft of an earlier slot that comes late', () => {
    const { see, attesting, slots } = scene(bare, 1);
    const later = see(1, THREE);
    see(0, ALL);
    expect(slots()).toEqual([]);
    expect(attesting.read).toBe(later);
    attesting.onTimer(THIN_TIMER);
    expect(slots()).toEqual([1]);
  });
});

describe('a bank that a draft takes in by its amendment', () => {
  const acknowledged = (desk: ReturnType<typeof scene>) =>
    desk
      .sent('acknowledgement')
      .map(({ to, bank, slot, holdings }) => [to, bank, slot.index, holdings.length]);

  it('does not attest it: deals, shows it to who has not dealt, and two delays later says what it holds, to everybody', () => {
    const desk = scene(dealing, 3);
    desk.see(1, ALL, [desk.amends(0, THREE)]);
    const sent = desk.desks[3]!.sent();
    const to = (type: string) => sent.filter(({ message }) => message.type === type).map((each) => each.to);
    expect(to('slices').sort()).toEqual(ALL);
    expect(to('forward').sort()).toEqual(ALL); // its own slices loop back later
    desk.attesting.onTimer(`${ACKNOWLEDGE_TIMER}1`);
    expect(acknowledged(desk).sort()).toEqual(ALL.map((each) => [each, 3, 1, 0]));
    expect(desk.votes).toEqual([]);
    desk.attesting.onTimer(`${ACKNOWLEDGE_TIMER}1`);
    expect(acknowledged(desk)).toEqual([]);
  });

  it('owes this to every draft, also of a slot before one that it has attested', () => {
    const desk = scene(dealing, 3);
    desk.see(4, ALL);
    for (let i = 0; i < 2; i++) desk.attesting.onTimer(SLICES_TIMER);
    expect(desk.slots()).toEqual([4]);
    desk.see(1, ALL, [desk.amends(0, THREE)]);
    desk.desks[3]!.sent();
    desk.attesting.onTimer(`${ACKNOWLEDGE_TIMER}1`);
    expect(acknowledged(desk)).toHaveLength(4);
  });

  it('says nothing when nothing is dealt', () => {
    const desk = scene(bare, 3);
    desk.see(1, ALL, [desk.amends(0, THREE)]);
    desk.attesting.onTimer(`${ACKNOWLEDGE_TIMER}1`);
    expect(acknowledged(desk)).toEqual([]);
  });
});

describe('a proposal of W', () => {
  /** Bank 1 votes on what is dealt under a draft that takes bank 3 in, of which bank 2 holds less than the others. */
  function proposed(acknowledging: readonly number[]) {
    const desk = scene(dealing, 1);
    const amendments = [desk.amends(0, THREE)];
    const read = desk.see(1, ALL, amendments);
    const { header } = read.draft;
    const root = new Uint8Array(32).fill(1);
    const said = acknowledging.map((bank) => acknowledgement(dealing, bank, header, [{ dealer: 3, root }]));
    const tally = new AttestationTally(dealing.manifest, dealing.suite, header);
    for (const bank of THREE)
      tally.add(bank, attestation(dealing, bank, header, bank === 2 ? [] : [{ dealer: 3, root }]));
    const attestations = tally.differing(said)!;
    const { agreed } = verifyAttestations(dealing.manifest, dealing.suite, header, attestations)!;
    const value = agreedValue(read.digest, agreed);
    const slot = { view: 0, index: 2 };
    const message = { type: 'proposal', slot, header, attestations, signature: new Uint8Array(64) } as const;
    let voted = 0;
    desk.attesting.onProposal(message, value, () => voted++);
    return { ...desk, read, agreed, voted: () => voted, said: acknowledgement(dealing, 3, header) };
  }

  it('that has the acknowledgement of everybody taken in gets a vote at once, and W counts it', () => {
    const { voted, agreed, slots } = proposed([3]);
    expect(voted()).toBe(1);
    expect(slots()).toEqual([2]);
    expect(agreed.holdings.map(({ dealer }) => dealer)).toEqual([3]);
  });

  it('that lacks one waits for it, four delays at most', () => {
    const { voted, attesting, agreed, read } = proposed([]);
    expect(agreed.holdings).toEqual([]);
    expect(voted()).toBe(0);
    attesting.onTimer(AWAIT_TIMER + toHex(read.digest));
    expect(voted()).toBe(1);
  });

  it('that lacks one which comes in time is refused with it, to the leader, and gets no vote later', () => {
    const { voted, attesting, said, sent, read } = proposed([]);
    expect(attesting.onAcknowledgement(said)).toBeNull();
    const refusals = sent('refusal');
    expect(refusals).toMatchObject([{ to: LEADER, slot: { index: 2 }, acknowledgement: said }]);
    attesting.onTimer(AWAIT_TIMER + toHex(read.digest));
    expect(voted()).toBe(0);
  });

  it('is not held up by what is no acknowledgement of the draft', () => {
    const { voted, attesting, said, read, desks } = proposed([]);
    const { header } = read.draft;
    const signed = (change: object) => {
      const changed = { ...said, ...change };
      return { ...changed, signature: dealing.sign(changed.bank, acknowledgementStatement(changed)) };
    };
    const root = new Uint8Array(32);
    const twice = [
      { dealer: 1, root },
      { dealer: 1, root },
    ];
    const bad = [
      ['acknowledgement-unsigned', { ...said, signature: new Uint8Array(64) }],
      ['acknowledgement-unsigned', { ...said, holdings: [{ dealer: 1, root }] }],
      ['acknowledgement-unsigned', { ...said, bank: 1 }],
      ['acknowledgement-invalid', { ...said, bank: 4 }],
      ['acknowledgement-invalid', { ...said, epoch: 1 }],
      ['acknowledgement-invalid', acknowledgement(dealing, 2, header)],
      ['acknowledgement-invalid', signed({ holdings: twice })],
      ['acknowledgement-invalid', signed({ holdings: [{ dealer: 9, root }] })],
      [null, signed({ draft: root, slot: { view: 0, index: 3 } })],
    ] as const;
    for (const [code, each] of bad) expect(attesting.onAcknowledgement(each)).toBe(code);
    attesting.onTimer(AWAIT_TIMER + toHex(read.digest));
    expect(voted()).toBe(1);
    expect(desks[1]!.evidence.every(({ accused }) => accused === 3)).toBe(true);
  });

  it('counts an acknowledgement that came before the draft', () => {
    const desk = scene(dealing, 1);
    const amendments = [desk.amends(0, THREE)];
    const { read } = draftOf(dealing, desk.desks, ALL, 1, amendments);
    const said = acknowledgement(dealing, 3, read.draft.header);
    expect(desk.attesting.onAcknowledgement(said)).toBeNull();
    expect(desk.attesting.awaiting.held(read.draft.header)).toEqual([]);
    desk.see(1, ALL, amendments);
    expect(desk.attesting.awaiting.held(read.draft.header)).toEqual([said]);
  });
});
