import { expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { Cursors } from '../../src/data/sketch-mapping.js';
import { deskOf, draftOf, openView } from './drafting.js';
import { consortium, LEDGER, ledger, Net, others } from './network.js';

/**
 * The leader knows the key of its view before it fixes its own records, and what it lacks stands in the table: so it
 * chooses what a bank that it leaves out has beyond U. Two items that are in the same symbols, of all that an amendment
 * has, cannot be told apart by it.
 */
it.each([['64 first symbols, 4,000 records', 64, 4000]] as const)(
  'no two keys that a leader lacks make an honest amendment unreadable: %s',
  async (_, sketchSymbols, size) => {
    const fixture = await consortium(4, 1, { parameters: { statistics: 'none', sketchSymbols } });
    const same = ledger({}, size);
    const leader = new Net(fixture).leader(0);
    const [first, second, victim] = others(fixture, leader) as [number, number, number];
    const { message: open, opened } = openView(fixture);
    const { key } = deskOf(fixture, leader, same).context.own.keyed(opened.key);
    const { table } = SketchItems.fromRecords(key, same.entries);
    const walk = new Cursors(1);
    const seen = new Map<string, number>();
    let pair: readonly number[] = [];
    for (let i = 0; i < size && pair.length === 0; i++) {
      const path: number[] = [];
      for (walk.start(0, table.tags, i); walk.next[0]! < 2 * sketchSymbols; walk.advance(0))
        path.push(walk.next[0]!);
      const twin = seen.get(path.join());
      if (twin !== undefined) pair = [twin, i];
      seen.set(path.join(), i);
    }
    expect(pair).toHaveLength(2);
    const lacking = Dataset.fromRecords(
      LEDGER,
      same.entries.filter((_, i) => !pair.includes(i)).map(({ values }) => [...values]),
    );
    const desks = [0, 1, 2, 3].map((bank) => deskOf(fixture, bank, bank === leader ? lacking : same));
    const inputs = [leader, first, second].sort((a, b) => a - b);
    const { forward } = draftOf(fixture, desks, inputs);
    const net = new Net(fixture, { datasets: [same, same, same, same], absent: [leader] }).start();
    for (const to of [first, second, victim])
      net.post({ from: leader, to, message: { type: 'open', ...open } });
    net.run(500);
    for (const to of [first, second])
      net.post({ from: leader, to, message: { type: 'draft', ...forward.draft } });
    net.run(8000);
    expect(net.letters('amendment').length).toBe(2);
    const attesters = net.letters('vote').filter(({ message }) => message.phase === 'prepare');
    expect(attesters.map(({ from }) => from)).toEqual([]);
    expect(net.letters('refusal').length).toBe(2);
  },
  120_000,
);
