import type { BankReport, Report } from '../sim/report.js';
import { byteSize, counted, grouped, groupedText } from './amount.js';
import type { Decision } from './artifacts.js';
import { type Html, html } from './html.js';
import { evidenceOf, STATE_MEANING, STATISTICS_IN_WORDS } from './verdict.js';

/** A break as the page shows it. */
export interface ShownBreak {
  readonly key: string;
  readonly field: string | null;
  readonly state: string;
  readonly reason: string;
  readonly holders: readonly string[];
  readonly support: number;
}

/** Most breaks, and most decisions, that the page lists; all are in breaks.csv and explain.jsonl. */
const MAX_BREAKS = 500;

const number = (value: number): Html => html`<td class="number">${grouped(value)}</td>`;
const size = (bytes: number): Html => html`<td class="number">${byteSize(bytes)}</td>`;

function table(heads: readonly (string | readonly [string])[], rows: readonly Html[]): Html {
  const cells = heads.map((head) =>
    typeof head === 'string' ? html`<th>${head}</th>` : html`<th class="number">${head[0]}</th>`,
  );
  return html`<div class="scroll"><table><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

const COLOURS: Readonly<Record<string, string>> = { agreed: 'good', faulty: 'bad', silent: 'soft' };

/** Every bank with its state, what is proven against it, and what taking part cost it. */
export function banksTable(banks: readonly BankReport[]): Html {
  const rows = banks.map((bank) => {
    const evidence = evidenceOf(bank);
    const adversary =
      bank.adversary === null ? html`` : html` <span class="soft">plays ${bank.adversary}</span>`;
    const why = evidence === '' ? STATE_MEANING[bank.state] : `${STATE_MEANING[bank.state]}: ${evidence}`;
    return html`<tr><td><b>${bank.id}</b>${adversary}</td><td class="${COLOURS[bank.state] ?? 'odd'}"><b>${bank.state}</b></td><td>${why}</td>${size(bank.bytesSent)}${size(bank.bytesReceived)}${number(bank.disclosed)}${number(bank.signatures)}${number(bank.verifications)}</tr>`;
  });
  return table(
    ['Bank', 'State', 'In words', ['Sent'], ['Received'], ['Disclosed'], ['Signatures'], ['Verifications']],
    rows,
  );
}

/** The breaks, at most {@link MAX_BREAKS} of them. */
export function breaksTable(breaks: readonly ShownBreak[]): Html {
  if (breaks.length === 0) return html`<p>None: every key has one agreed record, and everybody holds it.</p>`;
  const rows = breaks
    .slice(0, MAX_BREAKS)
    .map(
      ({ key, field, state, reason, holders, support }) =>
        html`<tr><td><code>${key}</code></td><td>${field ?? 'whole record'}</td><td class="word">${state}</td><td>${reason}</td><td>${holders.join(', ')}</td>${number(support)}</tr>`,
    );
  const rest = breaks.length - rows.length;
  const note = rest > 0 ? html`<p class="soft">and ${grouped(rest)} more in breaks.csv</p>` : html``;
  return html`${table(['Key', 'Field', 'State', 'Reason', 'Held by', ['Support']], rows)}${note}`;
}

/** How contested fields of disputed keys were decided, at most {@link MAX_BREAKS} of them. */
export function decisionsTable(decided: readonly Decision[]): Html {
  const rows = decided
    .slice(0, MAX_BREAKS)
    .map(
      ({ key, field, value, rule, supporters, dissenters, margin }) =>
        html`<tr><td><code>${key}</code></td><td>${field}</td><td>${value}</td><td class="word">${rule}</td><td>${supporters.join(', ')}</td><td>${dissenters.join(', ')}</td>${number(margin)}</tr>`,
    );
  const rest = decided.length - rows.length;
  const note = rest > 0 ? html`<p class="soft">and ${grouped(rest)} more in explain.jsonl</p>` : html``;
  return html`${table(['Key', 'Field', 'Value', 'Rule', 'Supported by', 'Otherwise', ['Margin']], rows)}${note}`;
}

/** What was opened of the column statistics, and whose figures are unusual. */
export function statisticsTable({ mode, banks, fields, outliers }: NonNullable<Report['statistics']>): Html {
  const rows = fields.map(
    ({ field, count, sum, mean }) =>
      html`<tr><td>${field}</td><td class="number">${groupedText(count)}</td><td class="number">${groupedText(sum)}</td><td class="number">${mean === null ? '' : groupedText(mean)}</td></tr>`,
  );
  const odd = outliers.map(
    ({ bank, field, figure }) =>
      html`<li><b>${bank}</b>: its ${figure} of ${field} lies far from the others’</li>`,
  );
  const intro = html`<p class="soft">Over the records of ${counted(banks.length, 'bank')}, ${STATISTICS_IN_WORDS[mode]}, as each committed to them. That a commitment is true to its bank's records is not proven, and an outlier is no accusation.</p>`;
  const shown =
    fields.length === 0
      ? html`<p>No field outside the key is a number.</p>`
      : table(['Field', ['Values'], ['Sum'], ['Mean']], rows);
  return html`${intro}${shown}${odd.length === 0 ? html`` : html`<ul>${odd}</ul>`}`;
}

/** One line for each epoch. */
export function epochsTable(epochs: Report['byEpoch']): Html {
  const rows = epochs.map(
    (epoch) =>
      html`<tr>${number(epoch.epoch)}<td>${epoch.agreement ? 'yes' : 'no'}</td>${number(epoch.rounds)}${number(epoch.views)}${number(epoch.slots)}${number(epoch.messages.total)}${size(epoch.bytes.total)}${number(epoch.keys.total)}<td><code>${epoch.resultRoot.slice(0, 16)}</code></td></tr>`,
  );
  return table(
    [['Epoch'], 'Agreed', ['Delays'], ['Views'], ['Slots'], ['Messages'], ['Bytes'], ['Keys'], 'Result root'],
    rows,
  );
}

/** Names and values, as they are. */
export function parametersTable(parameters: Readonly<Record<string, string | number | boolean>>): Html {
  const rows = Object.entries(parameters).map(
    ([name, value]) => html`<tr><td>${name}</td><td><code>${String(value)}</code></td></tr>`,
  );
  return table(['Parameter', 'Value'], rows);
}
