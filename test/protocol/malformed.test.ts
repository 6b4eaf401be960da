import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { Bank } from '../../src/protocol/bank.js';
import {
  commitmentsDigest,
  draftDigest,
  proposalStatement,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import type { Effects, Input } from '../../src/protocol/effects.js';
import type { Message, MessageType } from '../../src/protocol/messages.js';
import {
  amendmentStatement,
  compareStatement,
  fetchStatement,
  missingStatement,
} from '../../src/protocol/requests.js';
import { envelopeStatement, slicesRoot, slicesStatement } from '../../src/protocol/slice-header.js';
import { agreedValue } from '../../src/protocol/value.js';
import { consortium, type Fixture, type Letter, ledger, Net, others } from './network.js';
import { draftIn, headerUnder } from './signed.js';

let fixture: Fixture;
let net: Net;
/** What went into each bank, in order. */
let recorded: Input[][];
/** Letters by type: a liar picks among types, not among the many votes. */
let byType: Letter[][];
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { sketchSymbols: 16 } });
  const leader = new Net(fixture).leader(0);
  const [left, unlucky] = others(fixture, leader) as [number, number];
  recorded = [[], [], [], []];
  let releases = 0;
  const options = {
    datasets: [0, 1, 2, 3].map((i) => ledger({ [i]: 1, 20: i % 2 }, 24 + i)),
    onStep: (bank: number, input: Input, _: Effects) => recorded[bank]!.push(input),
  };
  // A bank is left out, amends, is brought back; slices and releases are lost.
  net = new Net(fixture, {
    ...options,
    delay: ({ from, to, message }) => {
      if (from === left && message.type === 'commitment') return null;
      if (to === unlucky && from === leader && message.type === 'slices') return null;
      return message.type === 'release' && releases++ < 12 ? null : 100;
    },
  });
  net.start().run();
  expect(net.sealed([0, 1, 2, 3])).toBe(true);
  // One that stays out and catches up, and a view that fails with something prepared.
  const out = new Net(fixture, {
    datasets: options.datasets,
    delay: ({ from, message }, now) =>
      (from === left && ['commitment', 'amendment'].includes(message.type)) ||
      (now < 14_000 && message.type === 'vote' && message.phase === 'commit')
        ? null
        : 100,
  });
  out.start().run();
  const types = new Map<MessageType, Letter[]>();
  for (const letter of [...net.sent, ...out.sent])
    types.set(letter.message.type, [...(types.get(letter.message.type) ?? []), letter]);
  byType = [...types.values()];
  expect([...types.keys()]).toEqual(
    expect.arrayContaining([
      'slices',
      'forward',
      'amendment',
      'refusal',
      'relay',
      'proposal',
      'release',
      'compare',
    ]),
  );
});

type Json = unknown;

/** The same value with one thing in it changed, somewhere. */
function mutate(value: Json, pick: () => number): Json {
  if (value instanceof Uint8Array) {
    const at = pick();
    switch (at % 6) {
      case 0:
        return new Uint8Array(0);
      case 1:
        return value.subarray(0, at % (value.length + 1));
      case 2:
        return Uint8Array.of(...value.subarray(0, 4096), 0);
      case 3:
        return new Uint8Array(value.length).fill(255);
      default:
        return value.map((byte, i) => (i === at % value.length ? byte ^ 1 : byte));
    }
  }
  if (Array.isArray(value)) {
    const kind = pick() % 8;
    if (kind === 0) return [];
    if (kind === 1) return value.slice(1);
    if (kind === 2) return [...value].reverse();
    if (kind === 3 && value.length > 0) return [...value, value[pick() % value.length]];
    if (value.length === 0) return value;
    const at = pick() % value.length;
    return value.map((each, i) => (i === at ? mutate(each, pick) : each));
  }
  if (typeof value === 'number')
    return [0, 1, value + 1, Math.max(0, value - 1), 7, 65535, 2 ** 32 - 1, 2 ** 53 - 1][pick() % 8];
  if (typeof value === 'bigint') return [0n, 1n, value + 1n][pick() % 3];
  if (typeof value === 'boolean') return !value;
  if (value === null || typeof value !== 'object') return value;
  if (pick() % 12 === 0) return null;
  const fields = Object.entries(value).filter(([name]) => name !== 'type');
  const [name, field] = fields[pick() % fields.length]!;
  return { ...value, [name]: mutate(field, pick) };
}

