import { toHex } from '../crypto/bytes.js';
import type { Break, Explanation, Outcome, OutcomeRow, Side, Tolerated } from '../data/outcome.js';
import { formatKey } from '../data/record.js';
import type { Schema } from '../data/schema.js';
import { formatValue, type Value } from '../data/value.js';
import type { Parameters } from '../protocol/manifest.js';
import { tellRevealed } from './revealed.js';
import type { Run, RunOptions } from './run.js';
import type { Timeline } from './timeline.js';

/** Banks that hold the same of a key, or of a field where the break is about one. */
export interface NamedSide {
  /** Names of inputs, in the order of the inputs. */
  readonly banks: readonly string[];
  /** See {@link Side}. */
  readonly holds: Side['holds'];
  /** Whether these banks hold a record of the key: where it was agreed not to exist, those who agree hold none. */
  readonly hasRecord: boolean;
  /** The field's text as reconciled.csv would have it; null where the version was not opened, or no field is meant. */
  readonly value: string | null;
}

/** A break as people read it. */
export interface NamedBreak extends Omit<Break, 'id' | 'entry' | 'sides' | 'agreed'> {
  /** The key's text; null for one that its holders did not have to disclose. */
  readonly key: string | null;
  /** The key's id in this epoch, hex. */
  readonly id: string;
  /** The agreed value's text, as reconciled.csv has it; null where none was agreed, or no field is meant. */
  readonly agreed?: string | null;
  /** Every input is in one of them. */
  readonly sides: readonly NamedSide[];
}

/** An explanation as people read it. */
export interface NamedExplanation extends Omit<Explanation, 'keyDigest'> {
  /** The key's text. */
  readonly key: string;
}

/** The result of an epoch as the first bank that follows the protocol holds it, and how the banks came to it. */
export interface OutcomeDetails {
  /** What the values of `rows` are read by. */
  readonly schema: Schema;
  /** The reconciled records, in key-digest order; empty without agreement. */
  readonly rows: readonly OutcomeRow[];
  /** Where inputs differ from the result; empty without agreement. */
  readonly breaks: readonly NamedBreak[];
  /** Numbers within their field's tolerance of the agreed one, by row and field: no breaks. */
  readonly tolerated: readonly Tolerated[];
  /** Which rule decided each value in dispute, and who supported it; empty without agreement. */
  readonly explanations: readonly NamedExplanation[];
  /** What the manifest of the run lays down, defaults included. */
  readonly parameters: Parameters;
  /** What went between the banks, and when. */
  readonly timeline: Timeline;
}

/** The details of a run's last epoch; without agreement nothing but the timeline is in them. */
export function outcomeDetails(
  { last, timeline, simulation }: Run,
  { schema, adversaries }: Pick<RunOptions, 'schema' | 'adversaries'>,
): OutcomeDetails {
  const bank = last.sealed.findIndex((output, i) => output?.outcome && !adversaries.has(i));
  const outcome = last.sealed[bank]?.outcome;
  const ids = simulation.consortium.manifest.banks.map(({ id }) => id);
  const told = outcome && (tellRevealed(last, bank, outcome, ids) ?? outcome);
  return {
    schema,
    rows: outcome?.rows ?? [],
    breaks: (told?.breaks ?? []).map((each) => nameBreak(schema, each)),
    tolerated: told?.tolerated ?? [],
    explanations: outcome && told ? nameExplanations(schema, outcome.rows, told.explanations) : [],
    parameters: simulation.consortium.manifest.parameters,
    timeline,
  };
}

function nameBreak(schema: Schema, { id, entry, sides, agreed, ...rest }: Break): NamedBreak {
  const keyText = entry && formatKey(schema, entry.values);
  const field = schema.fields.find(({ name }) => name === rest.field);
  return {
    ...rest,
    id: toHex(id),
    key: rest.state === 'unvouched' ? null : keyText,
    agreed: field && agreed !== undefined ? formatValue(field, agreed) : null,
    sides: nameSides(schema, rest.field, sides, new Set(rest.holders)),
  };
}

/** Versions that say the same of the field in question are one side of it. */
function nameSides(
  schema: Schema,
  name: string | null,
  sides: Break['sides'],
  holders: ReadonlySet<string>,
): NamedSide[] {
  const f = schema.fields.findIndex((field) => field.name === name);
  const merged = new Map<string, NamedSide>();
  for (const { banks, holds, entry } of sides) {
    const value = f < 0 || entry === null ? null : formatValue(schema.fields[f]!, entry.values[f] ?? null);
    // Closed versions may differ from one another: they stay apart.
    const place = value === null ? `#${merged.size}` : `=${value}`;
    const known = merged.get(place);
    const hasRecord = banks.some((bank) => holders.has(bank));
    merged.set(place, { banks: [...(known?.banks ?? []), ...banks], holds, hasRecord, value });
  }
  return [...merged.values()];
}

function nameExplanations(
  schema: Schema,
  rows: Outcome['rows'],
  explanations: Outcome['explanations'],
): NamedExplanation[] {
  const keys = new Map(
    rows.map((row) => [toHex(row.keyDigest), formatKey(schema, row.values as readonly Value[])]),
  );
  return explanations.map(({ keyDigest, ...rest }) => ({
    ...rest,
    key: keys.get(toHex(keyDigest))!,
  }));
}
