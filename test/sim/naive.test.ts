import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import { Dataset } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { generate } from '../../src/sim/generate.js';
import { type NaiveOptions, type NaiveResult, runNaive } from '../../src/sim/naive.js';
import { NaiveMail, naiveCodec } from '../../src/sim/naive-mail.js';
import { NaiveUnion } from '../../src/sim/naive-union.js';
import { NETWORK_PRESETS, networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';

const schemaOf = (absence: 'vote' | 'abstain') =>
  defineSchema({
    name: 'tiny',
    version: 1,
    absence,
    key: ['id'],
    fields: { id: { type: 'integer' }, text: { type: 'string', maxLength: 16_000 } },
  });
const TINY = schemaOf('vote');
const tiny = (rows: Record<number, string>, schema = TINY): Dataset =>
  Dataset.fromRecords(
    schema,
    Object.entries(rows).map(([id, text]) => [BigInt(id), text]),
  );

const honest = [0, 1, 2, 3, 4, 5, 6];
const books = generate({ banks: 7, records: 200, divergence: 0.1, random: new Random(1), honest });
const run = (changes: Partial<NaiveOptions> = {}): NaiveResult =>
  runNaive({
    datasets: books.datasets,
    faults: 2,
    network: networkPreset('synchronous', { banks: 7 }),
    random: new Random(1),
    ...changes,
  });
const union = (datasets: readonly Dataset[]): string[] =>
  new NaiveUnion(datasets)
    .of(datasets.map(() => true))
    .records.map((entry) => String(entry.values[1]))
    .sort();

describe('runNaive', () => {
  it('agrees on every network, with and without silent banks', () => {
    for (const name of NETWORK_PRESETS) {
      for (const silent of [[], [6], [0, 3]]) {
        const result = run({ network: networkPreset(name, { banks: 7 }), silent });
        expect(result.agreed, `${name}, silent ${silent}`).toBe(true);
        expect(result.end).toBe('quiet');
        expect(result.digest).toHaveLength(32);
      }
    }
  });

  it('sends every data set to every other bank once, then a digest each', () => {
    const { traffic, messages, bytes, rounds } = run();
    expect(traffic.byLabel.records!.messages).toBe(42);
    expect(traffic.byLabel.digest).toEqual({ messages: 42, bytes: 42 * 37 });
    expect({ messages, bytes }).toEqual(traffic.total);
    expect(rounds).toBe(2);
  });

  it('costs at least the canonical bytes of all data sets to all others, and little more', () => {
    const canonical = books.datasets
      .flatMap((dataset) => dataset.entries)
      .reduce((sum, entry) => sum + entry.bytes.length, 0);
    const { bytes } = run().traffic.byLabel.records!;
    expect(bytes).toBeGreaterThan(6 * canonical);
    expect(bytes).toBeLessThan(6.2 * canonical);
  });

  it('finds the truth when errors are few', () => {
    const { records } = run();
    expect(records.map((entry) => toHex(entry.digest))).toEqual(
      books.truth.entries.map((entry) => toHex(entry.digest)),
    );
  });

  it('counts what each bank sent and received', () => {
    const { traffic, maxPerBank, bytes } = run();
    for (const [bank, { bytes: sent }] of traffic.sent.entries())
      expect(sent + traffic.received[bank]!.bytes).toBeLessThanOrEqual(maxPerBank);
    expect(maxPerBank).toBeGreaterThan((2 * bytes) / 7 - 1);
  });

  it('costs more where messages are lost', () => {
    expect(run({ network: networkPreset('lossy', { banks: 7 }) }).bytes).toBeGreaterThan(run().bytes);
  });

  it('does not end before a partition heals', () => {
    const network = networkPreset('partition', { banks: 7 });
    // From the start: otherwise everything is said before it begins.
    const partitions = [{ ...network.partitions[0]!, fromMs: 0 }];
    const result = run({ network: { ...network, partitions } });
    expect(result.agreed).toBe(true);
    expect(result.timeMs).toBeGreaterThan(partitions[0]!.untilMs);
  });

  it('counts nothing that silent banks say, and takes none of their data', () => {
    const { traffic } = run({ silent: [2] });
    expect(traffic.sent[2]!.messages).toBe(0);
    expect(traffic.byLabel.records!.messages).toBe(36);
    expect(traffic.received[2]!.messages).toBe(12);
  });

  it('does not agree without a quorum', () => {
    const result = run({ silent: [0, 1, 2] });
    expect(result).toMatchObject({ agreed: false, digest: null, records: [], end: 'quiet' });
  });

  it('does not agree when nobody speaks', () => {
    expect(run({ silent: honest }).agreed).toBe(false);
    expect(run({ silent: honest }).messages).toBe(0);
  });

  it('refuses more faults than the banks can bear', () => {
    expect(() => run({ faults: 3 })).toThrow(expect.objectContaining({ code: 'TOO_MANY_FAULTS' }));
  });

  it('is the same for the same seed', () => {
    const network = networkPreset('lossy', { banks: 7 });
    expect(run({ network, random: new Random(5) })).toEqual(run({ network, random: new Random(5) }));
    expect(run({ network, random: new Random(5) }).bytes).not.toBe(
      run({ network, random: new Random(6) }).bytes,
    );
  });

  it('agrees alone, and on nothing', () => {
    const alone = runNaive({
      datasets: [tiny({ 1: 'a' })],
      faults: 0,
      network: networkPreset('synchronous', { banks: 1 }),
      random: new Random(1),
    });
    expect(alone).toMatchObject({ agreed: true, messages: 0, bytes: 0, rounds: 0 });
    const empty = run({ datasets: honest.map(() => tiny({})) });
    expect(empty).toMatchObject({ agreed: true, records: [], messages: 84 });
  });

  it('agrees among a hundred banks', () => {
    const { datasets } = generate({
      banks: 100,
      records: 50,
      divergence: 0.1,
      random: new Random(1),
      honest,
    });
    const network = networkPreset('wan', { banks: 100 });
    const result = runNaive({ datasets, faults: 33, network, random: new Random(1), silent: [99] });
    expect(result.agreed).toBe(true);
    expect(result.messages).toBe(99 * 99 * 2);
  });
});

describe('NaiveMail', () => {
  it('encodes what its messages say, so that looking them up is as good as decoding them', () => {
    const mail = new NaiveMail();
    for (const encoded of [...mail.recordMessages(books.truth), mail.digestMessage(3, new Uint8Array(32))])
      expect(decode(naiveCodec, encoded)).toEqual(mail.read(encoded));
  });

  it('splits a large data set into messages of a mebibyte, without loss and in order', () => {
    const dataset = tiny(
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [i, `${i}`.padEnd(15_000, '.')])),
    );
    const chunks = new NaiveMail().recordMessages(dataset);
    expect(chunks).toHaveLength(3);
    for (const chunk of chunks) expect(chunk.length).toBeLessThan(2 ** 20 + 32);
    const messages = chunks.map((chunk) => decode(naiveCodec, chunk));
    const records = messages.flatMap((message) => (message.type === 'records' ? message.records : []));
    expect(records).toHaveLength(dataset.size);
    expect(records.every((record, i) => equalBytes(record, dataset.entries[i]!.bytes))).toBe(true);
    expect(messages.map((message) => message.type === 'records' && [message.chunk, message.chunks])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it('encodes a data set once, whoever asks', () => {
    const mail = new NaiveMail();
    expect(mail.recordMessages(books.truth)).toBe(mail.recordMessages(books.truth));
  });

  it('carries chunks in several messages to agreement', () => {
    const rows = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [i, `${i}`.padEnd(15_000, '.')]));
    const datasets = [0, 1, 2, 3].map(() => tiny(rows));
    const network = networkPreset('lossy', { banks: 4 });
    const result = runNaive({ datasets, faults: 1, network, random: new Random(1) });
    expect(result.agreed).toBe(true);
    expect(result.traffic.byLabel.records!.messages).toBeGreaterThanOrEqual(36);
    expect(result.records).toHaveLength(150);
  });
});

