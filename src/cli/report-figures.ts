import type { BankReport, KeyCounts, Report } from '../sim/report.js';
import { against, byteSize, counted, grouped, percent, times } from './amount.js';
import { type Html, html } from './html.js';
import { stepOf } from './report-phases.js';
import { dataTable, number, size } from './report-table.js';
import { STATE_MARK } from './verdict.js';

/** A drawing of the page, what it shows in words, and the same figures as a table. */
export interface Figure {
  /** By which name the page's script draws it. */
  readonly name: 'timeline' | 'keys' | 'steps' | 'banks';
  /** What it shows, as a sentence for whoever does not see it. */
  readonly finding: string;
  /** What the script draws it from. */
  readonly data: unknown;
  readonly legend: Html;
  readonly table: Html;
}

/** The figure as markup: the canvas, its legend above and its table below. */
export function drawn({ name, finding, legend, table }: Figure): Html {
  return html`${legend}<div class="chart"><canvas data-figure="${name}" role="img" aria-label="${finding}"></canvas></div>
<noscript><p class="soft">${finding}</p></noscript>
<details><summary>The figures as a table</summary>${table}</details>`;
}

/** An entry of a legend: a mark in its colour, then text. */
export const legendItem = (mark: string, colour: string, text: string | Html): Html =>
  html`<li><span class="mark ${colour}" aria-hidden="true">${mark}</span>${text}</li>`;

/** The banks for an axis: names, and the marks beside those that did not simply agree. */
export const bankAxis = (
  banks: readonly BankReport[],
): { readonly names: readonly string[]; readonly marks: readonly string[] } => ({
  names: banks.map(({ id }) => id),
  marks: banks.map(({ state }) => (state === 'agreed' ? '' : STATE_MARK[state])),
});

/** How the keys of the union were classed, and what became of the disputed ones; null where nothing was classed. */
export function keysFigure(keys: KeyCounts): Figure | null {
  const parts = [
    { name: 'unanimous', count: keys.unanimous, colour: 'green' },
    { name: 'settled', count: keys.settled, colour: 'blue' },
    { name: 'disputed, decided', count: keys.disputed - keys.unresolved, colour: 'teal' },
    { name: 'disputed, unresolved', count: keys.unresolved, colour: 'amber' },
    { name: 'unvouched', count: keys.unvouched, colour: 'red' },
  ];
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const differing = total - keys.unanimous;
  const share = (count: number, of: number): number => (of === 0 ? 0 : (count / of) * 100);
  const all = { name: 'not unanimous', count: differing, colour: 'line' };
  const bars = differing === 0 || differing === total ? ['all keys'] : ['all keys', 'not unanimous'];
  const shown = bars.length === 1 ? parts : [parts[0]!, all, ...parts.slice(1)];
  return {
    name: 'keys',
    finding: `Of ${counted(total, 'key')}: ${parts.map(({ name, count }) => `${name} ${grouped(count)}`).join('; ')}.`,
    data: {
      bars,
      parts: shown.map((part, i) => ({
        colour: part.colour,
        shares:
          bars.length === 1
            ? [share(part.count, total)]
            : i < 2
              ? [share(part.count, total), 0]
              : [0, share(part.count, differing)],
        texts: bars.map(
          () => `${part.name}: ${counted(part.count, 'key')}, ${percent(part.count / total)} of all`,
        ),
      })),
    },
    legend: html`<ul class="legend">${parts.map(({ name, count, colour }) => legendItem('■', colour, html`${name} <b>${grouped(count)}</b>`))}</ul>`,
    table: dataTable(
      ['Class', ['Keys'], ['Share']],
      parts.map(
        ({ name, count }) =>
          html`<tr><td>${name}</td>${number(count)}<td class="number">${percent(count / total)}</td></tr>`,
      ),
      'Keys by class',
    ),
  };
}

