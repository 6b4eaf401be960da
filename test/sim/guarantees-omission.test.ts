import { describeGuarantees, LARGE } from './guarantees.js';

describeGuarantees(['silent', 'crash', 'delay', 'garbage-sketch', 'withhold-slices', 'late-thin']);
describeGuarantees(['late-thin', 'withhold-slices'], LARGE);
