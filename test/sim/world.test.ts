import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { EventQueue } from '../../src/sim/event-queue.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { TraceDigest, type TraceEvent } from '../../src/sim/trace.js';
import { type NodeEffects, type SimNode, World } from '../../src/sim/world.js';
import { ALL, both, NONE, node, PLAIN, send, timer, world } from './world-fixture.js';

/** Every node sends to all others at the start, and passes each message on until it is `hops` old. */
function gossips(banks: number, hops: number): SimNode[] {
  return Array.from({ length: banks }, (_, self) => {
    const toAll = (...bytes: number[]): NodeEffects =>
      both(
        ...Array.from({ length: banks }, (_, to) => (to === self ? NONE : send(to, ...bytes))),
        timer(`after ${bytes[1]}`, 5),
      );
    return node({
      start: () => toAll(0, 0, self),
      message: (from, [label, age]) => (age! < hops ? toAll(label!, age! + 1, from, self) : NONE),
    });
  });
}

describe('EventQueue', () => {
  it('takes events by time, and those of one time as they were added', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const queue = new EventQueue<[number, number]>();
        for (const [i, at] of times.entries()) queue.add(at, [at, i]);
        const taken: [number, number][] = [];
        for (let next = queue.take(); next; next = queue.take()) taken.push(next);
        expect(taken).toEqual(times.map((at, i) => [at, i]).sort(([a, i], [b, j]) => a! - b! || i! - j!));
      }),
    );
  });

  it('keeps its order when adding and taking alternate', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20))), (actions) => {
        const queue = new EventQueue<number>();
        const model: number[] = [];
        for (const at of actions) {
          if (at !== null) {
            queue.add(at, at);
            model.push(at);
            model.sort((a, b) => a - b);
          } else expect(queue.take()).toBe(model.shift());
          expect(queue.size).toBe(model.length);
          expect(queue.nextAt).toBe(model[0]);
        }
      }),
    );
  });
});

