import { checkSlice, Dealing, deal, open } from '../src/crypto/slices.js';
import { randomBytes } from './random-bytes.js';
import { type Row, type Table, timedRow } from './table.js';

const LENGTH = 100_000;

async function sizeRows(n: number): Promise<Row[]> {
  const f = (n - 1) / 3;
  const shape = { n, k: f + 1, f };
  const payload = randomBytes('payload', 0, LENGTH);
  const context = randomBytes('context', 0, 32);
  const options = { ...shape, payload, context, entropy: randomBytes('entropy', 0, 32) };
  const { header, slices } = deal(options);
  const dealing = Dealing.accept(header, context, shape, LENGTH);
  const last = slices.slice(-shape.k);
  return [
    await timedRow(`deal 100 kB to ${n}, any ${shape.k} open`, () => deal(options)),
    await timedRow(`accept the header of a dealing to ${n}`, () =>
      Dealing.accept(header, context, shape, LENGTH),
    ),
    await timedRow(`check one slice of ${n}`, () => {
      if (checkSlice(dealing, slices[n - 1]!) !== 'valid') throw new Error('a good slice failed');
    }),
    await timedRow(`open from the last ${shape.k} of ${n}, coded again and compared`, () => {
      if (open(dealing, last).verdict !== 'opened') throw new Error('a good dealing did not open');
    }),
  ];
}

/** Sealed slices: encryption, erasure coding, Merkle tree and sharing of the key together. */
export async function measureSlices(): Promise<Table[]> {
  const rows: Row[] = [];
  for (const n of [10, 31, 100]) rows.push(...(await sizeRows(n)));
  return [
    {
      title: 'Sealed slices',
      about:
        'A payload of 100 kB among n = 3f + 1 banks. Opening takes the fragments that are hardest to decode.',
      rows,
    },
  ];
}
