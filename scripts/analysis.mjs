// Measures epochs without disputes for docs/analysis.md: prints its tables, and draws docs/messages.svg.
//
//   node scripts/analysis.mjs [--most N]
//
// Exits 1 when a count or a time differs from its formula.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { load } from './bundle.mjs';

const ROOT = resolve(import.meta.dirname, '..');
/** Consortia whose messages are counted where nothing is dealt, and where everybody deals. */
const SIZES = [4, 7, 10, 16, 22, 31, 40, 52, 64, 82, 100];
const DEALT_SIZES = [4, 7, 10, 16];
/** Those whose bytes, operations and memory are shown. */
const SHOWN = [4, 10];

const { most } = parseArgs({ options: { most: { type: 'string', default: '100' } } }).values;
const upTo = (sizes) => sizes.filter((n) => n <= Number(most));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const library = await load('test/protocol/analysis.ts', 'test/protocol/network.ts', 'src/protocol/quorum.ts');
const { measure, expectedMessages, expectedAgreementMs, linearMessages, maxFaults, replayed, LATENCY } =
  library;
const DELTA = library.DELTA;

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
function table(title, header) {
  console.log(`\n${title}\n`);
  row(header);
  row(header.map(() => '---'));
}
/** The figure, and the formula's where that is another. */
function against(measured, formula) {
  if (measured !== formula) process.exitCode = 1;
  return measured === formula ? String(measured) : `${measured}, NOT ${formula}`;
}
const inDelta = (ms) => String(Number((ms / DELTA).toFixed(2)));

table('messages', ['n', 'f', 'nothing dealt', 'formula', 'all deal', 'formula']);
const points = [];
for (const n of upTo(SIZES)) {
  const count = sum((await measure({ banks: n, dealt: false })).messages);
  points.push({ n, count });
  const cells = [n, maxFaults(n), against(count, linearMessages(n)), linearMessages(n)];
  if (!DEALT_SIZES.includes(n)) row([...cells, '', '']);
  else {
    const subject = { banks: n, dealt: true };
    const formula = sum(expectedMessages(subject));
    row([...cells, against(sum((await measure(subject)).messages), formula), formula]);
  }
}
writeFileSync(join(ROOT, 'docs/messages.svg'), plot(points));

table('silent leaders', [
  'n',
  'f',
  'k',
  'views',
  'agreed after, Δ',
  'formula',
  'messages',
  'formula',
  'timeouts',
]);
for (const n of upTo([4, 7, 10]))
  for (let silent = 0; silent <= maxFaults(n); silent++) {
    const subject = { banks: n, dealt: false, silent };
    const { views, agreedMs, messages } = await measure(subject);
    const [ms, count] = [expectedAgreementMs(subject), sum(expectedMessages(subject))];
    row([
      ...[n, maxFaults(n), silent, views, against(inDelta(agreedMs), inDelta(ms)), inDelta(ms)],
      ...[against(sum(messages), count), count, messages.timeout ?? 0],
    ]);
  }

table('partitions', ['n', 'lasts, Δ', 'agreed after it heals, delays', 'formula', 'messages']);
for (const n of upTo([4, 10]))
  for (const partition of [5, 20, 100, 1000]) {
    const subject = { banks: n, dealt: false, partition };
    const { agreedMs, messages } = await measure(subject);
    const delays = (ms) => (ms - partition * DELTA) / LATENCY;
    const formula = delays(expectedAgreementMs(subject));
    row([n, partition, against(delays(agreedMs), formula), formula, sum(messages)]);
  }

for (const dealt of [false, true]) {
  const measured = [];
  for (const n of upTo(SHOWN)) measured.push({ n, ...(await measure({ banks: n, dealt })) });
  const state = dealt ? 'all deal' : 'nothing dealt';
  const sizes = measured.map(({ n }) => `n = ${n}`);
  table(`bytes, ${state}: messages × bytes of one`, ['message', ...sizes]);
  for (const type of measured[0].bytes.keys())
    row([
      type,
      ...measured.map(({ bytes, messages }) => {
        const { least, most } = bytes.get(type);
        return `${messages[type]} × ${least === most ? least : `${least} to ${most}`}`;
      }),
    ]);
  row([
    'all, bytes',
    ...measured.map(({ bytes }) => [...bytes.values()].reduce((all, { total }) => all + total, 0)),
  ]);
  table(`operations, ${state}: leader, other bank`, ['operation', ...sizes]);
  for (const name of Object.keys(measured[0].leader))
    row([name, ...measured.map(({ leader, follower }) => `${leader[name]}, ${follower[name]}`)]);
  table(`memory, ${state}`, ['', ...sizes]);
  row([
    'log, bytes: least, most',
    ...measured.map(({ logBytes }) => `${Math.min(...logBytes)}, ${Math.max(...logBytes)}`),
  ]);
  const kept = [];
  for (const { n, inputs } of measured)
    kept.push(Math.round((await memoryOf({ banks: n, dealt }, inputs)) / 1024));
  row(['leader after the epoch, KiB', ...kept]);
}

/** Bytes that a bank takes which has led an epoch. */
async function memoryOf(subject, inputs) {
  await replayed(subject, inputs); // what is made once for all banks
  const used = () => {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  const banks = [];
  for (let i = 0; i < 5; i++) banks.push(await replayed(subject, inputs));
  return (used() - before) / banks.length;
}

/** Messages over n: what was measured as dots, the formula as a line, naive broadcast dashed. */
function plot(measured) {
  const [width, height, left, bottom, top] = [720, 420, 64, 48, 24];
  const mostN = 104;
  const mostMessages = 1000;
  const x = (n) => left + ((width - left - 24) * n) / mostN;
  const y = (messages) => height - bottom - ((height - bottom - top) * messages) / mostMessages;
  const line = (counts) => counts.map(([n, count]) => `${x(n).toFixed(1)},${y(count).toFixed(1)}`).join(' ');
  const range = (to) => Array.from({ length: to - 3 }, (_, i) => i + 4);
  const naive = range(22).map((n) => [n, 2 * n * (n - 1)]);
  const ticks = (values, draw) => values.map(draw).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<title>Messages of an epoch without disputes, by the number of banks</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${ticks(
  [0, 200, 400, 600, 800, 1000],
  (count) =>
    `<line x1="${left}" x2="${width - 24}" y1="${y(count)}" y2="${y(count)}" stroke="#ddd"/><text x="${left - 8}" y="${y(count) + 4}" text-anchor="end">${count}</text>`,
)}
${ticks([4, 10, 22, 31, 40, 52, 64, 82, 100], (n) => `<text x="${x(n)}" y="${height - bottom + 18}" text-anchor="middle">${n}</text>`)}
<text x="${(width + left) / 2}" y="${height - 8}" text-anchor="middle">banks, n</text>
<text transform="translate(16 ${(height - bottom + top) / 2}) rotate(-90)" text-anchor="middle">messages in an epoch</text>
<polyline points="${line(naive)}" fill="none" stroke="#a33" stroke-dasharray="5 4"/>
<text x="${x(23)}" y="${y(960)}" fill="#a33">naive broadcast, 2n(n − 1)</text>
<polyline points="${line(range(100).map((n) => [n, linearMessages(n)]))}" fill="none" stroke="#247"/>
<text x="${x(66)}" y="${y(430)}" fill="#247">8(n − 1) + 4f; dots: measured</text>
${measured.map(({ n, count }) => `<circle cx="${x(n).toFixed(1)}" cy="${y(count).toFixed(1)}" r="4" fill="#247"/>`).join('\n')}
</svg>
`;
}