describe('World', () => {
  it('starts nodes in order, delivers after the latency and ends when nothing is left', () => {
    const { world: made, log } = world([
      node({ start: () => send(1, 0, 9) }),
      node({ message: (from, bytes) => send(from, 1, bytes[1]!) }),
    ]);
    expect(made.run(ALL)).toBe('quiet');
    expect(log).toEqual(['0 start 0', '0 start 1', '10 deliver 0>1 zero 2', '20 deliver 1>0 one 2']);
    expect(made.now).toBe(20);
  });

  it('starts each node at its time, and delivers to one that has not started', () => {
    const { world: made, log } = world([node({ start: () => send(1, 0) }), node()], {
      startAt: (i) => 25 * i,
    });
    made.run(ALL);
    expect(log).toEqual(['0 start 0', '10 deliver 0>1 zero 1', '25 start 1']);
  });

  it('orders what happens at one time by what caused it first', () => {
    const { world: made, log } = world([
      node({ start: () => both(timer('b', 10), timer('a', 10), send(1, 0)) }),
      node({ start: () => send(0, 1) }),
    ]);
    made.run(ALL);
    // Of one step, sends go before timers.
    expect(log.slice(2)).toEqual([
      '10 deliver 0>1 zero 1',
      '10 timer 0 b',
      '10 timer 0 a',
      '10 deliver 1>0 one 1',
    ]);
  });

  it('replaces a timer that is set again, and cancels one that is set to null', () => {
    const { world: made, log } = world([
      node({
        start: () => both(timer('a', 10), timer('b', 10), timer('a', 30), timer('b', null), timer('c', null)),
      }),
    ]);
    expect(made.run(ALL)).toBe('quiet');
    expect(log).toEqual(['0 start 0', '30 timer 0 a']);
  });

  it('lets a timer be set anew after it ran out, and at the very moment of an old one', () => {
    let left = 3;
    const { world: made, log } = world([
      node({
        start: () => both(timer('a', 10), timer('a', 10)),
        timer: () => (left-- > 0 ? timer('a', 10) : NONE),
      }),
    ]);
    made.run(ALL);
    expect(log).toEqual(['0 start 0', '10 timer 0 a', '20 timer 0 a', '30 timer 0 a', '40 timer 0 a']);
  });

  it('keeps the timers of nodes apart', () => {
    const { world: made, log } = world([
      node({ start: () => timer('a', 10) }),
      node({ start: () => timer('a', null) }),
    ]);
    made.run(ALL);
    expect(log.at(-1)).toBe('10 timer 0 a');
  });

  it('refuses a node that sends to itself, to nobody, or sets an impossible timer', () => {
    const attempts: [string, NodeEffects][] = [
      ['WORLD_SELF_SEND', send(0, 0)],
      ['WORLD_NO_SUCH_NODE', send(2, 0)],
      ['WORLD_NO_SUCH_NODE', send(-1, 0)],
      ['WORLD_NO_SUCH_NODE', send(0.5, 0)],
      ['WORLD_NO_SUCH_NODE', send(Number.NaN, 0)],
      ['WORLD_TIMER_INVALID', timer('a', -1)],
      ['WORLD_TIMER_INVALID', timer('a', Number.NaN)],
      ['WORLD_TIMER_INVALID', timer('a', Infinity)],
    ];
    for (const [code, effects] of attempts) {
      const { world: made } = world([node({ start: () => effects }), node()]);
      expect(() => made.run(ALL), code).toThrow(expect.objectContaining({ code }));
      const { world: other } = world([node(), node()]);
      expect(() => other.inject(0, effects), code).toThrow(expect.objectContaining({ code }));
    }
  });

  it('refuses a bad start, and questions about nodes that are none', () => {
    expect(() => world([node()], { startAt: () => -1 })).toThrow(
      expect.objectContaining({ code: 'WORLD_TIMER_INVALID' }),
    );
    const { world: made } = world([node()]);
    for (const i of [-1, 1, 0.5]) {
      expect(() => made.depthOf(i)).toThrow(expect.objectContaining({ code: 'WORLD_NO_SUCH_NODE' }));
      expect(() => made.inject(i, NONE)).toThrow(expect.objectContaining({ code: 'WORLD_NO_SUCH_NODE' }));
    }
  });

  it('lets what a node throws through', () => {
    const { world: made } = world([
      node({
        start: () => {
          throw new RangeError('broken');
        },
      }),
    ]);
    expect(() => made.run(ALL)).toThrow(RangeError);
  });

  it('stops at each limit and goes on from there', () => {
    const pulse = node({ start: () => timer('a', 10), timer: () => timer('a', 10) });
    const { world: made, log } = world([pulse]);
    expect(made.run({ ...ALL, maxEvents: 3 })).toBe('events');
    expect(made.now).toBe(20);
    expect(made.run({ ...ALL, maxTimeMs: 45 })).toBe('time');
    expect(made.now).toBe(45);
    expect(log).toHaveLength(5);
    expect(made.run({ ...ALL, maxTimeMs: 50 })).toBe('time');
    expect(log.at(-1)).toBe('50 timer 0 a');
    expect(made.run({ ...ALL, until: () => made.now >= 80 })).toBe('done');
    expect(made.now).toBe(80);
    expect(made.run({ ...ALL, until: () => true })).toBe('done');
    expect(made.run({ ...ALL, maxTimeMs: 0 })).toBe('time');
    expect(made.now).toBe(80);
  });

  it('does not count timers that were replaced against its limit', () => {
    const busy = both(...Array.from({ length: 50 }, () => timer('a', 5)));
    const { world: made } = world([node({ start: () => busy })]);
    expect(made.run({ ...ALL, maxEvents: 2 })).toBe('quiet');
  });

  it('takes effects from outside at the time it has reached', () => {
    const { world: made, log } = world([node(), node()]);
    made.run(ALL);
    made.run({ ...ALL, maxTimeMs: 100 });
    made.inject(0, both(send(1, 0), timer('a', 5)));
    made.run(ALL);
    expect(log.slice(2)).toEqual(['5 timer 0 a', '10 deliver 0>1 zero 1']);
  });

  describe('a run', () => {
    const digestOf = (seed: number, name: 'synchronous' | 'wan' | 'lossy' | 'partition'): string => {
      const trace = new TraceDigest();
      const made = new World({
        nodes: gossips(5, 2),
        network: networkPreset(name, { banks: 5 }),
        random: new Random(seed),
        label: () => 'gossip',
        onTrace: trace.note,
      });
      expect(made.run(ALL)).toBe('quiet');
      expect(trace.events).toBeGreaterThan(400);
      return toHex(trace.digest);
    };

    it('is the same for the same seed and another for another, on every network', () => {
      const digests = new Set<string>();
      for (const name of ['synchronous', 'wan', 'lossy', 'partition'] as const) {
        expect(digestOf(1, name)).toBe(digestOf(1, name));
        digests.add(digestOf(1, name)).add(digestOf(2, name));
      }
      expect(digests.size).toBe(8);
    });

    it('never changes: the trace of a lossy network is known', () => {
      expect(digestOf(1, 'lossy')).toMatchInlineSnapshot(
        `"6c5d4a41b8bc0abbfb3f71af2e718c43245c329a6e019a123c3dd5ca9d98c046"`,
      );
    });

    it('keeps every delay below Δ where the preset promises it', () => {
      for (const name of ['synchronous', 'wan'] as const) {
        const network = networkPreset(name, { banks: 7 });
        const made = new World({
          nodes: gossips(7, 2),
          network,
          random: new Random(3),
          label: () => 'gossip',
        });
        made.run(ALL);
        expect(made.slowestMs).toBeGreaterThan(0);
        expect(made.slowestMs).toBeLessThan(network.deltaMs);
      }
    });

    it('of a hundred nodes handles hundreds of thousands of events in seconds', () => {
      const nodes = gossips(100, 0).map((each, self) =>
        node({
          ...each,
          message: (from, [label, age]) => (age! < 20 ? send(from, label!, age! + 1, self) : NONE),
        }),
      );
      const { world: made } = world(nodes, {
        network: networkPreset('lossy', { banks: 100 }),
        onTrace: () => {},
      });
      expect(made.run(ALL)).toBe('quiet');
      expect(made.traffic.total.messages).toBeGreaterThan(200_000);
      // 21 messages of one conversation, and more, since conversations hand their depth on to one another.
      expect(made.depthOf(0)).toBeGreaterThanOrEqual(21);
    });
  });
});

