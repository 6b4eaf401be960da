import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Dataset } from '../../src/data/dataset.js';
import { symbolsWithin } from '../../src/data/sketch-estimate.js';
import { HOLDER_PATIENCE } from '../../src/protocol/catching-up.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { compareStatement } from '../../src/protocol/requests.js';
import {
  consortium,
  DELTA,
  type Fixture,
  LEDGER,
  type Letter,
  ledger,
  Net,
  type NetOptions,
  others,
} from './network.js';

let fixture: Fixture; // n = 4, f = 1
let behind: number;
let inputs: number[];
/** The input that the bank behind asks first. */
let holder: number;
let datasets: Dataset[];
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { sketchSymbols: 16 } });
  behind = others(fixture, new Net(fixture).leader(0))[0]!;
  inputs = others(fixture, behind);
  holder = inputs[behind % inputs.length]!;
  // It lacks two records, has six of its own, and errs on forty.
  const errors = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [i, 1]));
  const records = ledger(errors, 106).entries.map(({ values }) => values);
  const own = Dataset.fromRecords(
    LEDGER,
    records.filter(([id]) => id !== 50n && id !== 51n),
  );
  datasets = others(fixture).map((bank) => (bank === behind ? own : ledger({}, 100)));
});

/** An epoch whose inputs are all but one bank: nobody hears it in time. */
function run(options: NetOptions = {}, limit = 200 * DELTA): Net {
  const { delay } = options;
  const net = new Net(fixture, {
    datasets,
    ...options,
    delay: (letter, now) =>
      letter.from === behind && ['commitment', 'amendment'].includes(letter.message.type)
        ? null
        : delay
          ? delay(letter, now)
          : 100,
  }).start();
  return net.run(limit, () => net.sealed(others(fixture)));
}
function expectCaughtUp(net: Net): void {
  expect(net.output(behind, 'sealed')[0]!.inputs).toEqual(inputs);
  const { outcome } = net.output(behind, 'sealed')[0]!;
  expect(toHex(outcome!.root)).toBe(toHex(net.output(inputs[0]!, 'sealed')[0]!.outcome!.root));
}
const lying = (change: (message: Message, letter: Letter) => Message | null): NetOptions => ({
  byzantine: {
    [holder]: (letter) => {
      if (letter.to !== behind) return [letter];
      const message = change(letter.message, letter);
      return message ? [{ ...letter, message }] : [];
    },
  },
});

function compare(
  net: Net,
  from: number,
  to: number,
  change: Partial<MessageOf<'compare'>> = {},
  signer = from,
) {
  const value = net.output(to, 'agreed')[0]?.value ?? new Uint8Array(32);
  const request = { epoch: 0, value, from: 0, count: 16, ...change };
  const signature = fixture.sign(signer, compareStatement(request));
  const bytes = fixture.encode({ type: 'compare', ...request, signature });
  const { send, output } = net.input(to, { type: 'message', from, bytes })!;
  return {
    answers: send.map((each) => fixture.decode(each.bytes).type),
    refused: output.flatMap((each) => (each.type === 'refused' ? [each.code] : [])),
  };
}

