import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxFaults, quorum } from '../../src/protocol/quorum.js';
import {
  healedAtMs,
  isTimely,
  Network,
  type NetworkModel,
  propagationBoundMs,
} from '../../src/sim/network.js';
import { describeNetwork, NETWORK_PRESETS, networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';

const QUIET: NetworkModel = {
  name: 'test',
  latencyMs: { min: 10, max: 10 },
  regionsMs: [],
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderMs: 0,
  bandwidthBytesPerMs: Infinity,
  retransmitMs: 100,
  partitions: [],
  deltaMs: 20,
};

const links = (changes: Partial<NetworkModel> = {}, banks = 4): Network =>
  new Network({ ...QUIET, ...changes }, banks, new Random(1));

const arrivals = (network: Network, now: number, from = 0, to = 1, size = 100): readonly number[] => {
  const transmission = network.transmit(now, from, to, size);
  return transmission.kind === 'sent' ? transmission.arrivals : [];
};

describe('Network', () => {
  it('delivers after the latency', () => {
    expect(links().transmit(5, 0, 1, 100)).toEqual({ kind: 'sent', arrivals: [15] });
  });

  it('draws latency and jitter from their whole ranges', () => {
    const network = links({ latencyMs: { min: 10, max: 12 }, jitterMs: 2 });
    const delays = new Set<number>();
    // Far apart, so that the order of a link changes nothing.
    for (let now = 0; now < 100_000; now += 100) delays.add(arrivals(network, now)[0]! - now);
    expect([...delays].sort()).toEqual([10, 11, 12, 13, 14]);
  });

  it('adds the distance between regions, banks taken round robin', () => {
    const network = links({
      regionsMs: [
        [1, 50],
        [70, 2],
      ],
    });
    const delays = [
      [0, 1],
      [1, 0],
      [0, 2],
      [1, 3],
    ].map(([from, to]) => arrivals(network, 0, from, to)[0]!);
    expect(delays).toEqual([60, 80, 11, 12]);
  });

  it('keeps the order of a link', () => {
    const network = links({ latencyMs: { min: 0, max: 50 }, jitterMs: 50 });
    let last = 0;
    for (let now = 0; now < 1000; now++) {
      const [at] = arrivals(network, now) as [number];
      expect(at).toBeGreaterThanOrEqual(last);
      last = at;
    }
  });

  it('lets messages overtake only when it reorders', () => {
    const network = links({ reorder: 0.5, reorderMs: 30 });
    const seen = Array.from({ length: 1000 }, (_, now) => arrivals(network, now)[0]!);
    expect(seen.some((at, i) => i > 0 && at < seen[i - 1]!)).toBe(true);
    for (const [now, at] of seen.entries()) expect(at - now).toBeLessThanOrEqual(40);
    expect(Math.max(...seen.map((at, now) => at - now))).toBe(40);
  });

  it('loses the stated share, to be sent again after retransmitMs', () => {
    const network = links({ loss: 0.3 });
    let lost = 0;
    for (let now = 0; now < 5000; now++) {
      const transmission = network.transmit(now, 0, 1, 100);
      if (transmission.kind !== 'lost') continue;
      lost++;
      expect(transmission.retryAt).toBe(now + 100);
    }
    expect(Math.abs(lost / 5000 - 0.3)).toBeLessThan(0.03);
  });

  it('duplicates the stated share', () => {
    const network = links({ duplicate: 0.2 });
    let twice = 0;
    for (let now = 0; now < 5000; now++) if (arrivals(network, now).length === 2) twice++;
    expect(Math.abs(twice / 5000 - 0.2)).toBeLessThan(0.03);
  });

  it('passes one message after the other through an uplink, and every uplink is its own', () => {
    const network = links({ bandwidthBytesPerMs: 10 });
    expect(arrivals(network, 0, 0, 1, 100)).toEqual([20]);
    expect(arrivals(network, 0, 0, 2, 100)).toEqual([30]);
    expect(arrivals(network, 0, 1, 2, 100)).toEqual([20]);
    expect(arrivals(network, 50, 0, 3, 100)).toEqual([70]);
  });

  it('does not round each of many small messages up', () => {
    const network = links({ bandwidthBytesPerMs: 1000 });
    for (let i = 0; i < 99; i++) network.transmit(0, 0, 1, 10);
    expect(arrivals(network, 0, 0, 1, 10)).toEqual([11]);
  });

  it('gives the uplink to what is lost, too', () => {
    const network = links({ bandwidthBytesPerMs: 10, loss: 0.5 });
    let sent = 0;
    for (;;) {
      const transmission = network.transmit(0, 0, 1, 100);
      sent++;
      if (transmission.kind === 'sent') expect(transmission.arrivals).toEqual([10 * sent + 10]);
      else expect(transmission).toEqual({ kind: 'lost', retryAt: 10 * sent + 100 });
      if (sent === 20) break;
    }
  });

  const split = { fromMs: 100, untilMs: 500, groups: [[0, 1], [2]] };

  it('holds what a partition separates until it healed, and takes no uplink for it', () => {
    const network = links({ partitions: [split], bandwidthBytesPerMs: 10 });
    expect(network.transmit(100, 0, 2, 1000)).toEqual({ kind: 'held', retryAt: 600 });
    expect(network.transmit(499, 2, 1, 100)).toEqual({ kind: 'held', retryAt: 600 });
    expect(network.transmit(100, 0, 1, 100)).toEqual({ kind: 'sent', arrivals: [120] });
  });

  it('separates nobody before, after, within a group or outside all groups', () => {
    const network = links({ partitions: [split] });
    for (const [now, from, to] of [
      [99, 0, 2],
      [500, 0, 2],
      [200, 0, 1],
      [200, 0, 3],
      [200, 3, 2],
    ] as const)
      expect(network.transmit(now, from, to, 100).kind).toBe('sent');
  });

  it('holds a message that reaches the head of its uplink during the partition', () => {
    const network = links({ partitions: [split], bandwidthBytesPerMs: 10 });
    expect(arrivals(network, 90, 0, 1, 100)).toEqual([110]);
    expect(network.transmit(90, 0, 2, 100).kind).toBe('held');
  });

  it('holds until the last of several partitions healed', () => {
    const longer = { fromMs: 0, untilMs: 900, groups: [[1], [0, 2]] };
    const network = links({ partitions: [split, longer] });
    expect(network.transmit(200, 1, 2, 100)).toEqual({ kind: 'held', retryAt: 1000 });
    expect(network.transmit(200, 0, 2, 100)).toEqual({ kind: 'held', retryAt: 600 });
  });

  it('refuses a model with a parameter out of bounds', () => {
    const bad: [string, Partial<NetworkModel>][] = [
      ['latencyMs.min', { latencyMs: { min: -1, max: 10 } }],
      ['latencyMs.max', { latencyMs: { min: 0, max: 1.5 } }],
      ['latencyMs.max', { latencyMs: { min: 0, max: Infinity } }],
      ['latencyMs', { latencyMs: { min: 11, max: 10 } }],
      ['jitterMs', { jitterMs: Number.NaN }],
      ['reorderMs', { reorderMs: -1 }],
      ['deltaMs', { deltaMs: 0.1 }],
      ['retransmitMs', { retransmitMs: 0 }],
      ['loss', { loss: -0.1 }],
      ['loss', { loss: 1 }],
      ['loss', { loss: Number.NaN }],
      ['duplicate', { duplicate: 1.1 }],
      ['reorder', { reorder: -1 }],
      ['bandwidthBytesPerMs', { bandwidthBytesPerMs: 0 }],
      ['bandwidthBytesPerMs', { bandwidthBytesPerMs: 0.5 }],
      ['bandwidthBytesPerMs', { bandwidthBytesPerMs: Number.NaN }],
      ['regionsMs', { regionsMs: [[0, 1]] }],
      ['regionsMs', { regionsMs: [[-1]] }],
      ['partitions', { partitions: [{ fromMs: 2, untilMs: 1, groups: [] }] }],
      ['partitions.untilMs', { partitions: [{ fromMs: 0, untilMs: Infinity, groups: [] }] }],
      ['partitions.groups', { partitions: [{ fromMs: 0, untilMs: 1, groups: [[4]] }] }],
      ['partitions.groups', { partitions: [{ fromMs: 0, untilMs: 1, groups: [[0.5]] }] }],
      ['partitions.groups', { partitions: [{ fromMs: 0, untilMs: 1, groups: [[1], [0, 1]] }] }],
    ];
    for (const [parameter, changes] of bad)
      expect(() => links(changes), parameter).toThrow(
        expect.objectContaining({ code: 'NETWORK_INVALID', detail: expect.objectContaining({ parameter }) }),
      );
  });
});

describe('networkPreset', () => {
  const sizes = Array.from({ length: 100 }, (_, i) => i + 1);

  it('keeps every delay of synchronous and wan below Δ, uplinks idle', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('synchronous' as const, 'wan' as const),
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer(),
        (name, latencyMs, seed) => {
          const model = networkPreset(name, { latencyMs, banks: 10 });
          expect(isTimely(model)).toBe(true);
          const network = new Network(model, 10, new Random(seed));
          for (let from = 0; from < 10; from++)
            for (let to = 0; to < 10; to++)
              if (to !== from) expect(arrivals(network, 0, from, to)[0]).toBeLessThan(model.deltaMs);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('promises no Δ where messages are lost or held', () => {
    expect(isTimely(networkPreset('lossy', { banks: 7 }))).toBe(false);
    expect(isTimely(networkPreset('partition', { banks: 7 }))).toBe(false);
    expect(isTimely({ ...QUIET, deltaMs: 9 })).toBe(false);
  });

  it('draws no delay above propagationBoundMs', () => {
    for (const name of NETWORK_PRESETS) {
      const model = networkPreset(name, { banks: 7 });
      const network = new Network(model, 7, new Random(1));
      for (let now = 0; now < 1_000_000; now += 1000)
        for (const at of arrivals(network, now, 0, 4))
          expect(at - now).toBeLessThanOrEqual(propagationBoundMs(model) + 2);
      expect(propagationBoundMs(model)).toBeLessThan(model.deltaMs);
    }
  });

  it('leaves no group of a partition with a quorum, whatever the number of banks and faults', () => {
    for (const banks of sizes.slice(1)) {
      const [split] = networkPreset('partition', { banks }).partitions;
      expect(split!.groups.flat().sort((a, b) => a - b)).toEqual(sizes.slice(0, banks).map((i) => i - 1));
      const largest = Math.max(...split!.groups.map((group) => group.length));
      for (let faults = 0; faults <= maxFaults(banks); faults++)
        expect(largest).toBeLessThan(quorum(banks, faults));
    }
  });

  it('heals its partition after several Δ', () => {
    const model = networkPreset('partition', { banks: 7 });
    expect(model.partitions[0]!.fromMs).toBe(model.deltaMs);
    expect(healedAtMs(model)).toBe(20 * model.deltaMs);
    expect(healedAtMs(networkPreset('wan', { banks: 7 }))).toBe(0);
  });

  it('is a valid model for every size and latency', () => {
    for (const name of NETWORK_PRESETS)
      for (const banks of sizes)
        for (const latencyMs of [0, 1, 3, 50, 60_000])
          new Network(networkPreset(name, { latencyMs, banks }), banks, new Random(1));
  });

  it('refuses a latency that is none', () => {
    for (const latencyMs of [-1, 0.5, Number.NaN, Infinity, 60_001])
      expect(() => networkPreset('wan', { latencyMs, banks: 4 })).toThrow(
        expect.objectContaining({ code: 'NETWORK_INVALID' }),
      );
  });

  it('is described in full, in values that survive JSON', () => {
    for (const name of NETWORK_PRESETS) {
      const described = describeNetwork(networkPreset(name, { banks: 7 }));
      expect(JSON.parse(JSON.stringify(described))).toEqual(described);
      expect(described.name).toBe(name);
    }
    expect(describeNetwork(networkPreset('partition', { banks: 5 }))).toMatchInlineSnapshot(`
      {
        "bandwidthBytesPerMs": "unlimited",
        "deltaMs": 101,
        "duplicate": 0,
        "jitterMs": 5,
        "latencyMaxMs": 50,
        "latencyMinMs": 25,
        "loss": 0,
        "name": "partition",
        "partitions": "101 to 2020 ms: 0 1 | 2 3 | 4",
        "regionsMs": "none",
        "reorder": 0,
        "reorderMs": 0,
        "retransmitMs": 101,
      }
    `);
    expect(describeNetwork(networkPreset('wan', { banks: 5 })).bandwidthBytesPerMs).toBe(12_500);
  });
});

describe('an unstable network', () => {
  const unstable = { untilMs: 100, drop: 0.5, late: 0.5, lateMs: 30 };

  it('loses for good and delays until it is stable, and neither afterwards', () => {
    const network = links({ unstable });
    const kinds = (at: number) => Array.from({ length: 400 }, () => network.transmit(at, 0, 1, 1));
    const before = kinds(99);
    expect(new Set(before.map(({ kind }) => kind))).toEqual(new Set(['dropped', 'sent']));
    const delays = before.flatMap((each) => (each.kind === 'sent' ? each.arrivals.map((at) => at - 99) : []));
    expect(Math.min(...delays)).toBe(10);
    expect(Math.max(...delays)).toBeGreaterThan(QUIET.deltaMs);
    expect(Math.max(...delays)).toBeLessThanOrEqual(10 + unstable.lateMs);
    for (const each of kinds(100)) expect(each).toEqual({ kind: 'sent', arrivals: [110] });
  });

  it('is not timely, heals when it says, and is described', () => {
    const model = { ...QUIET, unstable };
    expect(isTimely(model)).toBe(false);
    expect(healedAtMs(model)).toBe(100);
    expect(describeNetwork(model).unstable).toMatch(/100 ms.*0\.5.*30 ms/);
    expect(describeNetwork(QUIET)).not.toHaveProperty('unstable');
  });

  it.each([
    ['drop', { ...unstable, drop: 1.1 }],
    ['late', { ...unstable, late: -1 }],
    ['lateMs', { ...unstable, lateMs: 0 }],
    ['lateMs', { ...unstable, lateMs: 0.5 }],
    ['untilMs', { ...unstable, untilMs: Number.NaN }],
  ])('refuses a bad %s', (_, bad) => {
    expect(() => links({ unstable: bad })).toThrow(/unstable/);
  });
});
