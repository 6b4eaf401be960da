import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import type { Dataset } from '../../src/data/dataset.js';
import type { Bank } from '../../src/protocol/bank.js';
import { type Certificate, timeoutStatement } from '../../src/protocol/certificate.js';
import { nextChain } from '../../src/protocol/chain.js';
import { openInput, saltInput } from '../../src/protocol/commitment.js';
import { draftDigest, proposalStatement } from '../../src/protocol/draft.js';
import type { Effects, Input } from '../../src/protocol/effects.js';
import { messageTypeOf } from '../../src/protocol/message-codec.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { openStatement } from '../../src/protocol/requests.js';
import type { Statement } from '../../src/protocol/statement.js';
import { verifyTestimony } from '../../src/protocol/testimony.js';
import type { AdversarialSend, Adversary } from '../../src/sim/adversary.js';
import { generate } from '../../src/sim/generate.js';
import { Random } from '../../src/sim/random.js';
import {
  BANKS,
  BOOKS,
  chain,
  contextOf,
  follower,
  honest,
  leader,
  manifest,
  messagesIn,
  named,
  read,
  sentBy,
  simulation,
  suite,
} from './attack-fixture.js';

const isSigned = (bank: number, statement: Statement, signature: Uint8Array): boolean =>
  verifyTestimony(manifest, suite, bank, { statement, signature });

const IDLE: Effects = { persist: [], send: [], timers: [], output: [] };
const letter = (from: number): Input => ({ type: 'message', from, bytes: Uint8Array.of(from) });
/** A core that notes its inputs, and answers each with a message to everybody. */
function echo(name: string, heard: string[]): Bank {
  const step = (input: Input): Effects => {
    heard.push(
      `${name} ${input.type === 'message' ? input.from : input.type === 'timer' ? input.id : input.type}`,
    );
    const send = [0, 1, 2, 3].filter((to) => to !== 3).map((to) => ({ to, bytes: new Uint8Array(1) }));
    return { ...IDLE, send, timers: [{ id: 'view', after: 1 }] };
  };
  return { step, chain } as unknown as Bank;
}
const START: Input = { type: 'start', dataset: BOOKS.datasets[3]! };

describe('amnesia', () => {
  it('goes on with a core that knows nothing of what it signed, at the same place of the chain, and not for ever', () => {
    const heard: string[] = [];
    const restarts: unknown[] = [];
    const core = named('amnesia').core!({
      bank: echo('first', heard),
      create: (restart) => {
        restarts.push(restart);
        return echo(`core ${restarts.length}`, heard);
      },
      index: 3,
      manifest,
      random: new Random(1),
    });
    core.step(START);
    for (let i = 0; i < 1000; i++) core.step(letter(0));
    expect(restarts.length).toBe(20);
    for (const restart of restarts) expect(restart).toEqual({ chain });
    // Each is started before it hears anything, and none is heard of when the next one is there.
    const names = heard.map((line) => line.replace(/ \S+$/, ''));
    expect([...new Set(names)].every((name) => heard[names.indexOf(name)] === `${name} start`)).toBe(true);
    expect(
      names.every((name, i) => i === 0 || name === names[i - 1] || !names.slice(0, i).includes(name)),
    ).toBe(true);
  });
});

describe('split-brain', () => {
  it('runs two cores, of which every other bank talks to one or both, and each sees its own timers', () => {
    let toTwinOnly = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const heard: string[] = [];
      const core = named('split-brain').core!({
        bank: echo('first', heard),
        create: () => echo('twin', heard),
        index: 3,
        manifest,
        random: new Random(seed),
      });
      const { timers } = core.step(START);
      expect(heard).toEqual(['first start', 'twin start']);
      for (const from of [0, 1, 2]) {
        heard.length = 0;
        const { send } = core.step(letter(from));
        expect(heard.length).toBeGreaterThanOrEqual(1);
        // It answers whom it hears.
        expect(send.filter(({ to }) => to === from)).toHaveLength(heard.length);
        if (heard.join() === `twin ${from}`) toTwinOnly++;
      }
      heard.length = 0;
      for (const { id } of timers) core.step({ type: 'timer', id });
      expect(heard).toEqual(['first view', 'twin view']);
    }
    expect(toTwinOnly).toBeGreaterThanOrEqual(20);
  });

  it('may give its second core other records', () => {
    const sizes = [1, 2, 3, 4, 5, 6].map((seed) => {
      let other: Dataset | null = null;
      const twin = {
        step: (input: Input) => {
          if (input.type === 'start') other = input.dataset;
          return IDLE;
        },
      } as unknown as Bank;
      named('split-brain').core!({
        bank: echo('first', []),
        create: () => twin,
        index: 3,
        manifest,
        random: new Random(seed),
      }).step(START);
      return other!.size;
    });
    expect(new Set(sizes)).toEqual(new Set([BOOKS.datasets[3]!.size, BOOKS.datasets[3]!.size - 1]));
  });
});

