import { describeGuarantees, LARGE } from './guarantees.js';

const PROVABLE = ['corrupt-slices', 'split-slices', 'bad-shares', 'false-attestation', 'forge-stats'];

describeGuarantees(PROVABLE);
describeGuarantees(PROVABLE, LARGE);
describeGuarantees(
  ['corrupt-slices', 'forge-stats'],
  [{ banks: 4, seed: 6, statistics: 'open', leads: false }],
);
