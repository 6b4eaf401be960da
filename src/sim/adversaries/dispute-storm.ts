import { concatBytes, utf8 } from '../../crypto/bytes.js';
import { Dataset } from '../../data/dataset.js';
import { defineAdversary } from '../adversary.js';
import { misstateField } from '../falsify.js';
import { Random } from '../random.js';

/**
 * Every record is another, so that every key is in the table: with an honest bank that errs, or with accomplices that say
 * the same, a key that would stand is disputed and has to be opened. On half of the keys all accomplices tell one lie.
 */
export const disputeStorm = defineAdversary({
  name: 'dispute-storm',
  description:
    'commits to another version of every record, half of them as its accomplices do, to have records opened',
  records: (dataset, { random, common }) => {
    const seed = common.fork('storm').bytes(32);
    const rows = dataset.entries.map(({ values, keyDigest }) => {
      const shared = new Random(concatBytes(seed, keyDigest, utf8('version')));
      return misstateField(dataset.schema, values, shared.chance(0.5) ? shared : random);
    });
    return Dataset.fromRecords(dataset.schema, rows);
  },
});
