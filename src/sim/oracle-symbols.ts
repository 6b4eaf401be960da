import { estimateDifferences } from '../data/sketch-estimate.js';
import type { Message } from '../protocol/messages.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';
import { symbolCounts } from './symbol-counts.js';

/** Further symbols that a bank may show for each difference it may see, and besides: three and 64, and twice a quarter more. */
const PER_DIFFERENCE = 5;
const BESIDES = 100;
/** Further symbols for each that the leader has shown; or so many, if it has shown few. */
const FOR_EACH = 16;
const AT_ONCE = 1 << 12;
/** Ways to read what a leader said of itself, if it contradicts itself. */
const MAX_READINGS = 64;

/** What passed between a leader and one bank in a view. */
interface Passed {
  /** Counts of the symbols that the bank has shown. */
  counts: number[];
  /** Of these, the ones that travelled with its Commitment. */
  first: number;
  /** Counts that the leader may have shown, for each part that it asked for: more than one way, if it sent two of a part. */
  readings: { readonly parts: number; readonly counts: readonly number[] }[];
}

/**
 * Watches in one epoch how many symbols of its sketch an honest bank shows a leader: no more than a multiple of what the
 * leader may lack, as far as its own symbols tell, nor of what it showed itself. It looks at the counts in the messages of
 * both, and at nothing that the bank computed.
 */
export class SymbolWatch {
  readonly #passed = new Map<string, Passed>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** A message of any bank, as it is sent. */
  onMessage(from: number, to: number, message: Message): void {
    if (message.type === 'symbols') this.#onRequest(from, to, message);
    if (!this.facts.honest.includes(from)) return;
    if (message.type === 'commitment') {
      const passed = this.#between(to, from, message.sketch.view);
      if (passed.first > 0) return; // said again after a restart
      passed.counts = [...(symbolCounts(message.sketch.symbols, true) ?? [])];
      passed.first = passed.counts.length;
    }
    if (message.type === 'sketch') this.#onPart(from, to, message);
  }

  #onRequest(from: number, to: number, { view, part, symbols }: Extract<Message, { type: 'symbols' }>): void {
    const passed = this.#between(from, to, view);
    const counts = symbolCounts(symbols, part === 1);
    if (!counts || passed.readings.length >= MAX_READINGS) return;
    const before = part === 1 ? [{ parts: 0, counts: [] }] : passed.readings;
    passed.readings.push(
      ...before
        .filter(({ parts }) => parts === part - 1)
        .map((reading) => ({ parts: part, counts: [...reading.counts, ...counts] })),
    );
  }

  #onPart(from: number, to: number, { view, part, symbols }: Extract<Message, { type: 'sketch' }>): void {
    const passed = this.#between(to, from, view);
    const given = symbolCounts(symbols, false) ?? [];
    const readings = passed.readings.filter(({ parts }) => parts <= part);
    const differences = readings.map(({ counts }) =>
      estimateDifferences(counts.map((count, i) => count - (passed.counts[i] ?? 0))),
    );
    const most = Math.max(0, ...differences);
    const shown = Math.max(0, ...readings.map(({ counts }) => counts.length));
    passed.counts.push(...given);
    const further = passed.counts.length - passed.first;
    const who = `${this.facts.ids[from]} shows ${this.facts.ids[to]}`;
    if (further > PER_DIFFERENCE * most + BESIDES)
      this.alarm(
        'confidentiality',
        `${who} ${further} further symbols, where they seem to differ in ${most}`,
      );
    if (given.length > Math.max(AT_ONCE, FOR_EACH * shown))
      this.alarm('confidentiality', `${who} ${given.length} symbols at once, for ${shown} that it was shown`);
  }

  #between(leader: number, bank: number, view: number): Passed {
    const name = `${leader}/${bank}/${view}`;
    const passed = this.#passed.get(name) ?? { counts: [], first: 0, readings: [] };
    this.#passed.set(name, passed);
    return passed;
  }
}
