import { describeGuarantees } from './guarantees.js';

describeGuarantees(['equivocate', 'double-vote']);
