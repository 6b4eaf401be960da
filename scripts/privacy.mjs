// What leaves which bank in the run of `npm start`: the table in docs/privacy.md. Counted from the messages themselves.
//
//   npm run build && node scripts/privacy.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadBls } from '../dist/crypto/bls-load.js';
import { decode } from '../dist/crypto/encoding.js';
import { defineSchema, readCsv } from '../dist/data/index.js';
import { defaultSuite, messageCodec } from '../dist/protocol/index.js';
import { adversaryNamed, networkPreset, Simulation } from '../dist/sim/index.js';

const folder = resolve(import.meta.dirname, '../examples/failed-banks');
const schema = defineSchema(JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8')));
const banks = readdirSync(folder)
  .filter((name) => /^bank-[0-9]+\.csv$/.test(name))
  .sort()
  .map((file) => ({
    id: file.replace('.csv', ''),
    dataset: readCsv(schema, readFileSync(join(folder, file)), { file }).dataset,
  }));
const liar = banks.findIndex(({ id }) => id === 'bank-05');

const messages = [];
const tables = new Map();
const read = messageCodec(banks.length);
const simulation = new Simulation({
  schema,
  banks,
  faults: 3,
  adversaries: new Map([[liar, adversaryNamed('falsify')]]),
  network: networkPreset('synchronous', { banks: banks.length }),
  suite: defaultSuite(await loadBls()),
  seed: 1,
  parameters: { statistics: 'aggregate' },
  onSend: (from, to, bytes) => messages.push({ from, to, bytes: bytes.length, message: decode(read, bytes) }),
  onOutput: (bank, output) => {
    if (output.type === 'sealed') tables.set(bank, output);
  },
});
const { datasets } = simulation.runEpoch();
const { table, inputs } = [...tables.values()][0];
const leader = messages.find(({ message }) => message.type === 'open').from;

/** Keys on which two books differ, and how many of these records the first of them holds. */
function differences(one, other) {
  const held = one.entries.filter(({ keyDigest, digest }) => {
    const entry = other.get(keyDigest);
    return !entry || Buffer.compare(entry.digest, digest) !== 0;
  });
  const lacked = other.entries.filter(({ keyDigest }) => !one.get(keyDigest));
  return { ids: held.length + lacked.length, digests: held.length };
}

const rows = banks.map(({ id }, bank) => {
  const place = inputs.indexOf(bank);
  const inTable = table.rows.filter(({ column }) => column[place] > 0);
  const shown = inTable.filter(({ column, digests }) => digests[column[place] - 1]);
  const sent = messages.filter(({ from, message }) => from === bank && message.type === 'records');
  const copies = sent.flatMap(({ to, message }) => message.records.map(({ record }) => ({ to, record })));
  const distinct = new Set(copies.map(({ record }) => Buffer.from(record).toString('hex')));
  const to = [...new Set(copies.map((copy) => copy.to))].sort((a, b) => a - b);
  const sketch = bank === leader ? null : differences(datasets[bank], datasets[leader]);
  return [
    id + (bank === leader ? ', leader' : '') + (bank === liar ? ', lies' : ''),
    datasets[bank].size,
    sketch ? `${sketch.ids}, ${sketch.digests}` : '',
    inTable.length,
    shown.length,
    distinct.size,
    copies.length,
    to.map((receiver) => banks[receiver].id.slice(-2)).join(' '),
  ];
});
const head = [
  'bank',
  'records held',
  'to the leader: ids, digests',
  'in T: rows it holds',
  'its digests shown',
  'raw records let out',
  'copies of them',
  'to',
];
console.log(`| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);

const ofClass = (name) => table.rows.filter(({ standing }) => standing.class === name).length;
const digests = table.rows.flatMap((row) => row.digests.filter(Boolean)).length;
const classes = ['settled', 'disputed', 'unvouched'].map((name) => `${ofClass(name)} ${name}`);
console.log(`\nT: ${table.rows.length} rows, ${classes.join(', ')}; ${digests} digests`);
for (const type of ['forward', 'amendment', 'acknowledgement', 'slices'])
  console.log(`${type}: ${messages.filter(({ message }) => message.type === type).length} messages`);
