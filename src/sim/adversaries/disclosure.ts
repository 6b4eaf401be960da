import { Dataset } from '../../data/dataset.js';
import { fetchStatement } from '../../protocol/requests.js';
import { type AdversarialSend, defineAdversary } from '../adversary.js';
import { draftsSeen, readAs } from '../redealing.js';

/** The shares of its records that a bank denies to hold, one or the other. */
const DENIED_SHARES = [1, 0.5];

/** Claims to lack records so that it may ask for them, and asks everybody for all of them. */
export const feignedLack = defineAdversary({
  name: 'feigned-lack',
  description:
    'commits to nothing, or to half of its records, then asks every bank for every record that the table lists',
  records: (dataset, { random }) => {
    const denied = random.pick(DENIED_SHARES);
    const kept = dataset.entries.filter(() => !random.chance(denied));
    return Dataset.fromRecords(
      dataset.schema,
      kept.map(({ values }) => values),
    );
  },
  attack: (outgoing, context) => {
    const { manifest, index, bank, heard, encode, sign, memory } = context;
    const drafts = draftsSeen(outgoing, context);
    const decided = heard?.type === 'certificate' || heard?.type === 'release' ? heard.certificate : null;
    if (decided?.phase !== 'commit' || memory.has('asked')) return outgoing;
    memory.set('asked', true);
    const { epoch } = bank.chain;
    const { value } = decided;
    const greed = [...drafts.values()].flatMap((draft): AdversarialSend[] => {
      const ids = readAs(context, draft)?.table.rows.map(({ id }) => id) ?? [];
      const fetch = { epoch, value, ids };
      const bytes = encode({ type: 'fetch', ...fetch, signature: sign(fetchStatement(fetch)) });
      return [...manifest.banks.keys()].filter((to) => to !== index).map((to) => ({ to, bytes }));
    });
    return [...outgoing, ...greed];
  },
});
