// A consortium of seven on a wide-area network, two of which run a strategy made here. Run after `npm run build`.
import { simulate } from 'concordat';
import { adversaries, defineAdversary } from 'concordat/sim';

// For the first second of simulated time it does as it should; then it sends nothing more.
const deserter = defineAdversary({
  name: 'deserter',
  attack: () => [],
  trigger: ({ now }) => now > 1000,
});

const report = await simulate({
  banks: 7,
  records: 500,
  // On one key of fifty the honest banks hold so many versions that none settles; they are decided field by field.
  disputed: 0.02,
  network: 'wan',
  adversaries: [deserter, adversaries.falsify],
  seed: 7,
});

console.log(`agreement: ${report.agreement}, violations: ${report.violations.length}`);
console.log(`${report.bytes.total} bytes, by naive broadcast ${report.naive.bytes}`);
const { disputed, unresolved } = report.keys;
console.log(
  `${disputed} keys disputed, ${unresolved} of them unresolved; ${100 * report.accuracy} % of the cells are right`,
);
for (const { id, adversary, state } of report.perBank) console.log(id, adversary ?? 'honest', state);