describe('NaiveUnion', () => {
  it('takes the version that most banks have', () => {
    expect(union([tiny({ 1: 'a' }), tiny({ 1: 'b' }), tiny({ 1: 'b' })])).toEqual(['b']);
  });

  it('takes the same of equal versions whatever the order of the banks', () => {
    const sets = [tiny({ 1: 'a' }), tiny({ 1: 'b' }), tiny({ 1: 'c' })];
    expect(union(sets)).toEqual(union([...sets].reverse()));
    expect(new NaiveUnion(sets).of([true, true, true]).digest).toEqual(
      new NaiveUnion([...sets].reverse()).of([true, true, true]).digest,
    );
  });

  it('leaves out what most banks lack, if absence is a claim', () => {
    const sets = (schema: typeof TINY): Dataset[] => [
      tiny({ 1: 'a', 2: 'x' }, schema),
      tiny({ 1: 'a' }, schema),
      tiny({ 1: 'a' }, schema),
    ];
    expect(union(sets(TINY))).toEqual(['a']);
    expect(union(sets(schemaOf('abstain')))).toEqual(['a', 'x']);
  });

  it('takes only the inputs it is given', () => {
    const sets = new NaiveUnion([tiny({ 1: 'a' }), tiny({ 1: 'b' })]);
    expect(sets.of([true, false]).records[0]!.values[1]).toBe('a');
    expect(sets.of([false, true]).records[0]!.values[1]).toBe('b');
    expect(sets.of([false, true])).toBe(sets.of([false, true]));
  });

  it('tells unions apart by their digest', () => {
    const digests = [{}, { 1: 'a' }, { 1: 'b' }, { 2: 'a' }, { 1: 'a', 2: 'a' }].map((rows) =>
      toHex(new NaiveUnion([tiny(rows)]).of([true]).digest),
    );
    expect(new Set(digests).size).toBe(digests.length);
  });
});
