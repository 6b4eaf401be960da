import { describeGuarantees } from './guarantees.js';

describeGuarantees('silent', 'crash', 'delay', 'garbage-sketch');
