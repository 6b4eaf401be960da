import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { openingTimeout, paceOf } from '../../src/protocol/pacemaker.js';
import { consortium, DELTA, type Fixture, Net, others } from './network.js';

let four: Fixture;
let seven: Fixture;
beforeAll(async () => {
  four = await consortium(4, 1);
  seven = await consortium(7, 2);
});

const valuesOf = (net: Net, banks: readonly number[]): Set<string> =>
  new Set(banks.map((bank) => toHex(net.output(bank, 'agreed')[0]!.value)));
const viewOf = (net: Net, bank: number): number => net.output(bank, 'agreed')[0]!.slot.view;

describe('a view whose leader is silent', () => {
  it('is given up after its time, and the next leader decides', () => {
    const silent = new Net(four).leader(0);
    const net = new Net(four, { absent: [silent] }).start().run();
    const honest = others(four, silent);
    expect(net.sealed(honest)).toBe(true);
    for (const bank of honest) expect(viewOf(net, bank)).toBe(1);
    expect(net.letters('timeout').length).toBeGreaterThanOrEqual(9);
    expect(net.letters('timeout')[0]!.message.view).toBe(0);
  });

  it('is one of at most f in a row', () => {
    const silent = [0, 1].map((view) => new Net(seven).leader(view));
    const honest = others(seven, ...silent);
    const net = new Net(seven, { absent: silent }).start();
    net.run(1_000_000, () => net.sealed(honest));
    expect(net.sealed(honest)).toBe(true);
    for (const bank of honest) expect(viewOf(net, bank)).toBe(2);
    expect(valuesOf(net, honest).size).toBe(1);
    expect(net.now).toBeLessThan(2 * openingTimeout(paceOf(seven.manifest), 0) + 12 * DELTA);
  });
});

describe('a value that was prepared', () => {
  /** The leader of view 0 dies when its prepare certificate has reached `reached`. */
  function prepared(fixture: Fixture, reached: (bank: number) => boolean): Net {
    const leader = new Net(fixture).leader(0);
    const net: Net = new Net(fixture, {
      delay: ({ from, to, message }) => {
        if (from !== leader) return 100;
        if (message.type === 'certificate') return reached(to) ? 100 : null;
        return message.type === 'timeout' ? null : 100;
      },
    });
    net.start().run(3_000_000, () => net.letters('certificate').length > 0);
    net.crash(leader);
    return net.run();
  }

  it('is repeated by the next leader when a quorum reports it, and is then decided', () => {
    for (const fixture of [four, seven]) {
      const leader = new Net(fixture).leader(0);
      const net = prepared(fixture, () => true);
      const honest = others(fixture, leader);
      expect(net.sealed(honest)).toBe(true);
      const first = toHex(net.letters('certificate')[0]!.message.certificate.value);
      expect([...valuesOf(net, honest)]).toEqual([first]);
      expect(net.letters('repeat').length).toBeGreaterThan(0);
      for (const bank of honest) expect(viewOf(net, bank)).toBe(1);
      const views = new Set(net.letters('draft').map(({ message }) => message.draft.header.slot.view));
      expect([...views]).toEqual([0]);
    }
  });

  it('and shown to one bank is repeated or given up, but never both', () => {
    const leader = new Net(four).leader(0);
    for (const only of others(four, leader)) {
      const net = prepared(four, (bank) => bank === only);
      const honest = others(four, leader);
      expect(net.sealed(honest)).toBe(true);
      expect(valuesOf(net, honest).size).toBe(1);
    }
  });

  it('is asked for by a leader that lacks its draft', () => {
    const [leader, next] = [new Net(four).leader(0), new Net(four).leader(1)];
    const net = new Net(four, {
      // The next leader is no input, gets no draft, and learns of the certificate by timeouts.
      delay: ({ from, to, message }) => {
        if (from === next && ['commitment', 'amendment'].includes(message.type)) return null;
        if (to === next && message.type === 'forward') return null;
        if (from === leader && to === next && message.type === 'draft') return null;
        return message.type === 'vote' && message.phase === 'commit' && message.slot.view === 0 ? null : 100;
      },
    });
    net.start().run();
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
    expect(net.letters('draft-copy').some(({ to }) => to === next)).toBe(true);
    expect(viewOf(net, next)).toBe(1);
    expect(valuesOf(net, [0, 1, 2, 3]).size).toBe(1);
  });
});

describe('a decided value', () => {
  it('is the only one, when half of the banks hear of it and the other half change the view', () => {
    for (const told of others(four, new Net(four).leader(0))) {
      const leader = new Net(four).leader(0);
      const net = new Net(four, {
        delay: ({ from, to, message }) => {
          if (from !== leader) return 100;
          const decides = message.type === 'certificate' && message.certificate.phase === 'commit';
          return (decides && to !== told) || message.type === 'timeout' ? null : 100;
        },
      });
      net.start().run();
      expect(net.sealed(others(four, leader))).toBe(true);
      expect(valuesOf(net, [0, 1, 2, 3]).size).toBe(1);
    }
  });
});

describe('a slow start', () => {
  it('costs views, each longer than the one before, and no more once messages arrive in time', () => {
    const net = new Net(four, { delay: (_, now) => (now < 100_000 ? 100_000 - now + 100 : 100) });
    net.start().run();
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
    expect(valuesOf(net, [0, 1, 2, 3]).size).toBe(1);
  });

  it('lets in a bank that starts late', () => {
    const late = others(four, new Net(four).leader(0))[0]!;
    const net = new Net(four);
    for (const bank of others(four, late)) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    net.run(30 * DELTA);
    expect(net.sealed(others(four, late))).toBe(true);
    net.input(late, { type: 'start', dataset: net.dataset(late) });
    net.run();
    expect(net.sealed([late])).toBe(true);
    expect(valuesOf(net, [0, 1, 2, 3]).size).toBe(1);
  });
});
