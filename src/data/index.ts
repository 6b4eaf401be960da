/**
 * Schemas, records and what they turn into: canonical bytes, digests, sketches, the conflict table, reconcile rules.
 *
 * @packageDocumentation
 */
export type { RowDecision, Side } from './breaks.js';
export type { CellSample, ColumnReading } from './column-reading.js';
export * from './conflict.js';
export * from './dataset.js';
export type { FieldDecision, KeyDecision } from './decide.js';
export type { DecideKey, DisputedKey, KeyAnswer, ReconcileRules } from './decide-key.js';
export * from './dialect.js';
export * from './disclosure.js';
export {
  type Field,
  type FieldCommon,
  type FieldKind,
  type FieldType,
  MAX_INTEGER_BYTES,
  NAMED_STEPS,
  type NormaliseStep,
  type ResolveRule,
} from './field.js';
export * from './key-class.js';
export * from './outcome.js';
export { type OutlierFigure, type StatisticsOutlier, statisticsOutliers } from './outliers.js';
export type { ReconcileRequest } from './reconcile-request.js';
export * from './record.js';
export { canonicalClaims, compareValues } from './resolve/claims.js';
export * from './resolve.js';
export { type Schema, type SchemaBody, type SchemaError, schemaCodec } from './schema.js';
export { defineSchema } from './schema-json.js';
export { Sketch } from './sketch.js';
export { SketchDecoder } from './sketch-decoder.js';
export { estimateDifferences, FIRST_SYMBOLS, symbolsFor } from './sketch-estimate.js';
export { SKETCH_ITEM_LENGTH, SKETCH_KEY_LENGTH, type SketchError, SketchKey } from './sketch-item.js';
export { type DigestPair, SketchItems } from './sketch-items.js';
export { MAX_SKETCH_SYMBOLS } from './sketch-symbols.js';
export {
  columnStatistics,
  type OpenedStatistics,
  type StatisticsError,
  scalarsToStatistics,
  statisticsFields,
  statisticsToScalars,
} from './statistics.js';
export * from './table-error.js';
export * from './table-reader.js';
export * from './value.js';
