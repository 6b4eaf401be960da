import type { Report } from '../sim/report.js';
import type { Timeline } from '../sim/timeline.js';
import { counted, grouped } from './amount.js';
import { type Html, html } from './html.js';
import { bankAxis, type Figure } from './report-figures.js';
import { PHASES, type Phase, stepOf } from './report-phases.js';
import { dataTable, decimal, number, size } from './report-table.js';

/** When and between whom what went; null when nothing did. */
export function timelineFigure(timeline: Timeline, report: Report): Figure | null {
  const { flows, deltaMs, endMs } = timeline;
  if (flows.length === 0) return null;
  const steps = stepsOf(timeline);
  const places = new Map(steps.map(({ name }, i) => [name, i]));
  const phases = (Object.keys(PHASES) as Phase[]).filter((phase) =>
    steps.some((step) => step.phase === phase),
  );
  const messages = steps.reduce((sum, step) => sum + step.messages, 0);
  const last = steps.reduce((a, b) => (b.arrivedMs > a.arrivedMs ? b : a));
  return {
    name: 'timeline',
    finding: `${counted(messages, 'message')} of ${counted(steps.length, 'type')} went between ${counted(report.banks, 'bank')} in ${inDelta(endMs, deltaMs)} Δ, which is ${grouped(endMs)} ms. The last to arrive was of type ${last.name}.`,
    data: {
      ...bankAxis(report.perBank),
      deltaMs: Math.max(1, deltaMs),
      endMs,
      linked: flows.every(({ to }) => to !== null),
      steps: steps.map(({ name, phase }) => ({ name, phase })),
      flows: flows.map(({ step, from, to, sentMs, arrivedMs, messages, bytes }) => [
        places.get(step)!,
        from,
        to ?? -1,
        sentMs,
        arrivedMs,
        messages,
        bytes,
      ]),
    },
    legend: html`<div class="legend" role="group" aria-label="Kinds of messages shown" hidden>${phases.map(phaseButton)}</div>`,
    table: html`${stepTable(steps, deltaMs)}${senderTable(timeline, report)}`,
  };
}

function stepTable(steps: readonly StepTimes[], deltaMs: number): Html {
  return dataTable(
    ['Step', 'What it carries', ['First sent, Δ'], ['Last arrived, Δ'], ['Senders'], ['Messages'], ['Bytes']],
    steps.map((step) => stepRow(step, deltaMs)),
    'When the messages of every step were sent and arrived',
  );
}

/** What every bank sent and when: the rows of the figure. A bank that sent nothing has no times. */
function senderTable({ flows, deltaMs }: Timeline, { perBank }: Report): Html {
  const rows = perBank.map(({ id }, bank) => {
    const own = flows.filter(({ from }) => from === bank);
    const sum = (figure: 'messages' | 'bytes'): number => own.reduce((all, flow) => all + flow[figure], 0);
    const times = own.map(({ sentMs }) => sentMs);
    const [first, last] = [Math.min(...times), Math.max(...times)].map((ms) =>
      decimal(own.length === 0 ? null : inDelta(ms, deltaMs)),
    );
    return html`<tr><td><b>${id}</b></td>${first!}${last!}${number(sum('messages'))}${size(sum('bytes'))}</tr>`;
  });
  return dataTable(
    ['Bank', ['First sent, Δ'], ['Last sent, Δ'], ['Messages'], ['Bytes']],
    rows,
    'What every bank sent, and when',
    { isLong: perBank.length > 20 },
  );
}

const phaseButton = (phase: Phase): Html =>
  html`<button type="button" data-phase="${phase}" aria-pressed="true"><span class="mark ${phase}" aria-hidden="true">●</span>${PHASES[phase]}</button>`;

interface StepTimes {
  readonly name: string;
  readonly phase: Phase;
  readonly meaning: string;
  sentMs: number;
  arrivedMs: number;
  messages: number;
  bytes: number;
  readonly senders: Set<number>;
}

/** The steps in the order in which they were first sent. */
function stepsOf({ flows }: Timeline): StepTimes[] {
  const steps = new Map<string, StepTimes>();
  for (const { step, from, sentMs, arrivedMs, messages, bytes } of flows) {
    let known = steps.get(step);
    if (known === undefined) {
      known = { name: step, ...stepOf(step), sentMs, arrivedMs, messages: 0, bytes: 0, senders: new Set() };
      steps.set(step, known);
    }
    known.sentMs = Math.min(known.sentMs, sentMs);
    known.arrivedMs = Math.max(known.arrivedMs, arrivedMs);
    known.messages += messages;
    known.bytes += bytes;
    known.senders.add(from);
  }
  return [...steps.values()];
}

const inDelta = (ms: number, deltaMs: number): string => (ms / Math.max(1, deltaMs)).toFixed(2);

function stepRow(step: StepTimes, deltaMs: number): Html {
  const { name, meaning, sentMs, arrivedMs, senders, messages, bytes } = step;
  return html`<tr><td><b>${name}</b></td><td>${meaning}</td><td class="number">${inDelta(sentMs, deltaMs)}</td><td class="number">${inDelta(arrivedMs, deltaMs)}</td>${number(senders.size)}${number(messages)}${size(bytes)}</tr>`;
}

/** How to read the figure: with the links of few banks, or the senders of many. */
export function timelineNote({ flows, deltaMs, resolutionMs }: Timeline): Html {
  const linked = flows.every(({ to }) => to !== null);
  const how = linked
    ? 'A line is a message, from the row of its sender when it was sent to the row of its receiver when it arrived; the dot at its end is the larger the more bytes it had.'
    : `A dot is what one bank sent within ${counted(resolutionMs, 'millisecond')}, the larger the more bytes; the bar behind it lasts until the last of these messages arrived. Receivers are merged to keep the figure legible.`;
  return html`<p class="soft">${how} Δ, here ${grouped(deltaMs)} ms, is the network’s bound on a message’s delay.</p>`;
}
