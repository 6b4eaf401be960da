import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/sim/simulate.js';
import { type Timeline, TimelineRecorder } from '../../src/sim/timeline.js';
import type { TraceEvent } from '../../src/sim/trace.js';

const deliver = (changes: Partial<Extract<TraceEvent, { kind: 'deliver' }>> = {}): TraceEvent => ({
  at: 40,
  kind: 'deliver',
  from: 0,
  to: 1,
  label: 'open',
  bytes: new Uint8Array(10),
  sentAt: 0,
  ...changes,
});
const recorded = (banks: number, events: readonly TraceEvent[], deltaMs = 100): Timeline => {
  const recorder = new TimelineRecorder(banks, deltaMs);
  for (const event of events) recorder.note(event);
  return recorder.timeline;
};
const total = ({ flows }: Timeline): [number, number] =>
  flows.reduce<[number, number]>(([m, b], { messages, bytes }) => [m + messages, b + bytes], [0, 0]);

describe('a timeline', () => {
  it('has every message of a few banks with its way and its times', () => {
    const later = deliver({ from: 1, to: 0, sentAt: 40, at: 90, label: 'commitment' });
    expect(recorded(4, [deliver(), later])).toEqual({
      deltaMs: 100,
      resolutionMs: 1,
      endMs: 90,
      flows: [
        { step: 'open', from: 0, to: 1, sentMs: 0, arrivedMs: 40, messages: 1, bytes: 10 },
        { step: 'commitment', from: 1, to: 0, sentMs: 40, arrivedMs: 90, messages: 1, bytes: 10 },
      ],
    });
  });

  it('is in order of sending, whatever the order of arrival', () => {
    const { flows } = recorded(4, [deliver({ sentAt: 5, at: 6 }), deliver({ sentAt: 1, at: 9 })]);
    expect(flows.map(({ sentMs }) => sentMs)).toEqual([1, 5]);
  });

  it('counts duplicates, and nothing but deliveries', () => {
    const events = [deliver(), deliver(), { at: 1, kind: 'start', to: 0 } as const];
    expect(recorded(4, events).flows).toMatchObject([{ messages: 2, bytes: 20 }]);
  });

  it('begins anew with each epoch, and leaves out what was sent before it', () => {
    const recorder = new TimelineRecorder(4, 100);
    recorder.note(deliver());
    recorder.begin(1000);
    expect(recorder.timeline).toMatchObject({ endMs: 0, flows: [] });
    recorder.note(deliver({ sentAt: 999, at: 1001 }));
    recorder.note(deliver({ sentAt: 1000, at: 1040 }));
    expect(recorder.timeline.flows).toMatchObject([{ sentMs: 0, arrivedMs: 40 }]);
  });

  it('of many banks merges receivers, and keeps the last arrival', () => {
    const events = Array.from({ length: 99 }, (_, i) => deliver({ to: i + 1, at: 40 + i }));
    expect(recorded(100, events).flows).toEqual([
      { step: 'open', from: 0, to: null, sentMs: 0, arrivedMs: 138, messages: 99, bytes: 990 },
    ]);
  });

  it.each([
    [2, 7000, 1],
    [16, 7000, 3],
    [16, 7000, 400],
    [100, 7000, 10],
  ])(
    'of %i banks and %i messages, one each %i ms, is small and loses no message and no byte',
    (banks, count, step) => {
      const events = Array.from({ length: count }, (_, i) =>
        deliver({ from: i % banks, to: (i + 1) % banks, sentAt: i * step, at: i * step + 30 }),
      );
      const timeline = recorded(banks, events);
      expect(timeline.flows.length).toBeLessThanOrEqual(6000);
      expect(total(timeline)).toEqual([count, 10 * count]);
      for (const { sentMs, arrivedMs } of timeline.flows) {
        if (sentMs % timeline.resolutionMs !== 0 || arrivedMs <= sentMs)
          expect.fail(`${sentMs} ${arrivedMs}`);
      }
    },
  );

  it('of a run has the messages and bytes of its report', async () => {
    let timeline: Timeline | undefined;
    const report = await simulate({
      banks: 4,
      records: 20,
      onDetails: (details) => {
        timeline = details.timeline;
      },
    });
    expect(total(timeline!)).toEqual([report.messages.total, report.bytes.total]);
    const steps = new Set(timeline!.flows.map(({ step }) => step));
    expect([...steps].sort()).toEqual(Object.keys(report.messages.byStep).sort());
    expect(timeline!.flows[0]).toMatchObject({ step: 'open', sentMs: 0 });
    for (const { sentMs, arrivedMs } of timeline!.flows) {
      expect(arrivedMs - sentMs).toBeGreaterThan(0);
      expect(arrivedMs - sentMs).toBeLessThanOrEqual(timeline!.deltaMs);
    }
  });
});
