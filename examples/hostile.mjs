// A hostile consortium: three of ten banks lie, each in its own way, and one of them is caught with proof. Run after
// `npm run build`.
import { simulate } from 'concordat';
import { adversaries, defineAdversary } from 'concordat/sim';

// Votes for what it is asked to vote for, but denies to every second bank that it heard anything.
const halfMute = defineAdversary({
  name: 'half-mute',
  description: 'is silent to every second bank',
  attack: (outgoing) => outgoing.filter(({ to }) => to % 2 === 0),
});

const report = await simulate({
  banks: 10,
  records: 300,
  divergence: 0.02,
  disputed: 0.02,
  network: 'wan',
  adversaries: [adversaries.falsify, 'equivocate', halfMute],
  seed: 4,
});

console.log(`${report.banks} banks, of which ${report.faults} may lie; a quorum is ${report.quorum}`);
for (const { id, adversary, state, evidence } of report.perBank) {
  const proofs = evidence.map(({ kind, verified }) => `${kind}${verified ? ', verified' : ''}`);
  console.log(
    `  ${id}  ${(adversary ?? 'honest').padEnd(12)}${state}${proofs.length ? `: ${proofs.join('; ')}` : ''}`,
  );
}
console.log(`all honest banks sealed the same result: ${report.agreement}`);
console.log(`guarantees violated: ${report.violations.length}`);
console.log(`views: ${report.views}, ${report.rounds} message delays, ${report.bytes.total} bytes`);
console.log(
  `right cells: ${report.accuracy === null ? 'unknown' : `${(100 * report.accuracy).toFixed(2)} %`}`,
);
