import { describeGuarantees, LARGE } from './guarantees.js';

describeGuarantees(['equivocate', 'double-vote']);
describeGuarantees(['equivocate'], LARGE);
