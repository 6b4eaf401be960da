import type { StatisticsMode } from '../../src/protocol/manifest.js';
import { describeGuarantees } from './guarantees.js';

describeGuarantees(
  ['falsify,silent', 'collude,split-slices', 'censor,bad-shares', 'copycat,late-thin'],
  [{ banks: 7, seed: 1, statistics: 'none', leads: true }],
);

// Four liars among thirteen banks: all strategies in five runs, and all modes.
const among = (statistics: StatisticsMode) => [{ banks: 13, seed: 1, statistics, leads: true }];
describeGuarantees(
  [
    'lying-leader,replay,garbage-sketch,corrupt-slices',
    'silent,delay,double-vote,feigned-lack',
    'copycat,collude,split-slices,false-attestation',
  ],
  among('none'),
);
describeGuarantees(['crash,falsify,equivocate,withhold-slices'], among('open'));
describeGuarantees(['censor,late-thin,bad-shares,forge-stats'], among('aggregate'));
