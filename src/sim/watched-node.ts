import type { NodeEffects, SimNode } from './world.js';

/** A node of which somebody sees all that it asks for, at the moment it does; it does nothing else than the node does. */
export const watchedNode = (node: SimNode, see: (effects: NodeEffects) => NodeEffects): SimNode => ({
  start: () => see(node.start()),
  message: (from, bytes) => see(node.message(from, bytes)),
  timer: (id) => see(node.timer(id)),
  restart: () => see(node.restart?.() ?? { send: [], timers: [] }),
});
