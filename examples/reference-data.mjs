// Reference data: ten people's copies of one public list, reconciled into one. Run after `npm run build`.
import { readdirSync, readFileSync } from 'node:fs';
import { reconcile, verifySeal } from 'concordat';
import { defineSchema, formatKey, formatValue, readCsv } from 'concordat/data';

const folder = new URL('failed-banks/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder));

const schema = defineSchema(JSON.parse(read('schema.json')));
const files = readdirSync(folder).filter((name) => /^bank-\d+\.csv$/.test(name));
const datasets = Object.fromEntries(
  files.sort().map((file) => [file.replace('.csv', ''), readCsv(schema, read(file), { file }).dataset]),
);

const { report, rows, breaks, manifest, seal } = await reconcile({ schema, datasets });
const { signers, totals } = await verifySeal(manifest, seal);

console.log(`${report.banks} copies with ${report.records} failed banks between them`);
console.log(`  ${totals.unanimous} are the same in every copy`);
console.log(`  ${totals.settled} differ, and one version has the support that settles it`);
console.log(
  `  ${totals.disputed} are disputed, ${totals.disputed - totals.unresolved} of them decided field by field`,
);
console.log(`  ${totals.unvouched} are known to ${report.faults} copies at most, and so vouched for by none`);
console.log(
  `sealed by ${signers.length} banks; ${report.disclosed.rawRecords} of ${report.disclosed.ofRecords} records left their bank`,
);

const deviations = breaks.filter(({ state, key }) => state === 'divergent' && key !== null);
const worst = deviations.reduce((a, b) => (b.dissenters.length > a.dissenters.length ? b : a));
const agreed = rows.find(({ values }) => formatKey(schema, values) === worst.key);
console.log(
  `\nthe list's certificate ${worst.key}, on which the most copies deviate (${worst.dissenters.join(', ')}), reads`,
);
for (const [i, field] of schema.fields.entries())
  console.log(
    `  ${field.name.padEnd(7)}${agreed.values[i] === undefined ? '?' : formatValue(field, agreed.values[i])}`,
  );