describe('a node whose host crashes', () => {
  const down = (effects: NodeEffects, downMs: number): NodeEffects => ({ ...effects, downMs });

  it('loses its timers and what is under way to it, hears nothing while it is down, and is told when it is up', () => {
    const asked = both(send(0, 0, 1), timer('again', 2));
    const { world: made, log } = world([
      node({
        start: () => timer('crash', 5),
        timer: (id) => (id === 'crash' ? down(both(send(1, 0), timer('lost', 1)), 20) : NONE),
        restart: () => send(1, 1),
      }),
      // Sent at 0, arrives at 10, when node 0 is down; sent at 2 and 18, would arrive when it is up.
      node({
        start: () => both(asked, timer('late', 18)),
        timer: (id) => send(0, id === 'late' ? 2 : 0),
      }),
    ]);
    made.run(ALL);
    expect(log).toEqual([
      '0 start 0',
      '0 start 1',
      '2 timer 1 again',
      '5 timer 0 crash',
      '5 crash 0',
      '15 deliver 0>1 zero 1',
      '18 timer 1 late',
      '25 restart 0',
      '28 deliver 1>0 two 1',
      '35 deliver 0>1 one 1',
    ]);
  });

  it('is down until then, and what its links had lost they do not send again', () => {
    const network = { ...PLAIN, loss: 0.9 };
    const start = (): NodeEffects => down(both(...Array.from({ length: 100 }, () => send(1, 0))), 10_000);
    const { world: made } = world([node({ start }), node()], { network });
    made.run({ ...ALL, maxTimeMs: 9999 });
    expect(made.isDown(0)).toBe(true);
    expect(made.isDown(1)).toBe(false);
    made.run(ALL);
    expect(made.isDown(0)).toBe(false);
    expect(made.traffic.received[1]!.messages).toBeLessThan(40);
    expect(made.traffic.sent[0]!.messages).toBe(100);
  });

  it('cannot be down for a time that is none', () => {
    for (const downMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const { world: made } = world([node({ start: () => down(NONE, downMs) })]);
      expect(() => made.run(ALL)).toThrow(/cannot happen/);
    }
  });
});

describe('TraceDigest', () => {
  const event: TraceEvent = {
    at: 1,
    kind: 'deliver',
    from: 0,
    to: 1,
    label: 'x',
    bytes: Uint8Array.of(1),
    sentAt: 0,
  };
  const digestOf = (...events: TraceEvent[]): string => {
    const trace = new TraceDigest();
    for (const each of events) trace.note(each);
    return toHex(trace.digest);
  };

  it('tells traces apart by time, kind, nodes, label, bytes, number and order of events', () => {
    const started: TraceEvent = { at: 1, kind: 'start', to: 1 };
    const traces: TraceEvent[][] = [
      [],
      [event],
      [event, event],
      [{ ...event, at: 2 }],
      [{ ...event, from: 2 }],
      [{ ...event, to: 2 }],
      [{ ...event, label: 'y' }],
      [{ ...event, bytes: Uint8Array.of(2) }],
      [{ ...event, bytes: new Uint8Array() }],
      [started],
      [{ at: 1, kind: 'timer', to: 1, id: 'x' }],
      [{ at: 1, kind: 'timer', to: 1, id: 'y' }],
      [started, event],
      [event, started],
    ];
    expect(new Set(traces.map((trace) => digestOf(...trace))).size).toBe(traces.length);
  });
});
