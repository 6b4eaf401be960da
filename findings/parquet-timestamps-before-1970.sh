#!/usr/bin/env bash
# hyparquet makes a Date of a Parquet timestamp by dividing whole micro- or nanoseconds, which cuts toward zero and not
# down. Before 1970 that moves a time forward: the last microsecond of 1969 becomes the first millisecond of 1970, another
# day, month and year. A book that is keyed or compared by date has to take the raw integer instead.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent hyparquet@1.33.0 hyparquet-writer@0.17.0
cat > show.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

for (const name of ['hyparquet', 'hyparquet-writer'])
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version);

const micros = [-1n, -1_001n, 999n];
const file = parquetWriteBuffer({
  columnData: [{ name: 't', data: micros }],
  schema: [
    { name: 'root', num_children: 1 },
    {
      name: 't',
      type: 'INT64',
      repetition_type: 'REQUIRED',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
  ],
});
const read = (await parquetReadObjects({ file })).map((row) => row.t.toISOString());
micros.forEach((value, i) => console.log(`${value} microseconds after 1970-01-01 read as ${read[i]}`));
const expected = ['1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'];
if (JSON.stringify(read) !== JSON.stringify(expected)) {
  console.error('this has changed; it was', expected);
  process.exit(1);
}
JS
node show.mjs