/** Bytes of each step, the largest first, beside naive broadcast and the lower bound; null when nothing was sent. */
export function stepsFigure(report: Report): Figure | null {
  const { bytes, messages, naive, lowerBoundBytes, protocol, agreement } = report;
  if (bytes.total <= 0) return null;
  const steps = Object.entries(bytes.byStep)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, size]) => ({ name, size, count: messages.byStep[name] ?? 0, ...stepOf(name, protocol) }));
  const lines = [
    { bytes: naive.bytes, colour: 'amber', name: 'naive broadcast' },
    { bytes: lowerBoundBytes, colour: 'green', name: 'lower bound' },
  ].filter(({ bytes, name }) => bytes > 0 && (protocol !== 'naive' || name !== 'naive broadcast'));
  const told = (name: string, size: number, count: number): string =>
    `${name}: ${byteSize(size)} in ${counted(count, 'message')}`;
  const largest = steps[0];
  const compared = [
    protocol === 'naive' || !agreement ? null : against(bytes.total, naive.bytes, 'naive broadcast'),
    agreement ? (times(bytes.total, lowerBoundBytes)?.concat(' the lower bound') ?? null) : null,
  ].filter((part) => part !== null);
  return {
    name: 'steps',
    finding: `${byteSize(bytes.total)} in all${compared.length > 0 ? `, ${compared.join(' and ')}` : ''}. The largest step is ${largest?.name ?? 'none'} with ${byteSize(largest?.size ?? 0)}.`,
    data: {
      rows: [
        { name: 'all steps', bytes: bytes.total, count: messages.total, colour: 'ink' },
        ...steps.map(({ name, size, count, phase }) => ({ name, bytes: size, count, colour: phase })),
      ].map(({ name, bytes, count, colour }) => ({
        name,
        bytes,
        colour,
        text: byteSize(bytes),
        told: told(name, bytes, count),
      })),
      lines: lines.map(({ bytes, colour }) => ({ bytes, colour })),
    },
    legend: html`<ul class="legend">${legendItem('●', 'ink', html`all steps <b>${byteSize(bytes.total)}</b>`)}${lines.map(({ bytes, colour, name }) => legendItem('┆', colour, html`${name} <b>${byteSize(bytes)}</b>`))}${protocol === 'naive' ? html`` : html`<li class="soft">steps in the colours of the timeline</li>`}</ul>`,
    table: dataTable(
      ['Step', 'What it carries', ['Messages'], ['Bytes']],
      steps.map(
        ({ name, size: bytes, count, meaning }) =>
          html`<tr><td><b>${name}</b></td><td>${meaning}</td>${number(count)}${size(bytes)}</tr>`,
      ),
      'Messages and bytes of every step',
    ),
  };
}

/** Bytes that each bank sent and received together, beside what it would have by naive broadcast and had to at least. */
export function banksFigure({ perBank, protocol }: Report): Figure | null {
  const totals = perBank.map(({ bytesSent, bytesReceived }) => bytesSent + bytesReceived);
  if (!totals.some((bytes) => bytes > 0)) return null;
  const most = totals.indexOf(Math.max(...totals));
  const series = [
    {
      name: protocol,
      mark: '●',
      point: 'circle',
      colour: 'blue',
      sizes: totals,
      told: perBank.map(
        ({ id, bytesSent, bytesReceived }) =>
          `${id}: ${byteSize(bytesSent)} sent, ${byteSize(bytesReceived)} received`,
      ),
    },
    {
      name: 'naive broadcast',
      mark: '◆',
      point: 'rectRot',
      colour: 'amber',
      sizes: protocol === 'naive' ? [] : perBank.map(({ naiveBytes }) => naiveBytes),
      told: perBank.map(({ id, naiveBytes }) => `${id}: ${byteSize(naiveBytes)} by naive broadcast`),
    },
    {
      name: 'lower bound',
      mark: '▲',
      point: 'triangle',
      colour: 'green',
      sizes: perBank.map(({ lowerBoundBytes }) => lowerBoundBytes ?? 0),
      told: perBank.map(
        ({ id, lowerBoundBytes }) => `${id}: had to receive ${byteSize(lowerBoundBytes ?? 0)} at least`,
      ),
    },
  ].filter(({ sizes }) => sizes.some((bytes) => bytes > 0));
  return {
    name: 'banks',
    finding: `${perBank[most]!.id} sent and received the most, ${byteSize(totals[most]!)}; the average bank ${byteSize(Math.round(totals.reduce((sum, bytes) => sum + bytes, 0) / totals.length))}.`,
    data: {
      ...bankAxis(perBank),
      series: series.map(({ colour, point, sizes, told }) => ({ colour, point, sizes, told })),
    },
    legend: html`<ul class="legend">${series.map(({ mark, colour, name }) => legendItem(mark, colour, name))}</ul>`,
    table: dataTable(
      ['Bank', ['Sent'], ['Received'], ['By naive broadcast'], ['Lower bound']],
      perBank.map(
        ({ id, bytesSent, bytesReceived, naiveBytes, lowerBoundBytes }) =>
          html`<tr><td><b>${id}</b></td>${size(bytesSent)}${size(bytesReceived)}${size(naiveBytes)}${lowerBoundBytes === null ? html`<td class="number">none</td>` : size(lowerBoundBytes)}</tr>`,
      ),
      'Bytes of every bank',
    ),
  };
}
