import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import type { Dataset } from '../../src/data/dataset.js';
import { type LogEntry, logEntryCodec } from '../../src/protocol/journal.js';
import { fetchStatement } from '../../src/protocol/requests.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';

const N = 7;
let fixture: Fixture;
let datasets: Dataset[];
beforeAll(async () => {
  fixture = await consortium(N, 2);
  // Bank i errs on record i. Record 20 has two versions, 3 to 4: disputed. Record 99 is held by bank 6 alone.
  datasets = Array.from({ length: N }, (_, i) => ledger({ [i]: 7, 20: i < 3 ? 1 : 2 }, i === 6 ? 100 : 99));
});

function agreed(): Net {
  return new Net(fixture, { datasets }).start().run();
}

/** All ids a bank could ask for: those of the table, whatever their class. */
const idsOf = (net: Net): Uint8Array[] => net.output(0, 'sealed')[0]!.table!.rows.map((row) => row.id);

function ask(
  net: Net,
  from: number,
  to: number,
  ids: readonly Uint8Array[],
  value?: Uint8Array,
  signer = from,
) {
  const fetch = { epoch: 0, value: value ?? net.output(to, 'agreed')[0]!.value, ids };
  const message = {
    type: 'fetch',
    ...fetch,
    signature: fixture.sign(signer, fetchStatement(fetch)),
  } as const;
  const effects = net.input(to, { type: 'message', from, bytes: fixture.encode(message) })!;
  return {
    refused: effects.output.filter((output) => output.type === 'refused').map(({ code }) => code),
    disclosed: effects.output.filter((output) => output.type === 'disclosed').map((o) => toHex(o.keyDigest)),
    records: effects.send.flatMap(({ bytes }) => {
      const sent = fixture.decode(bytes);
      return sent.type === 'records' ? sent.records.map(({ record }) => toHex(record)) : [];
    }),
  };
}

const recordOf = (dataset: Dataset, id: number): string =>
  toHex(dataset.entries.find(({ values }) => values[0] === BigInt(id))!.bytes);

describe('a holder of settled records', () => {
  it('hands a bank those it lacks, and reports each', () => {
    const net = agreed();
    const { records, disclosed } = ask(net, 0, 5, idsOf(net));
    expect(records).toEqual([recordOf(datasets[5]!, 0)]);
    expect(disclosed).toHaveLength(1);
  });

  it('hands out nothing disputed, nothing unvouched, and nothing it does not hold as the result has it', () => {
    const net = agreed();
    const classes = new Set(net.output(0, 'sealed')[0]!.table!.rows.map((row) => row.standing.class));
    expect([...classes].sort()).toEqual(['disputed', 'settled']);
    const [from, to] = [0, 6] as const;
    const all = new Set<string>();
    for (const asker of others(fixture, to))
      for (const record of ask(net, asker, to, idsOf(net)).records) all.add(record);
    expect(all.has(recordOf(datasets[to]!, 99))).toBe(false);
    expect(all.has(recordOf(datasets[to]!, 20))).toBe(false);
    expect(all.has(recordOf(datasets[to]!, 6))).toBe(false);
    expect(all.has(recordOf(datasets[from]!, 0))).toBe(false);
    expect(all.size).toBe(6);
  });

  it('hands out no record under an id that is not in the table, or was made up', () => {
    const net = agreed();
    const made = [new Uint8Array(8), new Uint8Array(8).fill(255)];
    expect(ask(net, 0, 5, made)).toEqual({ refused: [], disclosed: [], records: [] });
  });

  it('refuses a request that its sender did not sign, and one for another value', () => {
    const net = agreed();
    expect(ask(net, 0, 5, idsOf(net), undefined, 1)).toMatchObject({
      refused: ['fetch-invalid'],
      records: [],
    });
    expect(ask(net, 0, 5, idsOf(net), new Uint8Array(32))).toEqual({
      refused: [],
      disclosed: [],
      records: [],
    });
  });

  it('answers nobody before the inputs are agreed', () => {
    const done = agreed();
    const value = done.output(0, 'agreed')[0]!.value;
    const net = new Net(fixture, { datasets }).start();
    for (let at = 0; at < 6; at++) {
      expect(ask(net, 0, 5, idsOf(done), value).records).toEqual([]);
      net.run(100);
      if (net.output(5, 'agreed').length > 0) break;
    }
    net.run(200);
    expect(ask(net, 0, 5, idsOf(done), value).records).toHaveLength(1);
  });

  it('answers the same bank about the same key a bounded number of times', () => {
    const net = agreed();
    let records = 0;
    for (let i = 0; i < 50; i++) records += ask(net, 0, 5, [...idsOf(net), ...idsOf(net)]).records.length;
    expect(records).toBeLessThanOrEqual(2);
    expect(ask(net, 1, 5, idsOf(net)).records).toHaveLength(1);
  });
});

