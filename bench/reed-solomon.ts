import { readFileSync } from 'node:fs';
import { ReedSolomonErasure } from '@digitaldefiance/reed-solomon-erasure.wasm';
import { equalBytes } from '../src/crypto/bytes.js';
import * as erasure from '../src/crypto/erasure.js';
import { codeMatrix, invert, multiply } from './plain-reed-solomon.js';
import { randomBytes } from './random-bytes.js';
import { type Row, type Table, timedRows } from './table.js';

const LENGTH = 1_000_000;
/** The package's own loader fails in an ES module. */
const ENGINE = new URL(
  'reed_solomon_erasure_bg.wasm',
  import.meta.resolve('@digitaldefiance/reed-solomon-erasure.wasm'),
);

const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((fragment, i) => equalBytes(fragment, b[i]!));

/** The payload in k rows, the last one padded. */
function rowsOf(payload: Uint8Array, k: number): Uint8Array[] {
  const each = Math.ceil(payload.length / k);
  const padded = new Uint8Array(k * each);
  padded.set(payload);
  return Array.from({ length: k }, (_, i) => padded.subarray(i * each, (i + 1) * each));
}

async function shapeRows(
  peer: ReedSolomonErasure,
  payload: Uint8Array,
  k: number,
  n: number,
): Promise<Row[]> {
  const fragments = erasure.encode(payload, k, n);
  const data = rowsOf(payload, k);
  const matrix = codeMatrix(k, n);
  const last = Array.from({ length: k }, (_, i) => n - 1 - i);
  const held = new Map(last.map((index) => [index, fragments[index]!]));

  const withPeer = () => {
    const shards = new Uint8Array(n * data[0]!.length);
    shards.set(payload);
    if (peer.encode(shards, k, n - k) !== ReedSolomonErasure.RESULT_OK) throw new Error('the peer refused');
    return shards;
  };
  const plainEncode = () => [...data, ...multiply(matrix.slice(k), data)];
  const plainDecode = () => {
    const indices = [...held.keys()];
    const inverse = invert(indices.map((index) => matrix[index]!));
    return multiply(
      inverse,
      indices.map((index) => held.get(index)!),
    );
  };
  const decode = () => erasure.decode(held, k, n, LENGTH);
  const agrees =
    same(plainEncode(), fragments) &&
    same(plainDecode(), data) &&
    equalBytes(decode(), payload) &&
    equalBytes(withPeer().subarray(-fragments[0]!.length), fragments.at(-1)!);
  if (!agrees) throw new Error('the coders do not agree');

  return [
    ...(await timedRows(`code 1 MB, ${k} of ${n}`, [
      { by: 'ours', run: () => erasure.encode(payload, k, n) },
      { by: 'the same engine through its own package', run: withPeer },
      { by: 'JavaScript with a table of products', run: plainEncode },
    ])),
    ...(await timedRows(`rebuild 1 MB from the last ${k} of ${n}`, [
      { by: 'ours', run: decode },
      { by: 'JavaScript with a table of products', run: plainDecode },
    ])),
  ];
}

/** Erasure coding in the shapes of 10, 31 and 100 banks, k = f + 1. */
export async function measureReedSolomon(): Promise<Table[]> {
  const peer = ReedSolomonErasure.fromBytes(readFileSync(ENGINE));
  const payload = randomBytes('payload', 0, LENGTH);
  const rows: Row[] = [];
  for (const [k, n] of [
    [4, 10],
    [11, 31],
    [34, 100],
  ] as const)
    rows.push(...(await shapeRows(peer, payload, k, n)));
  return [
    {
      title: 'Reed-Solomon',
      about:
        'The engine is a WebAssembly module that is inlined, passed its bytes in stripes, and replaced when it has leaked; its ' +
        'package is the peer, for coding only: rebuilding through it frees memory twice. The registry has no other that ' +
        'would do: @bnb-chain/reed-solomon is under the GPL, @ronomon/reed-solomon compiles on installation, and ' +
        '@shelby-protocol/reed-solomon has no licence. So the third is what one would write by hand. All three give ' +
        'the same bytes.',
      rows,
    },
  ];
}
