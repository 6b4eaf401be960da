import { beforeAll, describe, expect, it } from 'vitest';
import { timeoutStatement } from '../../src/protocol/certificate.js';
import { leaderOf } from '../../src/protocol/chain.js';
import type { Message } from '../../src/protocol/messages.js';
import { Outbox } from '../../src/protocol/outbox.js';
import { AT_ONCE, RATION_TIMER, Rations } from '../../src/protocol/rations.js';
import { wantStatement } from '../../src/protocol/requests.js';
import { consortium, DELTA, type Fixture, Net, others } from './network.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
});

describe('what one bank is given on request', () => {
  it('comes back with time, one at a time, and the timer runs only while anything is missing', () => {
    const outbox = new Outbox();
    const rations = new Rations(outbox, DELTA);
    const takes = (to: number, what: string): number =>
      Array.from({ length: 20 }, () => rations.take({ to, what })).filter(Boolean).length;
    expect(takes(1, 'a')).toBe(AT_ONCE);
    expect(takes(1, 'b')).toBe(AT_ONCE);
    expect(takes(2, 'a')).toBe(AT_ONCE);
    expect(outbox.take().timers).toEqual([{ id: RATION_TIMER, after: 4 * DELTA }]);
    rations.onTimer();
    expect([takes(1, 'a'), takes(2, 'a')]).toEqual([1, 1]);
    for (let i = 0; i < AT_ONCE; i++) {
      expect(outbox.take().timers).toHaveLength(1);
      rations.onTimer();
    }
    expect(outbox.take().timers).toEqual([]);
    expect(takes(1, 'b')).toBe(AT_ONCE);
  });

  it('is counted by amount where it has one, and never more than there is', () => {
    const rations = new Rations(new Outbox(), DELTA);
    const take = (amount: number): boolean =>
      rations.take({ to: 0, what: 'symbols', amount, most: 10, back: 4 });
    expect([take(11), take(7), take(4), take(3), take(1)]).toEqual([false, true, false, true, false]);
    rations.onTimer();
    expect([take(5), take(4), take(1)]).toEqual([false, true, false]);
  });
});

describe('answers that a network loses', () => {
  it('do not use up what a bank may ask for: after 60 Δ of them it finishes the epoch', () => {
    const leader = leaderOf(new Net(fixture).banks[0]!.chain, 0);
    const [slow] = others(fixture, leader) as [number];
    const net = new Net(fixture, {
      delay: ({ to, message: { type } }, now) => {
        if (to !== slow) return 100;
        if (type === 'draft' || type === 'forward') return null;
        return now < 60 * DELTA && (type === 'draft-copy' || type === 'seal') ? null : 100;
      },
    }).start();
    net.run(60 * DELTA);
    expect(net.sealed([slow])).toBe(false);
    net.run(20 * DELTA);
    expect(net.sealed([slow])).toBe(true);
    expect(net.output(slow, 'sealed')[0]!.outcome).not.toBeNull();
  });
});

describe('a bank that does nothing but ask', () => {
  it('gets the seal twice, whatever it asks for it with, and once more in 4 Δ', () => {
    const net = new Net(fixture).start().run();
    const [asker, holder] = [0, 1] as const;
    const before = net.letters('seal').length;
    const want = { epoch: 0, value: null };
    const view = 0;
    const requests: Message[] = [
      { type: 'want', ...want, signature: fixture.sign(asker, wantStatement(want)) },
      {
        ...{ type: 'timeout', epoch: 0, view, certificate: null, proposal: null, justification: null },
        signature: fixture.sign(asker, timeoutStatement(0, view, null)),
      },
      net.letters('result')[0]!.message,
    ];
    const beg = (): number => {
      const had = net.letters('seal').length;
      for (let i = 0; i < 100; i++)
        for (const message of requests) net.post({ from: asker, to: holder, message });
      net.run(300);
      return net.letters('seal').length - had;
    };
    expect(beg()).toBe(AT_ONCE);
    net.run(4 * DELTA);
    expect(beg()).toBe(1);
    expect(net.letters('seal').length - before).toBe(AT_ONCE + 1);
  });
});
