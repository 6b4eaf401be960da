import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { resultStatement } from '../../src/protocol/seal.js';
import {
  consortium,
  DELTA,
  type Fixture,
  type Letter,
  ledger,
  Net,
  type NetOptions,
  others,
} from './network.js';

const N = 7;
let fixture: Fixture;
let leader: number;
beforeAll(async () => {
  fixture = await consortium(N, 2);
  leader = new Net(fixture).leader(0);
});

/** Another result under the liar's own signature. */
const lie = (letter: Letter, liar: number): Letter => {
  const { message } = letter;
  if (message.type !== 'result') return letter;
  const result = { ...message, root: new Uint8Array(32).fill(1) };
  return { ...letter, message: { ...result, signature: fixture.sign(liar, resultStatement(0, result)) } };
};
const roots = (net: Net, banks: readonly number[]): Set<string> =>
  new Set(banks.map((bank) => toHex(net.output(bank, 'sealed')[0]!.seal.root)));

describe('a seal', () => {
  it('is of the honest result, whatever f executors vote for', () => {
    const liars = others(fixture, leader).slice(0, 2);
    const net = new Net(fixture, {
      byzantine: Object.fromEntries(liars.map((liar) => [liar, (letter) => [lie(letter, liar)]])),
    });
    net.start().run();
    const honest = others(fixture, ...liars);
    expect(net.sealed(honest)).toBe(true);
    const [outcome] = honest.map((bank) => net.output(bank, 'sealed')[0]!.outcome!.root);
    expect([...roots(net, honest)]).toEqual([toHex(outcome!)]);
  });

  it('is made by the next collector when one withholds it', () => {
    const net = new Net(fixture, {
      delay: ({ from, message }) => (from === leader && message.type === 'seal' ? null : 100),
    });
    net.start().run(12 * DELTA);
    expect(net.sealed(others(fixture))).toBe(true);
  });

  it('with one executor too few is never made, and a bank that has none asks on', () => {
    const silent = others(fixture, leader).slice(0, 3);
    const net = new Net(fixture, {
      delay: ({ from, message }) =>
        silent.includes(from) && (message.type === 'result' || message.type === 'seal') ? null : 100,
    });
    net.start().run(3 * DELTA);
    expect(net.outputs.flat().some(({ type }) => type === 'sealed')).toBe(false);
  });

  it('is refused by a bank when it does not hold, and changes nothing', () => {
    const good = new Net(fixture).start().run().letters('seal')[0]!.message.seal;
    const net = new Net(fixture).start();
    for (const seal of [
      { ...good, root: new Uint8Array(32) },
      { ...good, executors: good.executors.slice(1) },
      { ...good, header: { ...good.header, schedule: [] } },
      { ...good, header: { ...good.header, parent: new Uint8Array(32) } },
      { ...good, consortiumId: new Uint8Array(32) },
    ]) {
      const bytes = fixture.encode({ type: 'seal', seal });
      const effects = net.input(1, { type: 'message', from: 2, bytes })!;
      expect(effects.output.map((output) => output.type)).toEqual(['refused']);
      expect([effects.persist, effects.send, effects.timers]).toEqual([[], [], []]);
    }
  });
});

describe('an executor that was left out and lacks the data', () => {
  /** Two banks are left out of the inputs and cannot catch up, and what two others vote is up to the test. */
  function leftOut(options: Pick<NetOptions, 'byzantine'> = {}, silent: readonly number[] = []): Net {
    const out = others(fixture, leader).slice(0, 2);
    return new Net(fixture, {
      datasets: others(fixture).map((bank) => ledger(out.includes(bank) ? { [bank]: 1 } : {})),
      delay: ({ from, message }) =>
        (out.includes(from) && ['commitment', 'amendment'].includes(message.type)) ||
        message.type === 'common' ||
        (silent.includes(from) && (message.type === 'result' || message.type === 'seal'))
          ? null
          : 100,
      ...options,
    });
  }
  const out = (): number[] => others(fixture, leader).slice(0, 2);
  const inputs = (): number[] => others(fixture, ...out());

  it('signs the result that f + 1 executors signed, so that f silent ones cannot stop the seal', () => {
    const silent = inputs()
      .filter((bank) => bank !== leader)
      .slice(0, 2);
    const net = leftOut({}, silent).start();
    net.run(100_000);
    expect(net.sealed(others(fixture))).toBe(true);
    for (const bank of out()) {
      expect(net.output(bank, 'sealed')[0]!.outcome).toBeNull();
      expect(net.letters('result').some(({ from }) => from === bank)).toBe(true);
    }
  });

  it('does not sign what f executors made up', () => {
    const liars = inputs()
      .filter((bank) => bank !== leader)
      .slice(0, 2);
    const honest = inputs().filter((bank) => !liars.includes(bank));
    const net = leftOut({
      byzantine: Object.fromEntries(liars.map((liar) => [liar, (letter) => [lie(letter, liar)]])),
    }).start();
    net.run(100_000);
    expect(net.sealed([...honest, ...out()])).toBe(true);
    const root = toHex(net.output(honest[0]!, 'sealed')[0]!.outcome!.root);
    expect([...roots(net, [...honest, ...out()])]).toEqual([root]);
    for (const { from, message } of net.letters('result'))
      if (out().includes(from)) expect(toHex(message.root)).toBe(root);
  });

  it('is not led by votes that only claim to be signed, or are sent by banks that are no inputs', () => {
    const net = leftOut({}, inputs()).start();
    net.run(5 * DELTA);
    const [asked] = out() as [number];
    const vote = net.letters('result')[0]!.message;
    const before = net.letters('result').filter(({ from }) => from === asked).length;
    expect(before).toBe(0);
    for (const from of inputs()) {
      const forged = { ...vote, root: new Uint8Array(32).fill(9) };
      net.input(asked, { type: 'message', from, bytes: fixture.encode(forged) });
    }
    expect(net.letters('result').filter(({ from }) => from === asked)).toEqual([]);
  });
});
