import { beforeAll, describe, expect, it } from 'vitest';
import type { Proposed } from '../../src/protocol/agreement.js';
import { makeAmendment } from '../../src/protocol/amendment.js';
import { Attesting, SLICES_TIMER, THIN_TIMER } from '../../src/protocol/attesting.js';
import type { Certificate } from '../../src/protocol/certificate.js';
import { DraftStore } from '../../src/protocol/drafts.js';
import { SPENT_TIMER } from '../../src/protocol/inclusion.js';
import type { Message, MessageOf, ProposalNotice } from '../../src/protocol/messages.js';
import { amendmentStatement } from '../../src/protocol/requests.js';
import { SliceStore } from '../../src/protocol/slice-store.js';
import { attestation, type Desk, deskOf, draftOf, openView } from './drafting.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';

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
  let latest: ProposalNotice | null = null;
  const host = {
    vote: (proposed: Proposed) => {
      if (allowed) votes.push(proposed);
      return allowed;
    },
    lock: () => lock,
    leader: () => LEADER,
    latest: () => latest,
  };
  const slices = new SliceStore(context);
  const { message } = openView(fixture);
  const attesting = new Attesting(context, host, new DraftStore(), slices, message);
  return {
    desks,
    attesting,
    votes,
    slots: () => votes.map(({ ballot }) => ballot.slot.index),
    see(index: number, inputs: readonly number[]) {
      const { read, forward } = draftOf(fixture, desks, inputs, index);
      const { signature } = forward.draft;
      if (!latest || latest.slot.index < index)
        latest = { epoch: 0, slot: { view: 0, index }, subject: read.digest, signature };
      attesting.onDraft(read, forward.draft, commitment);
      return read;
    },
    amends(index: number, of: readonly number[], whose = 3) {
      const { read } = draftOf(fixture, desks, of, index);
      return makeAmendment(desks[whose]!.context, read, desks[whose]!.commitment);
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
    expect(votes[0]).toMatchObject({ holdings: [], attested: false, toAll: false });
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

  it('attests it after all when the bank is proven faulty', () => {
    const { see, attesting, slots, amends, desks } = scene(bare, 1);
    see(0, THREE);
    attesting.onAmendment(amends(0, THREE));
    attesting.onTimer(THIN_TIMER);
    expect(slots()).toEqual([]);
    desks[1]!.proven.add(3);
    attesting.retry();
    expect(slots()).toEqual([0]);
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

describe('a bank that was left out and is brought back', () => {
  it('attests to everybody', () => {
    const { see, votes } = scene(bare, 3);
    see(0, THREE);
    see(1, ALL);
    expect(votes).toMatchObject([{ toAll: true, ballot: { slot: { index: 1 } } }]);
  });

  it('attests it at once when it still waits for slices and the next draft leaves it out again', () => {
    const { see, votes } = scene(dealing, 3);
    see(0, THREE);
    see(1, ALL);
    expect(votes).toEqual([]);
    see(2, THREE);
    expect(votes).toMatchObject([{ toAll: true, ballot: { slot: { index: 1 } } }]);
  });

  it('is not kept from it by an earlier draft without it that is shown late', () => {
    const { see, attesting, slots, sent } = scene(dealing, 3);
    see(0, THREE);
    see(2, ALL);
    sent('amendment');
    see(1, THREE);
    expect(sent('amendment')).toEqual([]);
    for (let i = 0; i < 2; i++) attesting.onTimer(SLICES_TIMER);
    expect(slots()).toEqual([2]);
  });

  it('has its attestation passed on to the leader, once, by who sees it', () => {
    const { desks, see, attesting, amends, sent } = scene(bare, 1);
    see(0, THREE);
    attesting.onAmendment(amends(0, THREE));
    const read = see(1, ALL);
    const vote = attestation(bare, 3, read.draft.header);
    sent('relay');
    expect(attesting.onAttestation(3, { ...vote, signature: new Uint8Array(96) }, true)).toBe(false);
    expect(sent('relay')).toEqual([]);
    for (const news of [true, false]) {
      expect(attesting.onAttestation(3, vote, true)).toBe(news);
      expect(sent('relay').map(({ to, bank }) => [to, bank])).toEqual(news ? [[LEADER, 3]] : []);
    }
    expect(desks[1]!.evidence).toEqual([]);
  });

  it('does not lose its place to a leader that goes on before its attestation is there', () => {
    const { see, attesting, slots, amends } = scene(bare, 1);
    see(0, THREE);
    attesting.onAmendment(amends(0, THREE));
    const back = see(1, ALL);
    see(2, THREE);
    attesting.onAmendment(amends(2, THREE));
    attesting.onAttestation(3, attestation(bare, 3, back.draft.header), true);
    attesting.onTimer(`${SPENT_TIMER}3`);
    attesting.onTimer(THIN_TIMER);
    expect(slots()).toEqual([1]);
  });
});

describe('an amendment', () => {
  // A leader decides when it opens its view to whom: the bank it leaves out may hear of the draft before the others do.
  it('that comes before the Open of its view is kept for the draft that it is of', () => {
    const desks = ALL.map((bank) => deskOf(bare, bank, ledger()));
    const net = new Net(bare, { absent: ALL });
    const leader = net.leader(0);
    const [out, judge] = others(bare, leader) as [number, number];
    const inputs = others(bare, out);
    const { read, forward } = draftOf(bare, desks, inputs);
    const { message: open } = openView(bare);
    const amendment = makeAmendment(desks[out]!.context, read, desks[out]!.commitment);
    const bank = net.banks[judge]!;
    const deliver = (from: number, message: Message) =>
      bank.step({ type: 'message', from, bytes: bare.encode(message) });
    bank.step({ type: 'start', dataset: ledger() });
    deliver(out, { type: 'amendment', ...amendment });
    deliver(leader, { type: 'open', ...open });
    deliver(leader, { type: 'draft', ...forward.draft });
    const { send } = bank.step({ type: 'timer', id: `0/${THIN_TIMER}` });
    expect(send.map(({ bytes }) => bare.decode(bytes).type)).toEqual(['refusal']);
  });

  it('that its bank did not sign is refused, by whomever it is shown', () => {
    const { see, attesting, amends } = scene(bare, 1);
    see(0, THREE);
    const amendment = amends(0, THREE);
    const signature = bare.sign(2, amendmentStatement(amendment));
    expect(attesting.onAmendment({ ...amendment, signature })).toBe('amendment-unsigned');
  });
});
