import type { BankReport, Report } from '../sim/report.js';
import { counted } from './amount.js';
import { type Html, html } from './html.js';
import { dataTable, decimal, number, size } from './report-table.js';
import { evidenceOf, outlierInWords, STATE_MEANING, STATISTICS_IN_WORDS } from './verdict.js';

const COLOURS: Readonly<Record<string, string>> = { agreed: 'good', faulty: 'bad', silent: 'soft' };

/**
 * Every bank with its state, what is proven against it, and what taking part cost it.
 * @param lost on how many settled keys a bank holds something else than was agreed, by its name
 */
export function banksTable(banks: readonly BankReport[], lost: ReadonlyMap<string, number>): Html {
  const rows = banks.map((bank) => {
    const evidence = evidenceOf(bank);
    const adversary =
      bank.adversary === null
        ? html``
        : html` <span class="soft">plays <span class="word">${bank.adversary}</span></span>`;
    const keys = lost.get(bank.id) ?? 0;
    const why = [
      evidence === '' ? STATE_MEANING[bank.state] : `${STATE_MEANING[bank.state]}: ${evidence}`,
      ...(keys === 0 ? [] : [`differs on ${counted(keys, 'settled key')}`]),
    ].join('; ');
    return html`<tr><td><b>${bank.id}</b>${adversary}</td><td class="${COLOURS[bank.state] ?? 'odd'}"><b>${bank.state}</b></td><td class="wide">${why}</td>${size(bank.bytesSent)}${size(bank.bytesReceived)}${number(bank.disclosed)}${number(bank.signatures)}${number(bank.verifications)}</tr>`;
  });
  return dataTable(
    ['Bank', 'State', 'In words', ['Sent'], ['Received'], ['Disclosed'], ['Signatures'], ['Verifications']],
    rows,
    'State of every bank, and what taking part cost it',
    { isLong: banks.length > 20 },
  );
}

/** What was opened of the column statistics, and whose figures are unusual. */
export function statisticsTable({ mode, banks, fields, outliers }: NonNullable<Report['statistics']>): Html {
  const rows = fields.map(
    ({ field, count, sum, mean }) =>
      html`<tr><td>${field}</td>${decimal(count)}${decimal(sum)}${decimal(mean)}</tr>`,
  );
  const odd = outliers.map((outlier) => html`<li>${outlierInWords(outlier)}</li>`);
  const intro = html`<p class="soft">Over the records of ${counted(banks.length, 'bank')}, ${STATISTICS_IN_WORDS[mode]}, as each committed to them. That a commitment is true to its bank's records is not proven, and an outlier is no accusation.</p>`;
  const shown =
    fields.length === 0
      ? html`<p>No field outside the key is a number.</p>`
      : dataTable(['Field', ['Values'], ['Sum'], ['Mean']], rows, 'Column statistics');
  return html`${intro}${shown}${odd.length === 0 ? html`` : html`<ul>${odd}</ul>`}`;
}

/** One line for each epoch. */
export function epochsTable(epochs: Report['byEpoch']): Html {
  const rows = epochs.map(
    (epoch) =>
      html`<tr>${number(epoch.epoch)}<td>${epoch.agreement ? 'yes' : 'no'}</td>${number(epoch.rounds)}${number(epoch.views)}${number(epoch.slots)}${number(epoch.messages.total)}${size(epoch.bytes.total)}${number(epoch.keys.total)}<td><code>${epoch.resultRoot.slice(0, 16)}</code></td></tr>`,
  );
  return dataTable(
    [['Epoch'], 'Agreed', ['Delays'], ['Views'], ['Slots'], ['Messages'], ['Bytes'], ['Keys'], 'Result root'],
    rows,
    'Figures of every epoch',
    { isLong: epochs.length > 20 },
  );
}

/** Names and values, as they are. */
export function parametersTable(
  parameters: Readonly<Record<string, string | number | boolean>>,
  caption: string,
): Html {
  const rows = Object.entries(parameters).map(
    ([name, value]) => html`<tr><td>${name}</td><td><code>${String(value)}</code></td></tr>`,
  );
  return dataTable(['Parameter', 'Value'], rows, caption);
}
