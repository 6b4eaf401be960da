import { describeGuarantees, LARGE } from './guarantees.js';

describeGuarantees(['falsify', 'collude', 'lying-leader', 'replay', 'censor', 'feigned-lack', 'copycat']);
describeGuarantees(['collude', 'censor', 'copycat'], LARGE);