describe('selective-send', () => {
  it('leaves out some receivers of a type, always the same, and alters nothing else', () => {
    const wanted = honest.filter(({ from }) => from === leader);
    const context = contextOf(leader);
    const [first, second] = [1, 2].map(() => named('selective-send').attack!(wanted, context));
    expect(first).toEqual(second);
    expect(first!.length).toBeLessThan(wanted.length);
    expect(first!.length).toBeGreaterThan(0);
    expect(first!.every((send) => wanted.includes(send as (typeof wanted)[number]))).toBe(true);
  });
});

describe('flood', () => {
  it('sends many copies and messages that are far too long, but no more than its bound', () => {
    const context = contextOf(leader);
    const wanted = sentBy(leader, 'open');
    const sent = Array.from({ length: 60 }, () => named('flood').attack!(wanted, context)).flat();
    expect(sent.length).toBe(60 * wanted.length + 300);
    const long = sent.filter(({ bytes }) => bytes.length >= 1 << 18);
    expect(long.length).toBeGreaterThan(0);
    for (const { bytes } of long) expect(read(bytes)).toBeNull();
  });
});

describe('bad-encoding', () => {
  it('sends malformed bytes under every type of message, and damaged copies of its own, and comes to an end', () => {
    const contexts = [1, 2, 3, 4].map((seed) => contextOf(leader, seed));
    const wanted = sentBy(leader, 'open', 'draft', 'certificate');
    const sent = contexts.flatMap((context) =>
      Array.from({ length: 60 }, () => named('bad-encoding').attack!(wanted, context)).flat(),
    );
    const malformed = sent.filter(({ bytes }) => read(bytes) === null);
    const tags = Array.from({ length: 256 }, (_, tag) => tag).filter(
      (tag) => messageTypeOf(Uint8Array.of(tag)) !== 'unknown',
    );
    const met = new Set(malformed.map(({ bytes }) => bytes[0]));
    expect(tags.filter((tag) => !met.has(tag))).toEqual([]);
    expect(malformed.some(({ bytes }) => bytes.length === 0 || messageTypeOf(bytes) === 'unknown')).toBe(
      true,
    );
    expect(malformed.filter(({ bytes }) => bytes.length > 400).length).toBeGreaterThan(0);
    for (const context of contexts) expect(named('bad-encoding').attack!(wanted, context)).toEqual(wanted);
  });
});

describe('forge-vrf', () => {
  it('opens views with proofs that do not hold, signed as they should be, one for all', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const forged = messagesIn(
        named('forge-vrf').attack!(sentBy(leader, 'open'), contextOf(leader, seed)),
        'open',
      );
      expect(new Set(forged.map(({ proof }) => toHex(proof))).size).toBe(1);
      const [open] = forged;
      expect(isSigned(leader, openStatement(open!), open!.signature)).toBe(true);
      const { vrf } = manifest.banks[leader]!;
      const outputs = [
        suite.vrf.verify(vrf, openInput(manifest, chain, 0), open!.proof),
        suite.vrf.verify(vrf, saltInput(manifest, chain, 0), open!.saltProof),
      ];
      expect(outputs.filter((output) => output === null)).toHaveLength(1);
    }
  });
});

describe('grind-schedule', () => {
  const grind = named('grind-schedule').attack!;
  const opening = messagesIn(sentBy(leader, 'open'), 'open')[0]!;
  const outcome = (index: number, seed: number, send: AdversarialSend[], heard: Message | null = null) =>
    grind(send, contextOf(index, seed, { heard }));

  it('keeps back its Commitment or its draft only where an accomplice would not lead next', () => {
    const link = { value: new Uint8Array(32), resultRoot: new Uint8Array(32), view: 0 };
    const leaderOutput = suite.vrf.proofToHash(opening.proof);
    const [next] = nextChain(chain, { ...link, leaderOutput }).schedule;
    const done = new Set<string>();
    for (let seed = 1; seed <= 12; seed++)
      for (const bank of [0, 1, 2, 3]) {
        if (outcome(bank, seed, sentBy(follower, 'commitment'), opening).length === 0) {
          done.add('hoards');
          expect(bank).not.toBe(next);
        }
        const drafts = messagesIn(outcome(bank, seed, sentBy(leader, 'draft')), 'draft');
        if (drafts.length === 0) {
          done.add('keeps');
          expect(bank).not.toBe(next);
        } else done.add('as it should');
      }
    expect(done).toEqual(new Set(['hoards', 'keeps', 'as it should']));
  });
});

