import { beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../src/crypto/encoding.js';
import { Bank, type BankOptions } from '../../src/protocol/bank.js';
import { type ChainState, genesisChain } from '../../src/protocol/chain.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import type { Effects } from '../../src/protocol/effects.js';
import { type LogEntry, logEntryCodec, logOfLost } from '../../src/protocol/journal.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { expectTolerance } from '../../src/protocol/quorum.js';
import { RATION_TIMER } from '../../src/protocol/rations.js';
import { encodeSealedEpoch, pageOf, RECALL_TIMER, witnessesNeeded } from '../../src/protocol/recall.js';
import { PAGE_EPOCHS } from '../../src/protocol/requests.js';
import { extendChain, type SealedEpoch, sealedEpochCodec } from '../../src/protocol/sealed-epoch.js';
import { codeOf } from '../code-of.js';
import { consortium, type Fixture, Net } from './network.js';

const EPOCHS = 4;
const LIFE = new Uint8Array(16).fill(5);
let fixture: Fixture;
let sealed: SealedEpoch[];
let pages: Uint8Array[];
/** The chain before each epoch, and after the last. */
let chains: ChainState[];
/** Epochs of a consortium of the same banks, founded anew. */
let foreign: SealedEpoch[];

function epochsOf(of: Fixture, count: number): SealedEpoch[] {
  const net = new Net(of);
  for (let epoch = 0; epoch < count; epoch++) net.start().run();
  return net.output(0, 'sealed').map(({ seal }) => ({ seal }));
}

beforeAll(async () => {
  const options = { parameters: { statistics: 'none' as const } };
  fixture = await consortium(4, 1, options);
  sealed = epochsOf(fixture, EPOCHS);
  pages = sealed.map((epoch) => encodeSealedEpoch(fixture.manifest, epoch));
  foreign = epochsOf(await consortium(4, 1, { ...options, name: 'founded anew' }), 2);
  chains = [genesisChain(fixture.manifest)];
  for (const epoch of sealed) chains.push(extendChain({ ...fixture, chain: chains.at(-1)! }, epoch));
});

const extend = (epoch: SealedEpoch, chain = chains[0]!): string =>
  codeOf(() => extendChain({ ...fixture, chain }, epoch));

describe('a sealed epoch', () => {
  it('leads to the chain that every bank goes on with, and comes back from its bytes', () => {
    const net = new Net(fixture);
    for (let epoch = 0; epoch < 2; epoch++) net.start().run();
    expect(chains[1]).toEqual(net.banks[0]!.chain);
    for (const [i, bytes] of pages.entries()) expect(decode(sealedEpochCodec(4), bytes)).toEqual(sealed[i]);
  });

  it('is not taken in another place of the chain, or of another consortium', () => {
    expect(extend(sealed[0]!)).toBe('none');
    expect(extend(sealed[1]!)).toBe('SEALED_EPOCH_INVALID');
    expect(extend(sealed[0]!, chains[1])).toBe('SEALED_EPOCH_INVALID');
    expect(extend(foreign[0]!)).toBe('SEALED_EPOCH_INVALID');
    expect(extend(foreign[1]!, chains[1])).toBe('SEALED_EPOCH_INVALID');
    const relabelled = (change: object) => {
      const seal = { ...foreign[0]!.seal, consortiumId: fixture.manifest.consortiumId };
      return { ...foreign[0]!, seal: { ...seal, header: { ...seal.header, ...change } } };
    };
    const { parent, schedule } = chains[0]!;
    expect(extend(relabelled({}))).toBe('SEALED_EPOCH_INVALID');
    expect(extend(relabelled({ parent, schedule: [...schedule].reverse() }))).toBe('SEALED_EPOCH_INVALID');
    expect(extend(relabelled({ parent, schedule }))).toBe('SEAL_COMMIT_INVALID');
  });

  it('is refused with any part of it altered, left out or exchanged', () => {
    const [first, second] = sealed as [SealedEpoch, SealedEpoch];
    const { seal } = first;
    const { header, commit } = seal;
    const other = new Uint8Array(32).fill(1);
    const forged: SealedEpoch[] = [
      { ...seal, root: other },
      { ...seal, executors: seal.executors.slice(1) },
      { ...seal, signature: second.seal.signature },
      { ...seal, commit: { ...commit, signers: commit.signers.slice(1) } },
      { ...seal, commit: second.seal.commit },
      { ...seal, header: { ...header, commonRecords: 0 } },
      // With another opening, or made in another view, the next leaders would come in another order.
      { ...seal, header: { ...header, opening: second.seal.header.opening } },
      { ...seal, header: { ...header, slot: { view: header.slot.view + 1, index: header.slot.index } } },
    ].map((each) => ({ seal: each }));
    for (const [i, epoch] of forged.entries())
      expect(
        ['SEALED_EPOCH_INVALID', 'SEAL_COMMIT_INVALID', 'SEAL_RESULT_INVALID', 'SEAL_HEADER_INVALID'],
        `${i}`,
      ).toContain(extend(epoch));
    for (let cut = 1; cut < 40; cut++)
      expect(() => decode(sealedEpochCodec(4), pages[0]!.subarray(0, pages[0]!.length - cut))).toThrow();
  });
});

/** A bank on its own: what it sends is looked at, and answered by hand. */
class Alone {
  readonly bank: Bank;
  readonly effects: Effects[] = [];

  constructor(options: Partial<BankOptions> = {}) {
    const { manifest, secrets, suite } = fixture;
    this.bank = new Bank({ manifest, index: 0, secrets: secrets[0]!, suite, incarnation: LIFE, ...options });
  }

  step(...input: Parameters<Bank['step']>): Effects {
    const effects = this.bank.step(...input);
    this.effects.push(effects);
    return effects;
  }

  hear(from: number, message: Message): Effects {
    return this.step({ type: 'message', from, bytes: fixture.encode(message) });
  }

  answer(from: number, epoch: number, epochs: readonly Uint8Array[], incarnation = LIFE): Effects {
    return this.hear(from, { type: 'history', epoch, incarnation, epochs });
  }

  /** Whom the last step asked, for which epoch. */
  get asked(): [number, number][] {
    return this.effects.at(-1)!.send.flatMap(({ to, bytes }) => {
      const message = fixture.decode(bytes);
      return message.type === 'recall' ? [[to, message.epoch] as [number, number]] : [];
    });
  }

  get refused(): string[] {
    return this.effects.at(-1)!.output.flatMap((o) => (o.type === 'refused' ? [o.code] : []));
  }

  get logged(): string[] {
    const codec = logEntryCodec(4);
    return this.effects.flatMap(({ persist }) =>
      persist.map((entry) => (decode(codec, entry) as LogEntry).type),
    );
  }
}

describe('a bank that was away', () => {
  it('asks one bank after the other, and goes on with what one of them shows', () => {
    const alone = new Alone();
    alone.step({ type: 'catch-up' });
    expect(alone.asked).toEqual([[1, 0]]);
    alone.answer(1, 0, pages.slice(0, 2));
    expect(alone.bank.chain).toEqual(chains[2]);
    const told = alone.effects.at(-1)!.output.filter(({ type }) => type === 'sealed');
    expect(told).toHaveLength(2);
    alone.answer(alone.asked[0]![0], 2, pages.slice(2));
    expect(alone.bank.chain).toEqual(chains[4]);
    for (let turn = 0; turn < 4 && alone.asked.length > 0; turn++) alone.answer(alone.asked[0]![0], 4, []);
    expect(alone.asked).toEqual([]);
    expect(alone.logged).toEqual(['sealed', 'sealed']);
  });

  it('takes nothing of an answer that is forged, reordered, gappy, foreign or not asked for, and asks another', () => {
    const foreignPages = foreign.map((epoch) => encodeSealedEpoch(fixture.manifest, epoch));
    const altered = pages[1]!.slice();
    altered[altered.length - 70]! ^= 1;
    for (const epochs of [
      [pages[1]!, pages[0]!],
      [pages[0]!, pages[2]!],
      [pages[0]!, pages[0]!],
      [pages[0]!, pages[1]!, pages[3]!],
      [pages[0]!, altered],
      [pages[0]!, pages[1]!.subarray(0, 500)],
      [pages[0]!, new Uint8Array(0)],
      foreignPages,
      [pages[0]!, foreignPages[1]!],
    ]) {
      const alone = new Alone();
      alone.step({ type: 'catch-up' });
      alone.answer(1, 0, epochs);
      expect(alone.refused).toHaveLength(1);
      expect(alone.bank.chain).toEqual(chains[0]);
      expect(alone.asked).toEqual([[2, 0]]);
      alone.answer(2, 0, pages);
      expect(alone.bank.chain).toEqual(chains[4]);
    }
    const alone = new Alone();
    alone.answer(1, 0, pages);
    expect(alone.refused).toEqual(['RECALL_INVALID']);
    alone.step({ type: 'catch-up' });
    alone.answer(2, 0, pages);
    expect(alone.refused).toEqual(['RECALL_INVALID']);
    alone.answer(1, 1, pages.slice(1));
    expect(alone.refused).toEqual(['RECALL_INVALID']);
    alone.answer(1, 0, pages, new Uint8Array(16));
    expect(alone.refused).toEqual(['RECALL_INVALID']);
    expect(alone.bank.chain).toEqual(chains[0]);
  });

  it('does not wait for one that is silent', () => {
    const alone = new Alone();
    alone.step({ type: 'catch-up' });
    for (const next of [2, 3]) {
      alone.step({ type: 'timer', id: RECALL_TIMER });
      expect(alone.asked).toEqual([[next, 0]]);
    }
    alone.step({ type: 'timer', id: RECALL_TIMER });
    expect(alone.asked).toEqual([]);
  });

  it('asks whoever speaks of an epoch two ahead, and gives its own up only when the one after is sealed too', () => {
    const net = new Net(fixture);
    for (let epoch = 0; epoch < 3; epoch++) net.start().run();
    const late = net.letters('open').find(({ message }) => message.epoch === 2)!;
    const soon = net.letters('open').find(({ message }) => message.epoch === 1)!;
    const alone = new Alone();
    alone.step({ type: 'start', dataset: fixture.datasets[0]! });
    const from = late.from === 0 ? 1 : late.from;
    alone.hear(from, soon.message);
    expect(alone.asked).toEqual([]);
    alone.hear(from, late.message);
    expect(alone.asked).toEqual([[from, 0]]);
    alone.hear(from, late.message);
    expect(alone.asked).toEqual([]);
    alone.answer(from, 0, pages.slice(0, 1));
    expect(alone.bank.chain.epoch).toBe(0);
    alone.step({ type: 'timer', id: RECALL_TIMER });
    alone.hear(from, late.message);
    alone.answer(from, 0, pages.slice(0, 2));
    expect(alone.bank.chain).toEqual(chains[2]);
  });

  it('is told once, and what it was told before twice at once and then once in 4 Δ, by its host, in pages of a bounded size', () => {
    const alone = new Alone();
    const request = { type: 'recall', epoch: 0, incarnation: LIFE } as const;
    let asked = 0;
    for (let i = 0; i < 100; i++)
      asked += alone.hear(3, request).output.filter(({ type }) => type === 'recall').length;
    expect(asked).toBe(3);
    const { send } = alone.step({ type: 'recalled', request: { ...request, to: 3 }, epochs: pages });
    expect(fixture.decode(send[0]!.bytes)).toEqual({
      type: 'history',
      epoch: 0,
      incarnation: LIFE,
      epochs: pages,
    });
    const asks = (epoch: number): boolean =>
      alone.hear(3, { ...request, epoch }).output.some(({ type }) => type === 'recall');
    const after = pages.length;
    expect([asks(after), asks(after), asks(0)]).toEqual([true, false, false]);
    alone.step({ type: 'timer', id: RATION_TIMER });
    expect([asks(0), asks(0)]).toEqual([true, false]);
    expect(pageOf(Array.from({ length: 100 }, () => pages[0]!)).length).toBe(PAGE_EPOCHS);
    expect(pageOf([new Uint8Array(1 << 23), pages[0]!]).length).toBe(1);
    expect(pageOf([])).toEqual([]);
  });
});

describe('a bank that lost its log', () => {
  const lost = (): Alone => new Alone({ log: logOfLost(4) });
  const uniqueTypes = new Set([
    'open',
    'commitment',
    'sketch',
    'draft',
    'vote',
    'timeout',
    'result',
    'slices',
  ]);
  const signs = (effects: readonly Effects[]): Message[] =>
    effects
      .flatMap(({ send }) => send.map(({ bytes }) => fixture.decode(bytes)))
      .filter(({ type }) => uniqueTypes.has(type));

  it('begins nothing and answers nobody until enough others have told all they know', () => {
    const alone = lost();
    alone.step({ type: 'start', dataset: fixture.datasets[0]! });
    alone.step({ type: 'catch-up' });
    expect(alone.asked).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(alone.hear(1, { type: 'recall', epoch: 0, incarnation: LIFE }).output).toEqual([]);
    alone.answer(1, 0, []);
    alone.answer(2, 0, pages.slice(0, 1));
    expect(alone.bank.chain).toEqual(chains[1]);
    alone.answer(2, 1, []);
    expect(alone.bank.forgotten).toBe(true);
    // The same bank twice is one, and a liar is none.
    alone.answer(1, 1, []);
    alone.answer(3, 0, [pages[1]!]);
    expect(alone.bank.forgotten).toBe(true);
    alone.step({ type: 'timer', id: RECALL_TIMER });
    expect(alone.asked).toEqual([[3, 1]]);
    expect(alone.answer(3, 1, []).output).toContainEqual({ type: 'recovered', epoch: 1, through: 3 });
    expect(alone.bank.forgotten).toBe(false);
    expect(alone.bank.abstains).toBe(true);
    expect(alone.logged.filter((type) => type === 'abstained')).toHaveLength(1);
    expect(signs(alone.effects)).toEqual([]);
  });

  it('does not take an answer to an earlier life for one to itself', () => {
    const alone = lost();
    alone.step({ type: 'catch-up' });
    for (const from of [1, 2, 3]) alone.answer(from, 0, [], new Uint8Array(16).fill(6));
    expect(alone.bank.forgotten).toBe(true);
    const { manifest, secrets, suite } = fixture;
    const nameless = { manifest, index: 0, secrets: secrets[0]!, suite, log: logOfLost(4) };
    expect(codeOf(() => new Bank(nameless))).toBe('BANK_WITHOUT_INCARNATION');
  });

  it('still knows of it after a restart, before and after the others were heard', () => {
    const before = lost();
    before.step({ type: 'catch-up' });
    const log = [...logOfLost(4), ...before.effects.flatMap(({ persist }) => persist)];
    expect(new Alone({ log }).bank.forgotten).toBe(true);
    for (const from of [1, 2, 3]) before.answer(from, 0, []);
    const all = [...logOfLost(4), ...before.effects.flatMap(({ persist }) => persist)];
    const after = new Alone({ log: all });
    expect(after.bank.forgotten).toBe(false);
    expect(after.bank.abstains).toBe(true);
    expect(signs([after.step({ type: 'start', dataset: fixture.datasets[0]! })])).toEqual([]);
  });

  it('finds out by its own signature that its log is not all, and stops at once', () => {
    const net = new Net(fixture);
    net.start().run();
    const draft = net.letters('draft')[0]!;
    const self = draft.message.draft.header.inputs.find((bank) => bank !== draft.from)!;
    const { manifest, secrets, suite } = fixture;
    const amnesiac = new Bank({ manifest, index: self, secrets: secrets[self]!, suite, incarnation: LIFE });
    const effects: Effects[] = [amnesiac.step({ type: 'start', dataset: fixture.datasets[self]! })];
    for (const { from, message } of net.sent.filter(({ to }) => to === self)) {
      if (message.type === 'open') continue; // so that it commits to nothing itself
      effects.push(amnesiac.step({ type: 'message', from, bytes: fixture.encode(message) }));
    }
    // With the Open it makes the same Commitment again: nothing is foreign then. With other records it is.
    const other = new Bank({ manifest, index: self, secrets: secrets[self]!, suite, incarnation: LIFE });
    const seen: Effects[] = [other.step({ type: 'start', dataset: fixture.datasets[(self + 1) % 4]! })];
    for (const { from, message } of net.sent.filter(({ to }) => to === self))
      seen.push(other.step({ type: 'message', from, bytes: fixture.encode(message) }));
    const outputs = seen.flatMap(({ output }) => output);
    expect(outputs.some(({ type }) => type === 'forgotten')).toBe(true);
    expect(other.forgotten).toBe(true);
    const first = seen.findIndex(({ output }) => output.some(({ type }) => type === 'forgotten'));
    expect(signs(seen.slice(first))).toEqual([]);
  });

  it('cannot be silenced by a commitment that it did not sign', () => {
    const net = new Net(fixture);
    net.start().run();
    const liar = net.leader(0);
    const victim = (liar + 1) % 4;
    const draft = net.letters('draft')[0]!.message as MessageOf<'draft'>;
    const commitments = draft.draft.commitments.map((each) => {
      const forged = { ...each, records: 1 };
      return each.bank === victim
        ? { ...forged, signature: fixture.sign(liar, commitmentStatement(forged)) }
        : each;
    });
    const { manifest, secrets, suite } = fixture;
    const bank = new Bank({ manifest, index: victim, secrets: secrets[victim]!, suite, incarnation: LIFE });
    bank.step({ type: 'start', dataset: fixture.datasets[victim]! });
    for (const { from, message } of net.sent.filter(({ to }) => to === victim)) {
      const shown =
        message.type === 'draft' ? { ...message, draft: { ...message.draft, commitments } } : message;
      bank.step({ type: 'message', from, bytes: fixture.encode(shown) });
    }
    expect(bank.forgotten).toBe(false);
  });
});

describe('the banks that must be heard after a loss', () => {
  it('have an honest one in every quorum that sealed, for every n and f, and are enough without f − 1 liars', () => {
    let cases = 0;
    for (let n = 2; n <= 100; n++)
      for (let f = 0; 3 * f + 1 <= n; f++) {
        expectTolerance(n, f);
        const quorum = Math.ceil((n + f + 1) / 2);
        const needed = witnessesNeeded({ size: n, quorum, faults: f } as Fixture['manifest']);
        // Least overlap of the others of a quorum with those heard, less the liars; all others are as many as there are.
        const overlap = quorum - 1 + needed - (n - 1);
        if (needed < n - 1) expect(overlap, `${n}, ${f}`).toBeGreaterThanOrEqual(f + 1);
        else expect(overlap).toBe(quorum - 1);
        expect(quorum - 1).toBeGreaterThanOrEqual(f === 0 ? 0 : f + 1);
        if (f > 0) expect(needed).toBeLessThanOrEqual(n - 1 - (f - 1));
        cases++;
      }
    expect(cases).toBeGreaterThan(1000);
  });
});
