import type { BankReport, Report } from '../sim/report.js';
import { byteSize, grouped } from './amount.js';
import { type Html, html } from './html.js';
import { evidenceOf, STATE_MEANING } from './verdict.js';

/** A break as the page shows it. */
export interface ShownBreak {
  readonly key: string;
  readonly field: string | null;
  readonly state: string;
  readonly reason: string;
  readonly holders: readonly string[];
  readonly support: number;
}

/** Most breaks that the page lists; all are in breaks.csv. */
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
    return html`<tr><td><b>${bank.id}</b>${adversary}</td><td class="${COLOURS[bank.state] ?? 'odd'}"><b>${bank.state}</b></td><td>${why}</td>${size(bank.bytesSent)}${size(bank.bytesReceived)}${number(bank.signatures)}${number(bank.verifications)}</tr>`;
  });
  return table(
    ['Bank', 'State', 'In words', ['Sent'], ['Received'], ['Signatures'], ['Verifications']],
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
