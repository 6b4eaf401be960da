import { describeGuarantees, LARGE } from './guarantees.js';

describeGuarantees(
  ['falsify,silent', 'collude,split-slices', 'censor,bad-shares', 'late-thin,copycat'],
  [{ banks: 7, seed: 1, statistics: 'none', leads: true }],
);

// With those that are run alone among ten banks, all strategies.
describeGuarantees(
  ['silent,crash,delay', 'replay,garbage-sketch,falsify', 'lying-leader,double-vote,feigned-lack'],
  LARGE,
);

// Four liars among thirteen banks: all strategies in five runs.
describeGuarantees(
  [
    'crash,falsify,equivocate,withhold-slices',
    'lying-leader,replay,garbage-sketch,corrupt-slices',
    'silent,delay,double-vote,feigned-lack',
    'copycat,collude,split-slices,false-attestation',
    'censor,late-thin,bad-shares,forge-stats',
  ],
  [{ banks: 13, seed: 1, statistics: 'none', leads: true }],
);