describe('a bank that was left out', () => {
  it('gets the records that the inputs agree on, drops those they do not, and has their result', () => {
    const net = run();
    expectCaughtUp(net);
    const { request } = net.output(behind, 'reconcile')[0]!;
    expect(request.common).toHaveLength(100);
    const fetched = net.letters('fetch').filter(({ from }) => from === behind);
    expect(fetched.every(({ to }) => to === holder)).toBe(true);
    // Forty that it errs on and two that it lacks: nothing that it has.
    expect(fetched.flatMap(({ message }) => message.ids)).toHaveLength(42);
  });

  it('asks the next input when one gives it no symbols, others, too few, too many, or those of no set', () => {
    const symbolsOf = (change: (symbols: Uint8Array) => Uint8Array | null) =>
      lying((message) => {
        if (message.type !== 'common') return message;
        const symbols = change(message.symbols);
        return symbols && { ...message, symbols };
      });
    for (const change of [
      () => null,
      () => new Uint8Array(0),
      (symbols: Uint8Array) => symbols.subarray(0, 64),
      (symbols: Uint8Array) => Uint8Array.of(...symbols, ...symbols),
      (symbols: Uint8Array) => symbols.map((byte) => byte ^ 255),
      (symbols: Uint8Array) => symbols.map((byte, i) => (i % 29 === 3 ? byte ^ 1 : byte)),
      (symbols: Uint8Array) => new Uint8Array(symbols.length),
    ]) {
      const net = run(symbolsOf(change));
      expectCaughtUp(net);
      const asked = net.letters('compare').filter(({ from }) => from === behind);
      expect(asked.filter(({ to }) => to === holder).length).toBeLessThan(20);
      expect(asked.some(({ to }) => to !== holder)).toBe(true);
    }
  });

  it('asks the next input when one gives it other records, garbage, or none', () => {
    for (const record of [
      datasets[0]!.entries[0]!.bytes,
      new Uint8Array(0),
      new Uint8Array(40).fill(255),
      null,
    ]) {
      const net = run(
        lying((message) => {
          if (message.type !== 'records') return message;
          return record && { ...message, records: message.records.map(({ id }) => ({ id, record })) };
        }),
      );
      expectCaughtUp(net);
      expect(net.letters('fetch').some(({ from, to }) => from === behind && to !== holder)).toBe(true);
    }
  });

  it('listens to one input for 12 Δ and four rounds, though that drips symbols of no set just before each wait ends', () => {
    const rounds: number[] = [];
    for (const change of [
      (byte: number) => byte ^ 255,
      (byte: number, i: number) => (i % 29 === 3 ? byte ^ 1 : byte),
      () => 0,
    ])
      for (const late of [3.8 * DELTA, 100]) {
        const asked: { readonly to: number; readonly at: number }[] = [];
        const net = run({
          ...lying((message) =>
            message.type === 'common' ? { ...message, symbols: message.symbols.map(change) } : message,
          ),
          delay: ({ from, to, message }, now) => {
            if (message.type === 'compare') asked.push({ to, at: now });
            return from === holder && to === behind && message.type === 'common' ? late : 100;
          },
        });
        expectCaughtUp(net);
        const first = asked.find(({ to }) => to === holder)!;
        const next = asked.find(({ to }) => to !== holder)!;
        rounds.push(asked.filter(({ to }) => to === holder).length);
        expect(next.at - first.at).toBeLessThanOrEqual(HOLDER_PATIENCE * DELTA);
      }
    expect(Math.max(...rounds)).toBe(4);
  });

  it('believes no symbols of a bank that it did not ask', () => {
    const liar = inputs.find((bank) => bank !== holder)!;
    const net = run({
      byzantine: {
        [liar]: (letter) => {
          if (letter.message.type !== 'release' || letter.to !== behind) return [letter];
          const { value, epoch } = letter.message.certificate;
          const common = { type: 'common', epoch, value, from: 0, symbols: new Uint8Array(512) } as const;
          return [letter, { ...letter, message: common }];
        },
      },
    });
    expectCaughtUp(net);
    expect(net.letters('compare').every(({ to }) => to === holder)).toBe(true);
  });

  it('stays behind, and its epoch ends, when nobody helps it', () => {
    const net = run({ delay: ({ message }) => (message.type === 'common' ? null : 100) });
    const [sealed] = net.output(behind, 'sealed');
    expect(sealed!.outcome).toBeNull();
    const asked = net.letters('compare').map(({ to }) => to);
    for (const bank of inputs) expect(asked.filter((to) => to === bank)).toHaveLength(2);
  });
});

describe('an input', () => {
  it('compares with no other input, with nobody before a decision, and for the agreed value only', () => {
    const before = new Net(fixture, { datasets }).start();
    expect(compare(before, behind, holder)).toEqual({ answers: [], refused: [] });
    const net = run();
    const [other] = inputs.filter((bank) => bank !== holder) as [number];
    expect(compare(net, other, holder)).toEqual({ answers: [], refused: [] });
    expect(compare(net, holder, behind)).toEqual({ answers: [], refused: [] });
    expect(compare(net, behind, holder, { value: new Uint8Array(32) })).toEqual({ answers: [], refused: [] });
    expect(compare(net, behind, holder, {}, other)).toEqual({ answers: [], refused: ['compare-invalid'] });
    expect(compare(net, behind, holder)).toEqual({ answers: ['common'], refused: [] });
  });

  it('serves one bank a bounded number of symbols, and none beyond what any sketch needs', () => {
    const net = run();
    const limit = symbolsWithin(fixture.manifest.parameters.maxDifferences);
    for (const change of [
      { count: limit + 1 },
      { from: limit, count: 1 },
      { from: 2 ** 52, count: 2 ** 52 },
      { count: Number.MAX_SAFE_INTEGER },
    ])
      expect(compare(net, behind, holder, change), JSON.stringify(change)).toEqual({
        answers: [],
        refused: [],
      });
    let answers = 0;
    for (let i = 0; i < 24; i++)
      answers += compare(net, behind, holder, { count: Math.floor(limit / 4) }).answers.length;
    expect(answers).toBeLessThanOrEqual(8);
    expect(answers).toBeGreaterThan(4);
  });
});
