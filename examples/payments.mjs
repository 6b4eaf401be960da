// Interbank payments: seven banks' books of the same payments, and column statistics that show which book is off as a
// whole. Run after `npm run build`.
import { Dataset, reconcile } from 'concordat';
import { generate, Random } from 'concordat/sim';

const names = ['Adler', 'Birch', 'Cedar', 'Doyle', 'Ebner', 'Frost', 'Grove'];
const { schema, datasets: books } = generate({
  banks: names.length,
  records: 150,
  divergence: 0.02, // one bank errs on one payment of fifty
  noise: 0.01, // and on one of a hundred all amounts are a few cents apart
  honest: names.map((_, i) => i),
  random: new Random('payments'),
});
const datasets = Object.fromEntries(names.map((name, i) => [name, books[i]]));

// Grove's export lost the decimal point of every tenth amount.
const amount = schema.fields.findIndex(({ name }) => name === 'amount');
datasets.Grove = Dataset.fromRecords(
  schema,
  books[6].entries.map(({ values }, row) => (row % 10 ? values : values.with(amount, values[amount] * 100n))),
);

const { report, breaks, explanations } = await reconcile({ schema, datasets, statistics: 'open' });

const { unanimous, settled, disputed } = report.keys;
console.log(`${report.records} payments: ${unanimous} unanimous, ${settled} settled, ${disputed} disputed`);
for (const { field, count, sum, mean } of report.statistics.fields)
  console.log(`${field}: ${count} values in all books together, sum ${sum}, mean ${mean}`);
// An outlier may be honest: one slip in one large amount is enough. What is to be corrected is told below.
for (const { bank, field, figure } of report.statistics.outliers)
  console.log(`${bank} stands out: the ${figure} of its ${field}s is far from the others'`);

const offBooks = new Map();
for (const { dissenters } of breaks)
  for (const bank of dissenters) offBooks.set(bank, (offBooks.get(bank) ?? 0) + 1);
for (const [bank, count] of [...offBooks].sort((a, b) => b[1] - a[1]))
  console.log(`${bank} has ${count} ${count === 1 ? 'payment' : 'payments'} to correct`);

const median = explanations.find(({ rule }) => rule === 'median');
console.log(
  `payment ${median.key}: ${median.supporters.length} books are within tolerance of the median, which stands`,
);
