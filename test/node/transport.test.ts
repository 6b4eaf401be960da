import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodeClock } from '../../src/node/transport.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a timer runs out when it is told to, also after longer than the system’s timers take', () => {
  for (const after of [1, 1000, 2 ** 31 - 1, 2 ** 31, 5_000_000_000]) {
    let fired = 0;
    nodeClock.after(after, () => fired++);
    vi.advanceTimersByTime(after - 1);
    expect(fired, `${after} ms`).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired, `${after} ms`).toBe(1);
  }
});

it('a timer that was cancelled never runs out, whenever that was', () => {
  for (const at of [0, 2 ** 31 - 1, 4_000_000_000]) {
    let fired = 0;
    const cancel = nodeClock.after(5_000_000_000, () => fired++);
    vi.advanceTimersByTime(at);
    cancel();
    vi.advanceTimersByTime(6_000_000_000);
    expect(fired).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  }
});
