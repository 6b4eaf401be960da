import { describe, expect, it } from 'vitest';
import { decode } from '../../src/crypto/encoding.js';
import { messageCodec } from '../../src/protocol/message-codec.js';
import type { Message } from '../../src/protocol/messages.js';
import { SymbolWatch } from '../../src/sim/oracle-symbols.js';
import { symbolCounts } from '../../src/sim/symbol-counts.js';
import { booksOf, REFERENCE, run } from './disputed-fixture.js';

const RECORDS = 200;
const PARAMETERS = { sketchSymbols: 16, statistics: 'none' } as const;
const books = booksOf(4, RECORDS, (truth, i, bank) =>
  i < 5 * bank ? truth.with(REFERENCE, `${truth[REFERENCE]} ${bank}`) : truth,
);

/** Symbols in a part of a sketch. */
const countOf = (symbols: Uint8Array, part: number): number => symbolCounts(symbols, part === 0)?.length ?? 0;

/** An epoch led by a greedy bank, and what passed between it and the others. */
function greedy(seed: number) {
  const codec = messageCodec(4);
  const sent: { readonly from: number; readonly to: number; readonly message: Message }[] = [];
  const liar = run(books, { parameters: PARAMETERS, seed }).record.sealed[0]!.seal.header.schedule[0]!;
  const ran = run(books, {
    parameters: PARAMETERS,
    seed,
    liars: { [liar]: 'greedy-leader' },
    onSend: (from, to, bytes) => sent.push({ from, to, message: decode(codec, bytes) }),
  });
  return { ...ran, liar, sent };
}

describe('a greedy leader', () => {
  it('is shown no more than its own symbols say that it lacks, and is named if that is nothing', () => {
    const suspected = new Set<string>();
    let [given, shown, rounds] = [0, 0, 0];
    for (let seed = 1; seed <= 4; seed++) {
      const { simulation, record, liar, sent, outputs } = greedy(seed);
      expect([record.complete, simulation.oracle.violations]).toEqual([true, []]);
      for (const { from, message } of sent) {
        if (message.type === 'symbols' && from === liar) rounds = Math.max(rounds, message.part);
        if (message.type === 'symbols' && from === liar) shown += countOf(message.symbols, message.part - 1);
        if (message.type === 'sketch') given += countOf(message.symbols, message.part);
      }
      for (const output of outputs.flat())
        if (output.type === 'suspected') {
          expect(output.bank).toBe(liar);
          suspected.add(output.reason);
        }
    }
    expect([...suspected]).toEqual(['asked for symbols of a difference that it could list already']);
    // It asks until nobody answers.
    expect(rounds).toBeGreaterThan(1);
    expect(given).toBeLessThan(16 * shown);
  });

  it('rings an alarm where a bank shows it more', () => {
    const alarms: string[] = [];
    const facts = { ids: ['a', 'b'], faults: 0, honest: [1] } as never;
    const watch = new SymbolWatch(facts, (guarantee, what) => alarms.push(`${guarantee}: ${what}`));
    const { sent, liar } = greedy(1);
    const commitment = sent.find(({ message }) => message.type === 'commitment')!.message;
    const request = sent.find(({ from, message }) => from === liar && message.type === 'symbols')!.message;
    const part = sent.find(({ message }) => message.type === 'commitment')!.message;
    if (commitment.type !== 'commitment' || part.type !== 'commitment') throw new Error('no commitment');
    watch.onMessage(1, 0, commitment);
    watch.onMessage(0, 1, request);
    const { symbols, ...rest } = part.sketch;
    const many = { ...rest, part: 1, symbols: repeated(symbols, 400) };
    watch.onMessage(1, 0, { type: 'sketch', ...many });
    expect(alarms[0]).toMatch(
      /^confidentiality: b shows a 6400 further symbols, where they seem to differ in /,
    );
    expect(alarms[1]).toMatch(/^confidentiality: b shows a 6400 symbols at once, for 16 that it was shown/);
  });
});

function repeated(symbols: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(symbols.length * times);
  for (let i = 0; i < times; i++) all.set(symbols, i * symbols.length);
  return all;
}
