import { describe, expect, it } from 'vitest';
import { maxBytesPerBank, trafficBetween } from '../../src/sim/traffic.js';
import type { NodeEffects, SimNode } from '../../src/sim/world.js';
import { ALL, both, NONE, node, PLAIN, send, timer, world } from './world-fixture.js';

describe('World', () => {
  describe('depthOf', () => {
    it('is the length of the longest chain of messages that reached a node', () => {
      const relay = (to: number): SimNode => node({ message: () => send(to, 0) });
      const { world: made } = world([
        node({ start: () => both(send(1, 0), send(3, 0)) }),
        relay(2),
        relay(3),
        node(),
      ]);
      made.run(ALL);
      expect([0, 1, 2, 3].map((i) => made.depthOf(i))).toEqual([0, 1, 2, 3]);
    });

    it('is not raised by labels that do not count', () => {
      const { world: made } = world(
        [
          node({ start: () => send(1, 0) }),
          node({ message: () => both(send(2, 1), send(3, 0)) }),
          node({ message: () => send(3, 0) }),
          node(),
        ],
        { countsAsDelay: (label) => label !== 'one' },
      );
      made.run(ALL);
      expect([1, 2, 3].map((i) => made.depthOf(i))).toEqual([1, 0, 2]);
    });

    it('has risen when the node is told of the message, and belongs to the time of sending', () => {
      const seen: number[] = [];
      const { world: made } = world([
        node({ start: () => both(send(1, 0), timer('a', 15)), timer: () => send(1, 0) }),
        node({
          message: () => {
            seen.push(made.depthOf(1));
            return NONE;
          },
          start: () => send(0, 0),
        }),
      ]);
      made.run(ALL);
      // The timer fires after node 0 heard of node 1, so what it sends then is the second link of a chain.
      expect(seen).toEqual([1, 2]);
    });
  });

  describe('traffic', () => {
    it('counts messages and bytes by label and by bank', () => {
      const { world: made } = world([
        node({ start: () => both(send(1, 0, 1, 2), send(2, 1)) }),
        node({ message: () => send(2, 1, 1) }),
        node(),
      ]);
      made.run(ALL);
      expect(made.traffic).toEqual({
        total: { messages: 3, bytes: 6 },
        byLabel: { zero: { messages: 1, bytes: 3 }, one: { messages: 2, bytes: 3 } },
        sent: [
          { messages: 2, bytes: 4 },
          { messages: 1, bytes: 2 },
          { messages: 0, bytes: 0 },
        ],
        received: [
          { messages: 0, bytes: 0 },
          { messages: 1, bytes: 3 },
          { messages: 2, bytes: 3 },
        ],
      });
      expect(maxBytesPerBank(made.traffic)).toBe(5);
    });

    it('is a snapshot, and the difference of two is what lay between', () => {
      const { world: made } = world([node({ start: () => send(1, 0, 1) }), node()]);
      const before = made.traffic;
      made.run(ALL);
      const first = made.traffic;
      made.inject(1, send(0, 2));
      made.run(ALL);
      expect(before.total.messages).toBe(0);
      expect(trafficBetween(before, made.traffic)).toEqual(made.traffic);
      expect(trafficBetween(first, made.traffic)).toEqual({
        total: { messages: 1, bytes: 1 },
        byLabel: { two: { messages: 1, bytes: 1 } },
        sent: [
          { messages: 0, bytes: 0 },
          { messages: 1, bytes: 1 },
        ],
        received: [
          { messages: 1, bytes: 1 },
          { messages: 0, bytes: 0 },
        ],
      });
    });

    it('counts what is lost as sent only, once for each transmission, and delivers it in the end', () => {
      const network = { ...PLAIN, loss: 0.5 };
      const start = (): NodeEffects => both(...Array.from({ length: 500 }, () => send(1, 0, 0)));
      const { world: made } = world([node({ start }), node()], { network });
      expect(made.run(ALL)).toBe('quiet');
      expect(made.traffic.received[1]).toEqual({ messages: 500, bytes: 1000 });
      expect(made.traffic.sent[0]!.messages).toBeGreaterThan(900);
      expect(made.traffic.sent[0]!.messages).toBeLessThan(1100);
      expect(made.slowestMs).toBeGreaterThanOrEqual(10 + 3 * PLAIN.retransmitMs);
    });

    it('counts duplicates as sent and as received', () => {
      const network = { ...PLAIN, duplicate: 1 };
      const { world: made, log } = world([node({ start: () => send(1, 0, 0) }), node()], { network });
      made.run(ALL);
      expect(log.filter((line) => line.includes('deliver'))).toHaveLength(2);
      expect(made.traffic.total).toEqual({ messages: 2, bytes: 4 });
      expect(made.traffic.received[1]).toEqual({ messages: 2, bytes: 4 });
    });

    it('holds what a partition separates, counts it when it leaves, and delivers it in its order', () => {
      const partitions = [{ fromMs: 0, untilMs: 1000, groups: [[0], [1]] }];
      const network = { ...PLAIN, partitions };
      const { world: made, log } = world([node({ start: () => both(send(1, 0), send(1, 1)) }), node()], {
        network,
      });
      made.run({ ...ALL, maxTimeMs: 999 });
      expect(made.traffic.total.messages).toBe(0);
      made.run(ALL);
      const at = 1000 + PLAIN.retransmitMs + 10;
      expect(log.slice(2)).toEqual([`${at} deliver 0>1 zero 1`, `${at} deliver 0>1 one 1`]);
      expect(made.traffic.total.messages).toBe(2);
      expect(made.slowestMs).toBe(at);
    });
  });
});
