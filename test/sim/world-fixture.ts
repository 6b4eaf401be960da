import type { NetworkModel } from '../../src/sim/network.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { formatTraceEvent } from '../../src/sim/trace.js';
import { type NodeEffects, type SimNode, World, type WorldOptions } from '../../src/sim/world.js';

export const NONE: NodeEffects = { send: [], timers: [] };
export const PLAIN: NetworkModel = {
  ...networkPreset('synchronous', { latencyMs: 10, banks: 2 }),
  latencyMs: { min: 10, max: 10 },
  jitterMs: 0,
};
const LABELS = ['zero', 'one', 'two'];
export const send = (to: number, ...bytes: number[]): NodeEffects => ({
  send: [{ to, bytes: Uint8Array.from(bytes) }],
  timers: [],
});
export const timer = (id: string, after: number | null): NodeEffects => ({
  send: [],
  timers: [{ id, after }],
});
export const both = (...effects: NodeEffects[]): NodeEffects => ({
  send: effects.flatMap((each) => each.send),
  timers: effects.flatMap((each) => each.timers),
});

export const node = (behaviour: Partial<SimNode> = {}): SimNode => ({
  start: () => NONE,
  message: () => NONE,
  timer: () => NONE,
  ...behaviour,
});

/** A world with a log of what happened in it. */
export function world(
  nodes: SimNode[],
  options: Partial<WorldOptions> = {},
): { world: World; log: string[] } {
  const log: string[] = [];
  const made = new World({
    nodes,
    network: PLAIN,
    random: new Random(1),
    label: (bytes) => LABELS[bytes[0]!]!,
    onTrace: (event) => log.push(formatTraceEvent(event)),
    ...options,
  });
  return { world: made, log };
}

export const ALL = { maxTimeMs: 1_000_000, maxEvents: 1_000_000 };