/** The message as its sender would send it who lies and knows how to sign: what it has changed is signed again. */
function resigned(message: Message, from: number): Message {
  switch (message.type) {
    case 'draft': {
      const { table, commitments, symbols, header: old } = message.draft;
      const parts = { table: tableDigest(table), commitments: commitmentsDigest(commitments) };
      const header = { ...old, ...parts, symbols: symbolsDigest(symbols) };
      const statement = proposalStatement(header.epoch, header.slot, draftDigest(header));
      return { type: 'draft', draft: { ...message.draft, header }, signature: fixture.sign(from, statement) };
    }
    case 'forward': {
      const draft = resigned(
        { type: 'draft', ...message.draft },
        net.leader(message.draft.draft.header.slot.view),
      );
      return draft.type === 'draft' ? { ...message, draft } : message;
    }
    case 'repeat': {
      const { slot, contents } = message;
      const value = agreedValue(draftDigest(contents.draft.header), contents.agreed);
      return { ...message, signature: fixture.sign(from, proposalStatement(0, slot, value)) };
    }
    case 'amendment':
      return { ...message, signature: fixture.sign(from, amendmentStatement(message)) };
    case 'slices': {
      const draft = draftIn(net)(message);
      if (!draft) return message;
      const header = headerUnder(fixture, draft, from, message);
      const { slot, envelope } = message;
      const dealing = { ...message.dealing, signature: fixture.sign(from, slicesStatement(header)) };
      const name = { epoch: 0, slot, root: slicesRoot(header) };
      const signature = fixture.sign(from, envelopeStatement(name, pickReceiver(message, from), envelope));
      return { ...message, dealing, envelope: { ...envelope, signature } };
    }
    case 'compare':
      return { ...message, signature: fixture.sign(from, compareStatement(message)) };
    case 'missing':
      return { ...message, signature: fixture.sign(from, missingStatement(message)) };
    case 'fetch':
      return { ...message, signature: fixture.sign(from, fetchStatement(message)) };
    default:
      return message;
  }
}
const pickReceiver = (message: Message, from: number): number =>
  message.type === 'slices' && message.envelope.slice ? message.envelope.slice.index % 4 : from;

describe('a bank', () => {
  it('throws nothing at a message that decodes and makes no sense, signed again or not, at any moment', () => {
    const { manifest, secrets, suite } = fixture;
    const action = fc.record({
      kind: fc.nat(),
      which: fc.nat(),
      picks: fc.array(fc.nat(1_000_000), { minLength: 12, maxLength: 12 }),
      times: fc.integer({ min: 1, max: 3 }),
      sign: fc.boolean(),
    });
    const run = fc.record({
      bank: fc.nat(3),
      phase: fc.nat(1000),
      actions: fc.array(action, { minLength: 60, maxLength: 60 }),
    });
    let delivered = 0;
    fc.assert(
      fc.property(run, ({ bank, phase, actions }) => {
        const subject = new Bank({ manifest, index: bank, secrets: secrets[bank]!, suite });
        const inputs = recorded[bank]!;
        for (const input of inputs.slice(0, 1 + (phase % inputs.length))) subject.step(input);
        for (const { kind, which, picks, times, sign } of actions) {
          const letters = byType[kind % byType.length]!;
          const { from, message } = letters[which % letters.length]!;
          let next = 0;
          const pick = (): number => picks[next++ % picks.length]!;
          let bad: Message = message;
          try {
            for (let i = 0; i < times; i++) bad = mutate(bad, pick) as Message;
            if (sign) bad = resigned(bad, from);
            const bytes = fixture.encode(bad);
            delivered++;
            subject.step({ type: 'message', from: from === bank ? (bank + 1) % 4 : from, bytes });
          } catch (error) {
            // What does not encode was not delivered; what was must not throw.
            if (isConcordatError(error) && error.code.startsWith('ENCODING')) continue;
            if (error instanceof Error && error.stack!.includes('Bank.step')) throw error;
          }
        }
      }),
      { numRuns: 120 },
    );
    expect(delivered).toBeGreaterThan(2000);
  });

  it('refuses a draft, a repetition, a proposal and a copy whose header has no schedule, and goes on', () => {
    const to = others(fixture, net.leader(0))[0]!;
    for (const type of ['draft', 'proposal', 'forward'] as const) {
      const letter = net.letters(type)[0]!;
      for (const schedule of [[], [0], [0, 1, 2], [0, 1, 2, 3, 4], Array(256).fill(65535)]) {
        const message = structuredClone(letter.message) as unknown as {
          header: object;
          draft: { header: object; draft: { header: object } };
        };
        if (type === 'proposal') message.header = { ...message.header, schedule };
        else if (type === 'draft') message.draft.header = { ...message.draft.header, schedule };
        else message.draft.draft.header = { ...message.draft.draft.header, schedule };
        const subject = new Net(fixture).start();
        subject.run(150);
        const bytes = fixture.encode(message as unknown as Message);
        const { output, send } = subject.input(to, { type: 'message', from: net.leader(0), bytes })!;
        expect(output.every((each) => each.type === 'refused')).toBe(true);
        expect(send).toEqual([]);
      }
    }
  });
});
