import { concatBytes, uint64 } from '../crypto/bytes.js';
import { encode, fixed, list, nullable } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import { SKETCH_ITEM_LENGTH } from '../data/sketch-item.js';
import { MAX_TABLE_ROWS } from './draft.js';
import type {
  Amendment,
  CompareMessage,
  FetchMessage,
  MissingMessage,
  OpenMessage,
  SketchPart,
  SymbolsMessage,
  WantMessage,
} from './messages.js';
import type { Statement } from './statement.js';

/** Keys that one fetch asks for, at most. */
export const MAX_FETCH = 4096;

/** Bytes that tell one life of a bank's process from the next. */
export const INCARNATION_LENGTH = 16;
/** Bytes of an encoded sealed epoch, at most: twice the evidence that fits into a seal. */
export const MAX_SEALED_EPOCH_BYTES = 1 << 23;
/** Sealed epochs in one answer, at most. */
export const PAGE_EPOCHS = 32;

/** What the leader of a view signs when it opens it. The justification proves itself and stays outside. */
export function openStatement({
  epoch,
  view,
  seed,
  proof,
  saltProof,
}: Pick<OpenMessage, 'epoch' | 'view' | 'seed' | 'proof' | 'saltProof'>): Statement {
  return { type: 'open', epoch, slot: { view, index: 0 }, body: concatBytes(seed, proof, saltProof) };
}

/** What a bank signs with each part of its sketch: one for each view and part. */
export function sketchStatement(part: Omit<SketchPart, 'signature'>): Statement {
  const slot = { view: part.view, index: part.part };
  return { type: 'sketch', epoch: part.epoch, slot, body: hash('statement', part.symbols) };
}

/** What the leader signs when it asks for more symbols. */
export function symbolsStatement(request: Omit<SymbolsMessage, 'signature'>): Statement {
  const slot = { view: request.view, index: request.part };
  return { type: 'symbols', epoch: request.epoch, slot, body: hash('statement', request.symbols) };
}

/** What a bank signs when it asks for a draft or a seal. */
export function wantStatement(want: Omit<WantMessage, 'signature'>): Statement {
  return { type: 'want', epoch: want.epoch, slot: null, body: encode(nullable(fixed(32)), want.value) };
}

/** What a bank signs when it asks for raw records: the holder keeps it as the reason for the disclosure. */
export function fetchStatement(fetch: Omit<FetchMessage, 'signature'>): Statement {
  return {
    type: 'fetch',
    epoch: fetch.epoch,
    slot: null,
    body: hash('statement', fetch.value, concatBytes(...fetch.ids)),
  };
}

const rowsCodec = list(fixed(SKETCH_ITEM_LENGTH), MAX_TABLE_ROWS);

/** What a left-out bank signs when it wants to be an input: once a slot. Its Commitment is signed apart. */
export function amendmentStatement({
  epoch,
  slot,
  records,
  rows,
  symbols,
}: Omit<Amendment, 'signature'>): Statement {
  return {
    type: 'amendment',
    epoch,
    slot,
    body: hash('statement', records, encode(rowsCodec, [...rows]), symbols),
  };
}

/** What a bank signs when it asks for a release once more. */
export function missingStatement({ epoch, value }: Omit<MissingMessage, 'signature'>): Statement {
  return { type: 'missing', epoch, slot: null, body: value };
}

/** What a bank signs when it asks for symbols of the common records: the holder keeps it as the reason to answer. */
export function compareStatement({
  epoch,
  value,
  from,
  count,
}: Omit<CompareMessage, 'signature'>): Statement {
  return { type: 'compare', epoch, slot: null, body: concatBytes(value, uint64(from), uint64(count)) };
}
