import { describeGuarantees, LARGE } from './guarantees.js';

describeGuarantees(['corrupt-slices', 'split-slices', 'bad-shares', 'false-attestation', 'forge-stats']);
describeGuarantees(['split-slices'], LARGE);
