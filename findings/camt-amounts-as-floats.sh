#!/usr/bin/env bash
# iso20022.js reads the amounts of a camt.053 statement as numbers times 100: whatever the currency has of minor units (yen
# have none, the Bahraini dinar three), and in binary floating point, so that 1.15 EUR is 114.99999999999999. The indicator
# that an entry is a reversal reads as false, and identifiers lose their leading zeros. Amounts of a statement have to be
# taken from the text of the element.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent iso20022.js@0.0.15
cat > show.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { CashManagementEndOfDayReport } from 'iso20022.js';

console.log('iso20022.js', JSON.parse(readFileSync('node_modules/iso20022.js/package.json', 'utf8')).version);
const entry = (reference, currency, amount, side, reversal = '') => `<Ntry><NtryRef>${reference}</NtryRef>
  <Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${reversal}<Sts>BOOK</Sts>
  <BookgDt><Dt>2024-01-02</Dt></BookgDt><ValDt><Dt>2024-01-02</Dt></ValDt><AcctSvcrRef>${reference}</AcctSvcrRef>
  <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>`;
const report = CashManagementEndOfDayReport.fromXML(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
  <GrpHdr><MsgId>MESSAGE1</MsgId><CreDtTm>2024-01-02T00:00:00</CreDtTm></GrpHdr>
  <Stmt><Id>007</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2024-01-02T00:00:00</CreDtTm>
    <Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy><Svcr><FinInstnId><BIC>ABNANL2A</BIC></FinInstnId></Svcr></Acct>
    <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-01-01</Dt></Dt></Bal>
    ${entry('A', 'JPY', '1000', 'CRDT')}
    ${entry('B', 'BHD', '1.005', 'CRDT')}
    ${entry('C', 'EUR', '1.15', 'DBIT', '<RvslInd>true</RvslInd>')}
  </Stmt></BkToCstmrStmt></Document>`);
const [statement] = report.statements;
const read = [
  String(statement.id),
  ...statement.entries.map((e) => `${e.amount} ${e.currency} reversal ${e.reversal}`),
];
const written = ['007', '1000 JPY', '1.005 BHD', '1.15 EUR, a reversal'];
written.forEach((text, i) => console.log(`${text}: read as ${read[i]}`));
const expected = [
  '7',
  '100000 JPY reversal false',
  '100.49999999999999 BHD reversal false',
  '114.99999999999999 EUR reversal false',
];
if (JSON.stringify(read) !== JSON.stringify(expected)) {
  console.error('this has changed; it was', expected);
  process.exit(1);
}
JS
node show.mjs
