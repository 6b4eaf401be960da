import type { BankReport, KeyCounts, Report } from '../sim/report.js';
import { byteSize, counted, grouped, percent } from './amount.js';
import { type Html, html } from './html.js';

/** Width of every plot in its own units; the page scales it. */
const WIDTH = 720;
/** Where bars begin, after their names. */
const LEFT = 150;
/** Where they end, before their values. */
const RIGHT = WIDTH - 100;

/** How the keys of the union were classed: one bar in four parts, and a legend with the counts. */
export function keysPlot(keys: KeyCounts): Html {
  const parts = [
    { name: 'unanimous', count: keys.unanimous, colour: 'green' },
    { name: 'settled', count: keys.settled, colour: 'blue' },
    { name: 'disputed', count: keys.disputed, colour: 'amber' },
    { name: 'unvouched', count: keys.unvouched, colour: 'red' },
  ];
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  let x = 0;
  const bars = parts
    .filter(({ count }) => count > 0)
    .map(({ name, count, colour }) => {
      const from = x;
      x += (count / total) * WIDTH;
      const width = Math.max(1.5, x - from - 2);
      return html`<rect class="${colour}" x="${px(from)}" y="0" width="${px(width)}" height="30" rx="3"><title>${name}: ${grouped(count)} (${percent(count / total)})</title></rect>`;
    });
  const legend = parts.map(
    ({ name, count, colour }) =>
      html`<li><span class="key ${colour}"></span>${name} <b>${grouped(count)}</b></li>`,
  );
  const label = parts.map(({ name, count }) => `${name} ${grouped(count)}`).join(', ');
  return html`${figure(label, 30, bars)}<ul class="legend">${legend}</ul>`;
}

/** Bytes of each step of the protocol, the largest first. */
export function stepsPlot({ bytes, messages }: Report): Html {
  const steps = Object.entries(bytes.byStep).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const longest = steps[0]?.[1] ?? 0;
  const rows = steps.map(([step, size], i) => {
    const title = `${step}: ${byteSize(size)} in ${counted(messages.byStep[step] ?? 0, 'message')}`;
    return html`${name(step, i * 26 + 16)}${bar({ size, longest, y: i * 26 + 4, height: 16, colour: 'blue', title })}${value(byteSize(size), size, longest, i * 26 + 16)}`;
  });
  return figure('Bytes by step', steps.length * 26, rows);
}

/** Bytes that every bank sent and received. */
export function banksPlot(banks: readonly BankReport[]): Html {
  const longest = Math.max(1, ...banks.flatMap(({ bytesSent, bytesReceived }) => [bytesSent, bytesReceived]));
  const rows = banks.map(({ id, bytesSent, bytesReceived }, i) => {
    const y = i * 30;
    return html`${name(id, y + 18)}${bar({ size: bytesSent, longest, y: y + 4, height: 9, colour: 'blue', title: `${id} sent ${byteSize(bytesSent)}` })}${bar({ size: bytesReceived, longest, y: y + 15, height: 9, colour: 'sky', title: `${id} received ${byteSize(bytesReceived)}` })}${value(byteSize(bytesSent + bytesReceived), Math.max(bytesSent, bytesReceived), longest, y + 18)}`;
  });
  return html`${figure('Bytes sent and received by each bank', banks.length * 30, rows)}<ul class="legend"><li><span class="key blue"></span>sent</li><li><span class="key sky"></span>received</li><li class="soft">the figure is both together</li></ul>`;
}

/** This run against naive broadcast and the lower bound, as points on a logarithmic line. */
export function comparisonPlot({ bytes, naive, lowerBoundBytes, protocol }: Report): Html {
  const rows = [
    { label: 'lower bound', size: lowerBoundBytes, colour: 'green' },
    { label: protocol, size: bytes.total, colour: 'blue' },
    { label: 'naive broadcast', size: naive.bytes, colour: 'amber' },
  ].filter(({ size }) => size > 0);
  const sizes = rows.map(({ size }) => size);
  const low = Math.floor(Math.log10(Math.min(...sizes)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...sizes))));
  const x = (size: number): number => LEFT + ((Math.log10(size) - low) / (high - low)) * (RIGHT - LEFT);
  const bottom = rows.length * 34;
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(
    (tick) =>
      html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="0" y2="${bottom}"/><text class="soft" x="${px(x(tick))}" y="${bottom + 16}" text-anchor="middle">${byteSize(tick)}</text>`,
  );
  const points = rows.map(
    ({ label, size, colour }, i) =>
      html`${name(label, i * 34 + 21)}<line class="grid" x1="${LEFT}" x2="${px(x(size))}" y1="${i * 34 + 17}" y2="${i * 34 + 17}"/><circle class="${colour}" cx="${px(x(size))}" cy="${i * 34 + 17}" r="6"><title>${label}: ${byteSize(size)}</title></circle><text x="${px(x(size) + 12)}" y="${i * 34 + 21}">${byteSize(size)}</text>`,
  );
  if (rows.length === 0) return html`<p class="soft">Nothing was sent.</p>`;
  return figure('Bytes on a logarithmic scale', bottom + 24, [...ticks, ...points]);
}

/** A coordinate with as many digits as can be seen. */
const px = (x: number): string => String(Math.round(x * 10) / 10);

function figure(label: string, height: number, content: readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${WIDTH} ${Math.max(height, 1)}" role="img" aria-label="${label}">${content}</svg>`;
}

/** Characters of a name that fit before the bars. */
const NAME_LENGTH = 20;

function name(text: string, y: number): Html {
  const points = [...text];
  const shown = points.length > NAME_LENGTH ? `${points.slice(0, NAME_LENGTH - 1).join('')}…` : text;
  return html`<text x="${LEFT - 12}" y="${y}" text-anchor="end">${shown}<title>${text}</title></text>`;
}

const lengthOf = (size: number, longest: number): number =>
  longest === 0 ? 0 : (size / longest) * (RIGHT - LEFT);

interface Bar {
  readonly size: number;
  readonly longest: number;
  readonly y: number;
  readonly height: number;
  readonly colour: string;
  readonly title: string;
}

function bar({ size, longest, y, height, colour, title }: Bar): Html {
  const width = Math.max(1, lengthOf(size, longest));
  return html`<rect class="${colour}" x="${LEFT}" y="${y}" width="${px(width)}" height="${height}" rx="2"><title>${title}</title></rect>`;
}

function value(text: string, size: number, longest: number, y: number): Html {
  return html`<text class="soft" x="${px(LEFT + lengthOf(size, longest) + 8)}" y="${y}">${text}</text>`;
}
