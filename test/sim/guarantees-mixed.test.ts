import { describeGuarantees } from './guarantees.js';

describeGuarantees(
  'falsify,silent,equivocate',
  'collude,double-vote,crash',
  'lying-leader,replay,garbage-sketch',
);
