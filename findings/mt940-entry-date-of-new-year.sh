#!/usr/bin/env bash
# The statement line of an MT940 has a value date with its year (YYMMDD) and an entry date without one (MMDD). The year of
# the entry date has to be found: around New Year it is the one after, or before, the value date's. mt940js takes the value
# date's year as it is, so an entry of 1 January 2024 valued 31 December 2023 is dated 1 January 2023.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent mt940js@1.3.5
cat > show.cjs <<'JS'
const { readFileSync } = require('node:fs');
const { Parser } = require('mt940js');

console.log('mt940js', JSON.parse(readFileSync('node_modules/mt940js/package.json', 'utf8')).version);
const statement = [
  ':20:STATEMENT1',
  ':25:1234567890',
  ':28C:1/1',
  ':60F:C231229EUR1000,00',
  ':61:2312310101C12,50NTRFREF1//BANK1',
  ':86:valued on the last day of the year, entered on the first of the next',
  ':62F:C240101EUR1012,50',
  '-',
  '',
].join('\n');
const [{ transactions }] = new Parser().parse(statement);
const day = (date) => date.toISOString().slice(0, 10);
const read = [day(transactions[0].date), day(transactions[0].entryDate)];
console.log(`:61:2312310101C12,50… read as value date ${read[0]}, entry date ${read[1]}`);
if (read[0] !== '2023-12-31' || read[1] !== '2023-01-01') {
  console.error('this has changed; it was 2023-12-31 and 2023-01-01');
  process.exit(1);
}
JS
node show.cjs