describe('stale-certificate', () => {
  const [{ certificate }] = messagesIn(sentBy(leader, 'certificate'), 'certificate') as [
    MessageOf<'certificate'>,
  ];
  const shown = (seed: number, held: Certificate | null, heard: Message | null): Message[] => {
    const context = contextOf(follower, seed, { heard });
    const signature = context.sign(timeoutStatement(0, 1, held?.slot ?? null));
    const said = { type: 'timeout', epoch: 0, view: 1, proposal: null, justification: null } as const;
    const bytes = context.encode({ ...said, certificate: held, signature });
    return named('stale-certificate').attack!([{ to: leader, bytes }], context).flatMap(
      (send) => read(send.bytes) ?? [],
    );
  };

  it('reports in its timeouts less than it holds, signed as it should be', () => {
    const reported = [1, 2, 3, 4].map(
      (seed) => shown(seed, { ...certificate, slot: { view: 1, index: 0 } }, null)[0]!,
    );
    for (const message of reported as MessageOf<'timeout'>[]) {
      expect(message.certificate).toBeNull();
      expect(isSigned(follower, timeoutStatement(0, 1, null), message.signature)).toBe(true);
    }
  });

  it('shows what prepared a value as if it had decided it', () => {
    const extra = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) =>
      shown(seed, null, { type: 'certificate', certificate: { ...certificate, phase: 'prepare' } }).slice(1),
    );
    const phases = extra.flatMap((message) =>
      message.type === 'certificate' ? [message.certificate.phase] : [],
    );
    expect(new Set(phases)).toEqual(new Set(['prepare', 'commit']));
  });
});

describe('fork-schedule', () => {
  it('drafts for another chain, the same for all and signed', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 8; seed++) {
      const sent = named('fork-schedule').attack!(sentBy(leader, 'draft'), contextOf(leader, seed));
      expect(new Set(sent.map(({ bytes }) => toHex(bytes))).size).toBe(1);
      const [{ draft, signature }] = messagesIn(sent, 'draft') as [MessageOf<'draft'>];
      const { header } = draft;
      const statement = proposalStatement(header.epoch, header.slot, draftDigest(header));
      expect(isSigned(leader, statement, signature)).toBe(true);
      const sameParent = equalBytes(header.parent, chain.parent);
      const sameSchedule = header.schedule.join() === chain.schedule.join();
      expect(sameParent && sameSchedule).toBe(false);
      seen.add(sameParent ? 'schedule' : 'parent');
    }
    expect(seen).toEqual(new Set(['schedule', 'parent']));
  });

  it('opens, once, a view that it does not lead', () => {
    const [open] = messagesIn(sentBy(leader, 'open'), 'open');
    const context = contextOf(follower, 1, { heard: open! });
    const usurped = messagesIn(named('fork-schedule').attack!([], context), 'open');
    expect(usurped).toHaveLength(BANKS - 1);
    expect(isSigned(follower, openStatement(usurped[0]!), usurped[0]!.signature)).toBe(true);
    expect(named('fork-schedule').attack!([], context)).toEqual([]);
  });
});

describe('dispute-storm', () => {
  it('alters every record, keeps every key, and tells half of its lies with its accomplices', () => {
    const many = generate({
      banks: 1,
      records: 400,
      divergence: 0,
      random: new Random(2),
      honest: [0],
    }).truth;
    const [one, other] = [0, 1].map((index) =>
      named('dispute-storm').records!(many, {
        index,
        accomplices: [0, 1],
        random: new Random(index),
        common: new Random(7),
      }),
    ) as [Dataset, Dataset];
    const keys = (dataset: Dataset) => dataset.entries.map(({ keyDigest }) => toHex(keyDigest));
    const alike = (a: Dataset, b: Dataset) =>
      a.entries.filter(({ bytes }, i) => equalBytes(bytes, b.entries[i]!.bytes));
    expect(keys(one)).toEqual(keys(many));
    expect(alike(one, many)).toEqual([]);
    expect(alike(one, other).length / many.size).toBeGreaterThan(0.4);
    expect(alike(one, other).length / many.size).toBeLessThan(0.6);
  });

  it('makes keys disputed that would not be', () => {
    const disputed = (byzantine: Adversary) => {
      const record = simulation(new Map([[follower, byzantine]])).runEpoch();
      return record.sealed[leader]!.seal.totals.disputed;
    };
    const calm: Adversary = { name: 'calm', attack: (outgoing) => outgoing };
    expect(disputed(named('dispute-storm'))).toBeGreaterThan(disputed(calm));
  });
});
