import { toHex } from '../crypto/bytes.js';
import { encode } from '../crypto/encoding.js';
import type { Dataset } from '../data/dataset.js';
import type { Outcome, OutcomeRow } from '../data/outcome.js';
import { encodePartialRecord, encodeRecord } from '../data/record.js';
import { agree } from '../data/resolve/claims.js';
import type { Value } from '../data/value.js';
import { certificateCodec } from '../protocol/certificate.js';
import type { Manifest } from '../protocol/manifest.js';
import type { EpochRecord } from './epoch-record.js';
import type { DifferenceReport, EpochReport, SuspicionReport } from './report.js';
import { statisticsReport, statisticsWithheld } from './statistics-report.js';
import { maxBytesPerBank, type Volume } from './traffic.js';

/** What an epoch is measured against. */
export interface MeasureContext {
  readonly manifest: Pick<Manifest, 'banks' | 'parameters' | 'schema' | 'quorum' | 'faults'>;
  readonly honest: readonly number[];
  /** Null where it is not known. */
  readonly truth: Dataset | null;
}

/** The figures of one epoch. */
export function measureEpoch(record: EpochRecord, context: MeasureContext): EpochReport {
  const { honest, manifest, truth } = context;
  const sealed = honest.flatMap((bank) => record.sealed[bank] ?? []);
  const outcome = outcomeOf(record, honest);
  const roots = new Set(sealed.map(({ seal }) => toHex(seal.root)));
  const seal = sealed[0]?.seal;
  const totals = seal?.totals ?? { unanimous: 0, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
  const total = totals.unanimous + totals.settled + totals.disputed + totals.unvouched;
  const delays = honest.flatMap((bank) => record.delays[bank] ?? []);
  const { traffic } = record;
  return {
    epoch: record.epoch,
    records: total,
    agreement: record.complete && roots.size === 1,
    resultRoot: seal ? toHex(seal.root) : '',
    rounds: Math.max(0, ...delays),
    views: record.views,
    slots: record.slots,
    messages: { total: traffic.total.messages, byStep: stepCounts(traffic.byLabel, 'messages') },
    bytes: {
      total: traffic.total.bytes,
      maxPerBank: maxBytesPerBank(traffic),
      byStep: stepCounts(traffic.byLabel, 'bytes'),
    },
    lowerBoundBytes: lowerBounds(record, honest).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0),
    certificateBytes: seal ? encode(certificateCodec(record.datasets.length), seal.commit).length : 0,
    keys: { total, ...totals },
    disclosed: {
      rawRecords: record.disclosed.reduce((sum, keys) => sum + keys.size, 0),
      ofRecords: record.datasets.reduce((sum, dataset) => sum + dataset.size, 0),
    },
    statistics: statisticsReport(manifest, outcome?.statistics ?? null),
    statisticsWithheld: statisticsWithheld(manifest, outcome ?? null),
    suspicions: suspicionsOf(record, honest, manifest),
    tooDifferent: tooDifferentOf(record, manifest),
    ...accuracyOf(outcome?.rows ?? [], truth),
  };
}

function stepCounts(
  byLabel: Readonly<Record<string, Volume>>,
  figure: 'messages' | 'bytes',
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(byLabel)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([step, count]) => [step, count[figure]]),
  );
}

/** The result as the honest banks computed it, null when none did. */
const outcomeOf = ({ sealed }: EpochRecord, honest: readonly number[]): Outcome | null =>
  honest.flatMap((bank) => sealed[bank]?.outcome ?? [])[0] ?? null;

/**
 * For each bank the canonical bytes of the records of the result that it did not hold, which it must at least receive;
 * null for a bank that is not honest.
 */
