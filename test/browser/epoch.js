// What runs in the browser, and in Node to compare: one epoch on every layer of the core, and what came of it.
import { Dataset, defineSchema, isConcordatError, reconcile, verifySeal } from 'concordat';
import { hash, merkle } from 'concordat/crypto';
import { formatValue } from 'concordat/data';
import { evidenceName, quorum, readManifest, readSeal } from 'concordat/protocol';
import { adversaries } from 'concordat/sim';

const schema = defineSchema({
  name: 'accounts',
  version: 1,
  absence: 'abstain',
  key: ['account'],
  fields: {
    account: { type: 'integer' },
    owner: { type: 'string', normalise: ['trim'] },
    balance: { type: 'decimal', scale: 2, resolve: 'median' },
  },
});

/** Forty accounts; each bank states another balance of the last one, so that its versions are dealt and opened. */
function book(bank) {
  const rows = Array.from({ length: 40 }, (_, i) => ({ account: i, owner: `Ada ${i}`, balance: `${i}.50` }));
  return Dataset.fromObjects(schema, [...rows, { account: 40, owner: 'Grace', balance: `${100 + bank}.00` }]);
}

/** An epoch of four banks, one of which equivocates. */
export async function runEpoch() {
  const names = ['north', 'south', 'east', 'west'];
  const { report, rows, manifest, seal } = await reconcile({
    schema,
    datasets: Object.fromEntries(names.map((name, i) => [name, book(i)])),
    adversaries: { west: adversaries.equivocate },
    seed: 3,
  });
  const { signers, resultRoot } = await verifySeal(manifest, seal);
  const disputed = rows.find(({ values }) => values[0] === 40n);
  return {
    agreement: report.agreement,
    violations: report.violations,
    records: report.records,
    disputed: report.keys.disputed,
    balance: formatValue(schema.fields[2], disputed.values[2]),
    signers: signers.length,
    root: [...resultRoot].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    proven: report.perBank.flatMap(({ id, evidence }) =>
      evidence.map(({ kind, verified }) => `${id}: ${kind}${verified ? '' : ', not verified'}`),
    ),
    forged: await refusal(() => verifySeal(manifest, { ...seal, canonical: flipped(seal.canonical) })),
    bls: report.cryptography.bls,
    layers: [hash, merkle.root, evidenceName, quorum, readManifest, readSeal].every(
      (each) => typeof each === 'function',
    ),
  };
}

/** Hex with its last digit altered: of the bytes of a seal, part of a signature. */
function flipped(hex) {
  return hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0');
}

async function refusal(action) {
  try {
    await action();
    return null;
  } catch (error) {
    return isConcordatError(error) ? error.code : String(error);
  }
}
