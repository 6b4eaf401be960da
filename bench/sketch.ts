import { DecoderWrapper, EncoderWrapper, ready } from '@peerbit/riblt';
import { Sketch } from '../src/data/sketch.js';
import { SketchDecoder } from '../src/data/sketch-decoder.js';
import { symbolsFor } from '../src/data/sketch-estimate.js';
import { SKETCH_ITEM_LENGTH, SketchKey } from '../src/data/sketch-item.js';
import { type DigestPair, SketchItems } from '../src/data/sketch-items.js';
import { DEFAULT_PARAMETERS } from '../src/protocol/manifest.js';
import { median, quantile } from './measure.js';
import { randomBytes } from './random-bytes.js';
import { atMost, type Row, type Table, timedRow, timedRows, times } from './table.js';

const RECORDS = 100_000;
/** Keys that the bytes are counted under, for each number of differences. */
const KEYS = 25;
/** Most bytes on the wire, in times of the differing items' own. */
const MOST_OVER_MINIMUM = 3.5;

/** Digests of records, 64 random bytes for each. */
function digests(name: string, count: number): DigestPair[] {
  const bytes = randomBytes(name, 0, 64 * count);
  return Array.from({ length: count }, (_, i) => ({
    keyDigest: bytes.subarray(64 * i, 64 * i + 32),
    digest: bytes.subarray(64 * i + 32, 64 * i + 64),
  }));
}

const table = digests('table', RECORDS);
const replacements = digests('replacements', RECORDS);

/** The table with `differences` / 2 of its records replaced: as many items each side holds alone. */
const changed = (differences: number): DigestPair[] => [
  ...replacements.slice(0, differences / 2),
  ...table.slice(differences / 2),
];

const sketchOf = (key: SketchKey, records: readonly DigestPair[]): Sketch =>
  new Sketch(SketchItems.fromRecords(key, records));

const keyOf = (number: number): SketchKey => new SketchKey(randomBytes('key', number, 32));

interface Exchange {
  readonly bytes: number;
  readonly decoded: boolean;
}

/** What a leader asks of a bank: the first symbols, then once as many more as their estimate says. */
function exchange(local: Sketch, remote: Sketch): Exchange {
  const first = DEFAULT_PARAMETERS.sketchSymbols;
  const decoder = new SketchDecoder(local);
  let symbols = remote.symbols(0, first);
  let bytes = symbols.length;
  decoder.add(symbols);
  if (!decoder.complete) {
    const more = symbolsFor(decoder.estimate(), decoder.received) - decoder.received;
    symbols = remote.symbols(decoder.received, Math.max(more, first / 16));
    bytes += symbols.length;
    decoder.add(symbols);
  }
  return { bytes, decoded: decoder.complete };
}

/** Bytes over the minimum, for each number of differences, under several keys. */
function sizeRows(sizes: readonly number[], keys: number): Row[] {
  const runs = new Map<number, Exchange[]>(sizes.map((differences) => [differences, []]));
  for (let number = 0; number < keys; number++) {
    const key = keyOf(number);
    const local = sketchOf(key, table);
    for (const differences of sizes)
      runs.get(differences)!.push(exchange(local, sketchOf(key, changed(differences))));
  }
  return sizes.map((differences) => {
    const found = runs.get(differences)!;
    const over = found.map(({ bytes }) => bytes / (differences * SKETCH_ITEM_LENGTH));
    const failed = found.filter(({ decoded }) => !decoded).length;
    const worst = Math.max(...over);
    return {
      what: `bytes of all symbols for ${differences.toLocaleString('en')} differences, at most ${times(worst)}; ${failed} undecoded`,
      n: keys,
      median: `${Math.round(median(found.map(({ bytes }) => bytes)) / 100) / 10} kB`,
      middle: `${times(quantile(over, 0.25))} – ${times(quantile(over, 0.75))}`,
      ratio: times(median(over)),
      target: {
        text: `≤ ${times(MOST_OVER_MINIMUM)}, all decoded`,
        met: worst <= MOST_OVER_MINIMUM && failed === 0,
      },
    };
  });
}

/** The peer's whole exchange over 64-bit items: it takes symbols one at a time and tries after each. */
function peerExchange(local: readonly bigint[], remote: readonly bigint[]): number {
  const encoder = new EncoderWrapper();
  for (const item of remote) encoder.add_symbol(item);
  const decoder = new DecoderWrapper();
  for (const item of local) decoder.add_symbol(item);
  do {
    decoder.add_coded_symbol(encoder.produce_next_coded_symbol());
    decoder.try_decode();
  } while (!decoder.decoded());
  const found = decoder.get_remote_symbols().length + decoder.get_local_symbols().length;
  encoder.free();
  decoder.free();
  return found;
}

const firstWord = ({ digest }: DigestPair): bigint =>
  new DataView(digest.buffer, digest.byteOffset, digest.length).getBigUint64(0);

async function timeRows(differences: number): Promise<Row[]> {
  await ready;
  const remoteTable = changed(differences);
  const [localIds, remoteIds] = [table.map(firstWord), remoteTable.map(firstWord)];
  const key = keyOf(0);
  const local = sketchOf(key, table);
  const remote = sketchOf(key, remoteTable);
  exchange(local, remote);
  return [
    ...(await timedRows(
      'both sides from the digests of the records on, 1,000 differences among 100,000',
      [
        {
          by: 'ours, keyed 24-byte items',
          target: atMost(400),
          run: () => {
            if (!exchange(sketchOf(key, table), sketchOf(key, remoteTable)).decoded)
              throw new Error('undecoded');
          },
        },
        {
          by: '@peerbit/riblt in WebAssembly, 8-byte items without a key',
          run: () => {
            if (peerExchange(localIds, remoteIds) !== differences)
              throw new Error('the peer missed a difference');
          },
        },
      ],
      { seconds: 8 },
    )),
    await timedRow("of it a bank's side: its items and the symbols that are asked for", () =>
      sketchOf(key, remoteTable).symbols(0, 2 * differences),
    ),
    await timedRow("of it a leader's side for each further bank: decoding", () => exchange(local, remote)),
  ];
}

/** What sketches cost on the wire and in time. */
export async function measureSketch(): Promise<Table[]> {
  return [
    {
      title: 'Sketches: bytes',
      about:
        'Two tables of 100,000 records. A difference is an item that one side holds alone, so a record that was changed ' +
        `makes two. The minimum is ${SKETCH_ITEM_LENGTH} bytes for each; the ratio is over that. Counted is all that the protocol asks for: ` +
        `the first ${DEFAULT_PARAMETERS.sketchSymbols} symbols, and one request for as many more as their estimate calls for. n is keys, the worst of which is in the row. The estimate errs by 9%, ` +
        'and the request is made so that an estimate that is far too low does not fail: the target is for every run.',
      rows: sizeRows([100, 200, 500, 1000, 2000, 5000, 10_000], KEYS),
    },
    {
      title: 'Sketches: time',
      about:
        'The peer sends symbols until decoding ends, so it needs no estimate; it has no key, so that whoever chooses ' +
        'records can choose such as make it fail.',
      rows: await timeRows(1000),
    },
  ];
}