export function lowerBounds(record: EpochRecord, honest: readonly number[]): (number | null)[] {
  const { datasets } = record;
  const bounds = datasets.map((_, bank) => (honest.includes(bank) ? 0 : null));
  const schema = datasets[0]!.schema;
  for (const row of outcomeOf(record, honest)?.rows ?? []) {
    const whole = row.values.every((value) => value !== undefined);
    const encoded = whole
      ? encodeRecord(schema, row.values as readonly Value[])
      : encodePartialRecord(schema, row.values);
    const name = toHex(encoded);
    for (const bank of honest) {
      const held = datasets[bank]!.get(row.keyDigest);
      if (!held || toHex(held.bytes) !== name) bounds[bank]! += encoded.length;
    }
  }
  return bounds;
}

/** What honest banks suspect, one line for each bank and reason. */
function suspicionsOf(
  { suspicions }: EpochRecord,
  honest: readonly number[],
  { banks }: MeasureContext['manifest'],
): SuspicionReport[] {
  const byReason = new Map<
    string,
    { readonly bank: number; readonly reason: string; readonly by: Set<number> }
  >();
  for (const { by, bank, reason } of suspicions) {
    if (!honest.includes(by)) continue;
    const name = `${bank}/${reason}`;
    const known = byReason.get(name) ?? { bank, reason, by: new Set<number>() };
    byReason.set(name, known);
    known.by.add(by);
  }
  const id = (bank: number): string => banks[bank]?.id ?? `#${bank}`;
  return [...byReason.values()]
    .sort((a, b) => a.bank - b.bank || (a.reason < b.reason ? -1 : 1))
    .map(({ bank, reason, by }) => ({
      bank: id(bank),
      reason,
      by: [...by].sort((a, b) => a - b).map(id),
    }));
}

/**
 * Who differs too much, one line a bank. Of a leader and one other bank nobody can say which it is; a leader that finds
 * more than f others too different is the one, since an honest bank is among them.
 */
function tooDifferentOf(
  { tooDifferent }: EpochRecord,
  { banks, faults }: MeasureContext['manifest'],
): DifferenceReport[] {
  const found = new Map<number, { readonly from: Set<number>; keys: number; limit: number }>();
  const foundBy = (by: number): number =>
    new Set(tooDifferent.filter((each) => each.by === by).map(({ bank }) => bank)).size;
  for (const { by, bank, keys, limit } of tooDifferent) {
    const [odd, other] = foundBy(by) > faults ? [by, bank] : [bank, by];
    const known = found.get(odd) ?? { from: new Set<number>(), keys, limit };
    found.set(odd, known);
    known.from.add(other);
    known.keys = Math.min(known.keys, keys);
  }
  const id = (bank: number): string => banks[bank]?.id ?? `#${bank}`;
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([bank, { from, keys, limit }]) => ({
      bank: id(bank),
      from: [...from].sort((a, b) => a - b).map(id),
      keys,
      limit,
    }));
}

/**
 * Right cells over the cells of the truth and of rows that the truth lacks, all of which are wrong; an undecided cell
 * counts as wrong, a number within tolerance of the truth as right. Null figures where the truth is unknown.
 */
export function accuracyOf(
  rows: readonly OutcomeRow[],
  truth: Dataset | null,
): Pick<EpochReport, 'accuracy' | 'resolvedCells' | 'truthCells' | 'inventedRows'> {
  const resolvedCells = rows.reduce(
    (sum, row) => sum + row.values.filter((value) => value !== undefined).length,
    0,
  );
  if (!truth) return { accuracy: null, resolvedCells, truthCells: null, inventedRows: null };
  const truthCells = truth.size * truth.schema.fields.length;
  const decided = new Map(rows.map((row) => [toHex(row.keyDigest), row.values]));
  const tolerances = truth.schema.fields.map(({ tolerance }) => tolerance);
  let right = 0;
  for (const entry of truth.entries) {
    const values = decided.get(toHex(entry.keyDigest));
    entry.values.forEach((value, i) => {
      const found = values?.[i];
      if (found !== undefined && agree(found, value, tolerances[i]!)) right++;
    });
  }
  const inventedRows = rows.filter(({ keyDigest }) => !truth.get(keyDigest)).length;
  const cells = truthCells + inventedRows * truth.schema.fields.length;
  return { accuracy: cells === 0 ? 1 : right / cells, resolvedCells, truthCells, inventedRows };
}
