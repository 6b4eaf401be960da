import { toHex } from '../../src/crypto/bytes.js';
import { ell2 } from '../../src/crypto/vrf.js';
import { buildConflictTable } from '../../src/data/conflict.js';
import type { Dataset, Entry } from '../../src/data/dataset.js';
import { planDisclosures } from '../../src/data/disclosure.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import type { Output } from '../../src/protocol/effects.js';
import { Oracle, type OracleFacts } from '../../src/sim/oracle.js';

/** A field for each rule. */
export const LEDGER: Schema = defineSchema({
  name: 'ledger',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    text: { type: 'string' },
    amount: { type: 'integer', resolve: 'median', tolerance: '5' },
    rate: { type: 'integer', resolve: 'trimmed-mean' },
    owner: { type: 'string', resolve: { authority: ['east', 'west'] } },
    booked: { type: 'timestamp', resolve: { latest: 'booked' } },
  },
});

/** Four banks, of which the last is Byzantine. */
export const FACTS: OracleFacts = {
  ids: ['north', 'east', 'south', 'west'],
  faults: 1,
  schema: LEDGER,
  quota: 100,
  honest: [0, 1, 2],
  timely: true,
};

/** What bank `bank` is to reconcile, had all of these books been inputs of a draft under which everything opens. */
export function requestOf(facts: OracleFacts, books: readonly Dataset[], bank: number): ReconcileRequest {
  const { faults, quota, ids, schema } = facts;
  const keys = new Map<string, Entry>();
  for (const { entries } of books) for (const entry of entries) keys.set(toHex(entry.keyDigest), entry);
  const held = (entry: Entry) => books.map((book) => book.get(entry.keyDigest));
  const alike = (entry: Entry) =>
    held(entry).every((own) => own && toHex(own.digest) === toHex(entry.digest));
  const differing = [...keys.values()].filter((entry) => !alike(entry));
  const table = buildConflictTable(
    books.length,
    differing.map((entry) => [
      entry.keyDigest.subarray(0, 8),
      held(entry).map((own) => own?.digest.subarray(0, 16) ?? null),
    ]),
    { faults, absence: schema.absence },
  );
  const plan = planDisclosures(table, { faults, quota });
  const versions = new Map<(typeof table.rows)[number], (Entry | null)[]>();
  const local = new Map<(typeof table.rows)[number], Entry>();
  for (const row of table.rows) {
    const [entry] = differing.filter(({ keyDigest }) => toHex(keyDigest).startsWith(toHex(row.id)));
    const own = books[bank]!.get(entry!.keyDigest);
    if (own) local.set(row, own);
    const open = (version: number) =>
      row.standing.class === 'disputed' ? plan.dealers.has(row) : row.standing.winner === version;
    versions.set(
      row,
      row.digests.map((_, v) =>
        open(v + 1) ? books[row.column.indexOf(v + 1)]!.get(entry!.keyDigest)! : null,
      ),
    );
  }
  return {
    schema,
    faults,
    banks: ids,
    common: [...keys.values()].filter(alike),
    table,
    closed: plan.beyondQuota,
    versions,
    statistics: null,
    local,
    salt: bytes(7),
  };
}

export const bytes = (n: number): Uint8Array => new Uint8Array(32).fill(n);

/** An epoch in which all is as it should be, but for what is said here. */
export interface Fabricated {
  readonly facts?: Partial<OracleFacts>;
  readonly books: readonly Dataset[];
  /** Makes a false request of a right one. */
  readonly request?: (right: ReconcileRequest, bank: number) => ReconcileRequest;
  /** The decided rows of a bank. */
  readonly rows: (
    bank: number,
  ) => readonly { readonly keyDigest: Uint8Array; readonly values: readonly unknown[] }[];
  /** Before anything is agreed. */
  readonly early?: (oracle: Oracle) => void;
  /** After it is agreed, before anybody seals. */
  readonly late?: (oracle: Oracle) => void;
}

/** As much of a seal as the oracle reads. */
/** What the order of the next leaders follows from. */
export const HEADER = {
  epoch: 0,
  schedule: [0, 1, 2, 3],
  slot: { view: 0, index: 0 },
  opening: ell2.prove(new Uint8Array(32).fill(7), new Uint8Array(0)),
};

export const SEAL = { header: HEADER, root: bytes(1), executors: [0, 1, 2], commit: { signers: [0, 1, 2] } };

/** The violations that the oracle finds in a fabricated epoch of four inputs. */
export function judge({ facts, books, request, rows, early, late }: Fabricated): string[] {
  const all = { ...FACTS, ...facts };
  const oracle = new Oracle(all);
  oracle.beginEpoch(0, books);
  early?.(oracle);
  for (const bank of [0, 1, 2, 3])
    oracle.onOutput(bank, { type: 'agreed', epoch: 0, slot: { view: 0, index: 0 }, value: bytes(1) });
  late?.(oracle);
  for (const bank of [0, 1, 2, 3]) {
    const right = requestOf(all, books, bank);
    oracle.onOutput(bank, { type: 'reconcile', epoch: 0, request: request?.(right, bank) ?? right });
    const outcome = { rows: rows(bank), breaks: [] };
    const sealed = { type: 'sealed', epoch: 0, seal: SEAL, outcome, inputs: [0, 1, 2, 3] };
    oracle.onOutput(bank, sealed as unknown as Output);
  }
  oracle.endEpoch();
  // Rows are made up here without the breaks that belong to them: oracle-breaks.test.ts judges those.
  return oracle.violations.filter((violation) => !violation.startsWith('breaks:'));
}

/** What a decided row differs in from a bank's own record. */
export const withValue = (entry: Entry, field: string, value: Value | undefined) => ({
  keyDigest: entry.keyDigest,
  values: entry.values.map((own, f) => (LEDGER.fields[f]!.name === field ? value : own)),
});
