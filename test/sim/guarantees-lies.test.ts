import { describeGuarantees } from './guarantees.js';

describeGuarantees('falsify', 'collude', 'lying-leader', 'replay');
