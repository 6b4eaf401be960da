import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import { Bank } from '../../src/protocol/bank.js';
import { timeoutStatement } from '../../src/protocol/certificate.js';
import type { Draft } from '../../src/protocol/draft.js';
import type { Effects, Input } from '../../src/protocol/effects.js';
import { type LogEntry, logEntryCodec } from '../../src/protocol/journal.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { compareSlots } from '../../src/protocol/slot.js';
import { type Statement, statementDigest } from '../../src/protocol/statement.js';
import { consortium, type Fixture, Net, type NetOptions, others } from './network.js';
import { signedIn } from './signed.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

const digestOf = (statement: Statement): string =>
  toHex(statementDigest(fixture.manifest.consortiumId, statement));

/** Every bank's inputs in a run in which views fail, drafts are asked for and records fetched. */
function eventful(options: NetOptions = {}): Net {
  const silent = new Net(fixture).leader(0);
  return new Net(fixture, {
    delay: ({ from, message }, now) =>
      from === silent && now < 14_000 && message.type !== 'timeout' ? null : 100,
    ...options,
  })
    .start()
    .run();
}

describe('a bank', () => {
  it('sends no signature whose statement is not in the log of that step or an earlier one', () => {
    const logged = [0, 1, 2, 3].map(() => new Set<string>());
    const drafts: Draft[] = [];
    const draftOf = ({ slot }: MessageOf<'slices'>): Draft | undefined =>
      drafts.find(({ header }) => compareSlots(header.slot, slot) === 0);
    const types = new Set<string>();
    let signatures = 0;
    const onStep = (bank: number, _: Input, effects: Effects): void => {
      for (const bytes of effects.persist) {
        const entry = decode(logEntryCodec(4), bytes) as LogEntry;
        if (entry.type === 'signed') logged[bank]!.add(digestOf(entry.statement));
      }
      const messages = effects.send.map(({ bytes }) => fixture.decode(bytes));
      for (const message of messages) if (message.type === 'draft') drafts.push(message.draft);
      for (const message of messages)
        for (const { statement } of signedIn(fixture, bank, message, draftOf)) {
          signatures++;
          types.add(statement.type);
          expect(logged[bank]!.has(digestOf(statement)), statement.type).toBe(true);
        }
    };
    const net = eventful({ onStep });
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
    expect(signatures).toBeGreaterThan(30);
    for (const type of [
      'open',
      'commitment',
      'sketch',
      'proposal',
      'slices',
      'prepare',
      'commit',
      'timeout',
      'result',
    ])
      expect([...types]).toContain(type);
  });

  it('gives the same effects for the same inputs, byte for byte', () => {
    const recorded: { bank: number; input: Input; effects: Effects }[] = [];
    eventful({ onStep: (bank, input, effects) => recorded.push({ bank, input, effects }) });
    const { manifest, secrets, suite } = fixture;
    const twins = secrets.map((secret, index) => new Bank({ manifest, index, secrets: secret, suite }));
    for (const { bank, input, effects } of recorded) expect(twins[bank]!.step(input)).toEqual(effects);
    expect(recorded.length).toBeGreaterThan(50);
  });

  it('does not hear itself, strangers or nonsense', () => {
    const net = new Net(fixture).start();
    const bytes = fixture.encode(net.sent[0]!.message);
    for (const from of [2, 4, -1, 1.5, Number.NaN, 99])
      expect(net.banks[2]!.step({ type: 'message', from, bytes })).toEqual({
        persist: [],
        send: [],
        timers: [],
        output: [],
      });
    const effects = net.banks[2]!.step({ type: 'message', from: 1, bytes: new Uint8Array(0) });
    expect(effects.output).toEqual([{ type: 'refused', from: 1, code: 'ENCODING_TRUNCATED' }]);
  });

  it('takes timers it did not set, and outcomes it did not ask for, for nothing', () => {
    const net = new Net(fixture).start();
    const nothing = { persist: [], send: [], timers: [], output: [] };
    const follower = others(fixture, net.leader(0))[0]!;
    for (const id of [
      '',
      '/',
      '0',
      '0/',
      '0/nothing',
      '1/view',
      '-0/view',
      '/view',
      '00/view',
      '0/0/view',
      '0/constructor',
    ])
      expect(net.banks[follower]!.step({ type: 'timer', id }), id).toEqual(nothing);
    const done = new Net(fixture).start().run();
    const outcome = done.output(0, 'sealed')[0]!.outcome!;
    for (const epoch of [0, 1, -1, 7])
      expect(net.banks[follower]!.step({ type: 'reconciled', epoch, outcome })).toEqual(nothing);
    expect(net.banks[follower]!.step({ type: 'start', dataset: net.dataset(follower) })).toEqual(nothing);
  });

  it('never throws, whatever reaches it in whatever order', () => {
    const recorded: { bank: number; input: Input }[] = [];
    const net = eventful({ onStep: (bank, input) => recorded.push({ bank, input }) });
    const letters = net.sent.map((letter) => fixture.encode(letter.message));
    const { manifest, secrets, suite } = fixture;
    const names = ['view', 'collect', 'attest', 'slices', 'thin', 'spent/0', 'spent/3', 'spent/', 'spent/99'];
    const late = ['want', 'fetch', 'missing', 'catch-up', 'collector'];
    const timers = [...names, ...late].map((name) => `0/${name}`);
    const action = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          from: fc.nat(3),
          which: fc.nat(),
          edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ from: fc.nat(3), bytes: fc.uint8Array({ maxLength: 80 }) }) },
      { weight: 2, arbitrary: fc.record({ timer: fc.constantFrom(...timers) }) },
    );
    let steps = 0;
    const run = fc.record({
      bank: fc.nat(3),
      phase: fc.nat(recorded.length),
      actions: fc.array(action, { minLength: 60, maxLength: 60 }),
    });
    fc.assert(
      fc.property(run, ({ bank, phase, actions }) => {
        const subject = new Bank({ manifest, index: bank, secrets: secrets[bank]!, suite });
        for (const { bank: whose, input } of recorded.slice(0, phase))
          if (whose === bank) subject.step(input);
        for (const each of actions) {
          steps++;
          if ('timer' in each) subject.step({ type: 'timer', id: each.timer });
          else if ('bytes' in each) subject.step({ type: 'message', from: each.from, bytes: each.bytes });
          else {
            const bytes = letters[each.which % letters.length]!.slice();
            for (const [at, value] of each.edits) bytes[at % bytes.length] = value;
            subject.step({ type: 'message', from: each.from, bytes });
          }
        }
      }),
      { numRuns: 30 },
    );
    expect(steps).toBeGreaterThan(1700);
  });

  it('answers those who are still in the epoch before', () => {
    const net = new Net(fixture).start().run();
    for (const bank of net.banks.keys()) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    const asked = (epoch: number): Message[] => {
      const signature = fixture.sign(3, timeoutStatement(epoch, 0, null));
      const message: Message = {
        type: 'timeout',
        epoch,
        view: 0,
        certificate: null,
        proposal: null,
        justification: null,
        signature,
      };
      const { send } = net.input(0, { type: 'message', from: 3, bytes: fixture.encode(message) })!;
      return send.map(({ bytes }) => fixture.decode(bytes));
    };
    expect(asked(0).map(({ type }) => type)).toEqual(['seal']);
    net.run();
    expect(asked(1).map(({ type }) => type)).toEqual(['seal']);
    for (const bank of net.banks.keys()) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    expect(asked(0)).toEqual([]);
    expect(asked(1).map(({ type }) => type)).toEqual(['seal']);
  });
});
