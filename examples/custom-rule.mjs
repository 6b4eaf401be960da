// A rule of your own: five desks value the same bonds, and where they disagree the lowest price stands that no liar can
// have pushed below every honest one. Run after `npm run build`.
import { Dataset, defineSchema, reconcile } from 'concordat';
import { formatValue } from 'concordat/data';

const schema = defineSchema({
  name: 'bond-prices',
  version: 1,
  absence: 'abstain',
  key: ['isin'],
  fields: {
    isin: { type: 'string' },
    issuer: { type: 'string' },
    price: { type: 'decimal', scale: 3, resolve: { function: 'prudent' } },
  },
});

/**
 * The lowest price but f. With at least 2f + 1 prices, one at least is honest and not above it, and one not below it:
 * f liars can move it neither under every honest price nor over every honest one.
 * Claims are values with the banks that make them; the answer must depend on nothing else, in no order.
 */
function prudent(claims, { faults }) {
  const prices = claims.flatMap(({ value, banks }) => banks.map((bank) => ({ value, bank })));
  if (prices.length < 2 * faults + 1)
    return {
      state: 'unresolved',
      reason: `prudent needs ${2 * faults + 1} prices, there are ${prices.length}`,
    };
  prices.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.bank - b.bank));
  const { value } = prices[faults];
  const banks = (test) =>
    prices
      .filter((price) => test(price.value))
      .map(({ bank }) => bank)
      .sort((a, b) => a - b);
  return {
    state: 'decided',
    rule: 'prudent',
    value,
    supporters: banks((price) => price === value),
    dissenters: banks((price) => price !== value),
    margin: prices.length - (2 * faults + 1),
  };
}

const book = (...prices) =>
  Dataset.fromObjects(
    schema,
    ['XS0000000001', 'XS0000000002', 'XS0000000003'].flatMap((isin, i) =>
      prices[i] ? [{ isin, issuer: `Issuer ${i + 1}`, price: prices[i] }] : [],
    ),
  );
const { rows, explanations, breaks, report } = await reconcile({
  schema,
  functions: { prudent },
  datasets: {
    London: book('99.125', '101.400', '87.000'),
    Paris: book('99.125', '101.250', '87.500'),
    Zurich: book('99.125', '101.300'),
    Milan: book('99.125', '101.500'),
    Vienna: book('99.125', '1.000', '12.000'), // a slip, or a lie
  },
});

const show = (at, value) => (value === undefined ? 'open' : formatValue(schema.fields[at], value));
for (const { values } of rows.toSorted((a, b) => (a.values[0] < b.values[0] ? -1 : 1)))
  console.log(values[0], show(2, values[2]));
for (const { key, field, rule, supporters } of explanations)
  if (rule === 'prudent') console.log(`${key}: ${field} by ${rule}, from ${supporters.join(', ')}`);
for (const { key, state, reason } of breaks) console.log(`${key} is ${state}: ${reason}`);
console.log(`agreement: ${report.agreement}, violations: ${report.violations.length}`);