describe('a record that leaves its bank', () => {
  it('is in the log, with the signed request for it, in the step that sends it or before', () => {
    const logged = others(fixture).map(() => new Set<string>());
    let records = 0;
    const net = new Net(fixture, {
      datasets,
      onStep: (bank, _, { persist, send }) => {
        for (const bytes of persist) {
          const entry = decode(logEntryCodec(N), bytes) as LogEntry;
          if (entry.type !== 'disclosed') continue;
          const { to, epoch, value, ids, signature } = entry;
          const statement = fetchStatement({ epoch, value, ids });
          expect(fixture.sign(to, statement)).toEqual(signature);
          for (const id of ids) logged[bank]!.add(`${to}/${toHex(id)}`);
        }
        for (const { to, bytes } of send) {
          const message = fixture.decode(bytes);
          if (message.type !== 'records') continue;
          for (const { id } of message.records) {
            records++;
            expect(logged[bank]!.has(`${to}/${toHex(id)}`)).toBe(true);
          }
        }
      },
    });
    net.start().run();
    expect(records).toBeGreaterThanOrEqual(N);
    expect(net.outputs.flat().filter((o) => o.type === 'disclosed' && o.to !== null)).toHaveLength(records);
  });
});

describe('the quota of what a bank can be made to disclose', () => {
  // Two banks against three: records 20, 21 and 22 are disputed, and a majority decides them.
  const books = (): Dataset[] =>
    [0, 1, 2, 3, 4].map((i) => ledger({ [i]: 7, 20: i < 2 ? 1 : 2, 21: i < 2 ? 1 : 2, 22: i < 2 ? 1 : 2 }));
  async function epoch(disclosureQuota: number): Promise<Net> {
    const bounded = await consortium(5, 1, { parameters: { disclosureQuota } });
    return new Net(bounded, { datasets: books() }).start().run();
  }

  it('closes disputed keys beyond it, the same for everybody, and leaves them unresolved', async () => {
    for (const [quota, open] of [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ] as const) {
      const net = await epoch(quota);
      const roots = new Set<string>();
      for (const bank of others(net.fixture)) {
        const { request } = net.output(bank, 'reconcile')[0]!;
        expect(request.closed.size).toBe(3 - open);
        for (const row of request.closed)
          expect(request.versions.get(row)!.every((version) => version === null)).toBe(true);
        expect(net.output(bank, 'disclosed').filter(({ to }) => to === null).length).toBeLessThanOrEqual(
          quota,
        );
        const { outcome } = net.output(bank, 'sealed')[0]!;
        expect(outcome!.totals.unresolved).toBe(3 - open);
        roots.add(toHex(outcome!.root));
      }
      expect(roots.size).toBe(1);
    }
  });

  it('has nobody hand out, to whoever asks, a record of a key that is closed', async () => {
    const net = await epoch(0);
    const rows = net
      .output(0, 'sealed')[0]!
      .table!.rows.filter(({ standing }) => standing.class === 'disputed');
    const value = net.output(0, 'agreed')[0]!.value;
    const fetch = { epoch: 0, value, ids: rows.map(({ id }) => id) };
    for (const from of others(net.fixture, 3)) {
      const message = {
        type: 'fetch',
        ...fetch,
        signature: net.fixture.sign(from, fetchStatement(fetch)),
      } as const;
      const bytes = net.fixture.encode(message);
      expect(net.input(3, { type: 'message', from, bytes })!.send).toEqual([]);
    }
  });
});

describe('a bank that lacks settled records', () => {
  it('takes none but the winner, and asks the next holder', () => {
    const lacking = 0;
    const other = recordOf(ledger({ 0: 123 }), 0);
    const net = new Net(fixture, {
      datasets,
      byzantine: Object.fromEntries(
        [1, 2].map((liar) => [
          liar,
          (letter) => {
            if (letter.message.type !== 'records') return [letter];
            const records = letter.message.records.map(({ id }) => ({
              id,
              record: Uint8Array.from(other.match(/../g)!, (byte) => Number.parseInt(byte, 16)),
            }));
            const garbage = records.map(({ id }) => ({ id, record: new Uint8Array(5) }));
            return [
              { ...letter, message: { ...letter.message, records } },
              { ...letter, message: { ...letter.message, records: garbage } },
            ];
          },
        ]),
      ),
    });
    net.start().run();
    expect(net.sealed(others(fixture))).toBe(true);
    const asked = new Set(
      net
        .letters('fetch')
        .filter(({ from }) => from === lacking)
        .map(({ to }) => to),
    );
    expect(asked.size).toBeGreaterThan(0);
    for (const bank of others(fixture)) {
      const rows = net.output(bank, 'sealed')[0]!.outcome!.rows;
      expect(rows.find(({ values }) => values[0] === 0n)!.values[1]).toBe(0n);
    }
  });

  it('is served through holders that never answer', () => {
    const silent = others(fixture, new Net(fixture).leader(0)).slice(0, 2);
    const net = new Net(fixture, {
      datasets,
      delay: ({ from, message }) => (silent.includes(from) && message.type === 'records' ? null : 100),
    });
    net.start().run();
    expect(net.sealed(others(fixture))).toBe(true);
  });
});
