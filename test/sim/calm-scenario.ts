import type { Scenario } from '../../src/sim/scenario.js';

/** Four banks with small books, of which none lies, on a network that keeps Δ. */
export const calm: Scenario = {
  seed: 3,
  banks: 4,
  faults: 1,
  epochs: 1,
  records: 8,
  divergence: 0.1,
  disputed: 0,
  noise: 0,
  quota: null,
  statistics: 'none',
  latencyMs: 20,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  partitions: [],
  unstable: null,
  byzantine: [],
  crashes: [],
  healsAtMs: 10_000,
};
