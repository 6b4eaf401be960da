import { expect, it, vi } from 'vitest';
import { loadBls } from '../../src/crypto/bls-load.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { Campaign } from '../../src/sim/campaign-run.js';
import type { Scenario } from '../../src/sim/scenario.js';

vi.mock('../../src/protocol/seal.js', async (original) => ({
  ...(await original<typeof import('../../src/protocol/seal.js')>()),
  checkSeal: () => {},
}));

/** One of four banks is down through two epochs, and one tells it falsely what was sealed. */
const scenario: Scenario = {
  seed: 15,
  banks: 4,
  faults: 1,
  epochs: 3,
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
  byzantine: [{ bank: 0, strategies: ['false-history'], trigger: { kind: 'always' } }],
  crashes: [],
  healsAtMs: 10_000,
  outages: [{ bank: 2, from: 0, afterMs: 50, until: 2 }],
};

it('finds out a bank that takes over sealed epochs unverified', async () => {
  const { violations } = new Campaign(defaultSuite(await loadBls()), 50).run(scenario);
  expect(violations).toContain('agreement: epoch 2: bank-2 learnt of another root of epoch 1');
});
