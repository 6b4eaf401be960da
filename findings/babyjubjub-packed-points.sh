#!/usr/bin/env bash
# Two libraries compress points of Baby Jubjub into 32 bytes: y, and one bit for the sign of x. They mean different things
# by that bit: circomlibjs sets it for x > (p - 1) / 2, noble for odd x. So about half of what one packs is, to the other,
# the valid packing of the negated point, and is read as that without an error. Public keys and commitments that go from
# circuits to noble have to travel as (x, y).
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent circomlibjs@0.1.7 @noble/curves@2.4.0
cat > show.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { babyjubjub } from '@noble/curves/misc.js';
import { buildBabyjub } from 'circomlibjs';

for (const name of ['circomlibjs', '@noble/curves'])
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version);

const circom = await buildBabyjub();
const counts = { points: 0, sameBytes: 0, readRight: 0, readAsNegative: 0, refused: 0 };
for (let k = 1n; k <= 200n; k++) {
  const point = babyjubjub.Point.BASE.multiply(k);
  const { x, y } = point.toAffine();
  const packed = circom.packPoint([circom.F.e(x), circom.F.e(y)]);
  counts.points += 1;
  if (Buffer.from(packed).equals(Buffer.from(point.toBytes()))) counts.sameBytes += 1;
  try {
    const read = babyjubjub.Point.fromBytes(packed);
    if (read.equals(point)) counts.readRight += 1;
    else if (read.equals(point.negate())) counts.readAsNegative += 1;
  } catch {
    counts.refused += 1;
  }
}
console.log('multiples 1 to 200 of the base point, packed by circomlibjs, read by noble:', counts);
const expected = { points: 200, sameBytes: 97, readRight: 97, readAsNegative: 103, refused: 0 };
if (JSON.stringify(counts) !== JSON.stringify(expected)) {
  console.error('this has changed; it was', expected);
  process.exit(1);
}
process.exit(0); // circomlibjs keeps workers
JS
node show.mjs
