import { expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { fetchStatement } from '../../src/protocol/requests.js';
import { consortium, Net, others } from './network.js';

/** What a bank does not hold says nothing: so two of four banks settle a key that the others lack. */
const schema = defineSchema({
  name: 'ledger',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: { id: { type: 'integer' }, amount: { type: 'integer' } },
});

it('the winner of a settled row that the quota closed is neither asked for nor handed out, to whoever asks', async () => {
  for (const disclosureQuota of [0, 5]) {
    const parameters = { disclosureQuota, statistics: 'none' } as const;
    const fixture = await consortium(4, 1, { parameters, schema });
    const book = (ids: readonly number[]): Dataset =>
      Dataset.fromRecords(
        schema,
        ids.map((id) => [BigInt(id), 10n]),
      );
    const datasets = [book([1, 2, 3]), book([1, 2, 3]), book([1, 2]), book([1, 2])];
    const net = new Net(fixture, { datasets }).start().run();
    const { rows } = net.output(0, 'sealed')[0]!.table!;
    expect(rows.map(({ standing }) => [standing.class, standing.support])).toEqual([['settled', 2]]);
    const shut = disclosureQuota === 0;
    expect(net.letters('fetch').length > 0).toBe(!shut);
    expect(net.letters('records').length > 0).toBe(!shut);
    expect(net.sealed(others(fixture))).toBe(true);
    const { value } = net.output(0, 'agreed')[0]!;
    const fetch = { epoch: 0, value, ids: rows.map(({ id }) => id) };
    const signature = fixture.sign(3, fetchStatement(fetch));
    const bytes = fixture.encode({ type: 'fetch', ...fetch, signature });
    const { send, output, persist } = net.input(0, { type: 'message', from: 3, bytes })!;
    expect(send.length > 0).toBe(!shut);
    if (shut) expect([output, persist]).toEqual([[], []]);
  }
});
