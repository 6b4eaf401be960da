import { expect, it, vi } from 'vitest';
import { loadBls } from '../../src/crypto/bls-load.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { Campaign } from '../../src/sim/campaign-run.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { calm } from './calm-scenario.js';

vi.mock('../../src/protocol/seal.js', async (original) => ({
  ...(await original<typeof import('../../src/protocol/seal.js')>()),
  checkSeal: () => {},
}));

/** One of four banks is down through two epochs, and one tells it falsely what was sealed. */
const scenario: Scenario = {
  ...calm,
  seed: 15,
  epochs: 3,
  byzantine: [{ bank: 1, strategies: ['false-history'], trigger: { kind: 'always' } }],
  outages: [{ bank: 0, from: 0, afterMs: 50, until: 2 }],
};

it('finds out a bank that takes over sealed epochs unverified', async () => {
  const { violations } = new Campaign(defaultSuite(await loadBls()), 50).run(scenario);
  expect(violations).toContain('agreement: epoch 2: bank-0 learnt of another root of epoch 1');
});
