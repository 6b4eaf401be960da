import { concatBytes } from '../../crypto/bytes.js';
import { Dataset, type Entry } from '../../data/dataset.js';
import { leaderOf } from '../../protocol/chain.js';
import type { Message } from '../../protocol/messages.js';
import { sketchStatement } from '../../protocol/requests.js';
import { type AttackContext, defineAdversary, type RecordsContext } from '../adversary.js';
import { falsifyRecord } from '../falsify.js';
import { lyingDraft } from '../lying-draft.js';
import { Random } from '../random.js';

/** The share of its records that a liar alters. */
const FALSIFIED_SHARE = 0.05;

export const falsify = defineAdversary({
  name: 'falsify',
  description: 'commits to records of which it altered 5%, then follows the protocol',
  records: (dataset, { random }) =>
    Dataset.fromRecords(
      dataset.schema,
      dataset.entries.map(({ values }) =>
        random.next() < FALSIFIED_SHARE ? falsifyRecord(dataset.schema, values, random) : values,
      ),
    ),
});

export const collude = defineAdversary({
  name: 'collude',
  description: 'all colluders commit to the same lies about the same 5% of the keys',
  records: (dataset, { common }: RecordsContext) => {
    const seed = common.fork('lie').bytes(32);
    return Dataset.fromRecords(
      dataset.schema,
      dataset.entries.map(({ values, keyDigest }) => {
        const choice = new Random(concatBytes(seed, keyDigest));
        return choice.next() < FALSIFIED_SHARE ? falsifyRecord(dataset.schema, values, choice) : values;
      }),
    );
  },
});

export const lyingLeader = defineAdversary({
  name: 'lying-leader',
  description: 'as leader drafts a conflict table with a row left out or a column changed; otherwise honest',
  attack: (outgoing, context) => {
    // One lie a slot, the same for all: two would be an equivocation, which is another attack.
    let lie: Uint8Array | null = null;
    return outgoing.flatMap((send) => {
      const message = context.decode(send.bytes);
      if (message.type === 'draft') {
        lie ??= context.encode(lyingDraft(message, context));
        return [{ ...send, bytes: lie }];
      }
      // Its core would show the others the draft it never sent, and so prove it faulty.
      if (message.type === 'timeout' && message.proposal && leads(context, message.proposal.slot.view))
        return [{ ...send, bytes: context.encode({ ...message, proposal: null }) }];
      if (message.type === 'forward' && leads(context, message.open.view)) return [];
      return [send];
    });
  },
});

const leads = ({ bank, index }: AttackContext, view: number): boolean => leaderOf(bank.chain, view) === index;

export const garbageSketch = defineAdversary({
  name: 'garbage-sketch',
  description: 'sends random bytes for the symbols of its sketch',
  attack: (outgoing, context) =>
    outgoing.map((send) => {
      const message = context.decode(send.bytes);
      const part =
        message.type === 'commitment' ? message.sketch : message.type === 'sketch' ? message : null;
      if (!part) return send;
      const unsigned = { ...part, symbols: context.random.bytes(part.symbols.length) };
      const sketch = { ...unsigned, signature: context.sign(sketchStatement(unsigned)) };
      const garbage: Message =
        message.type === 'commitment' ? { ...message, sketch } : { ...sketch, type: 'sketch' };
      return { ...send, bytes: context.encode(garbage) };
    }),
});

/** The share of its records that a bank claims to hold otherwise than it committed to them. */
const MISCLAIMED_SHARE = 0.25;

/**
 * Its sketch and its column say another version than lies under its data root. The version under the root is a lie as
 * well, so that whoever holds the truth is as many banks either way.
 */
export const falseAttestation = defineAdversary({
  name: 'false-attestation',
  description:
    'commits to other versions of a quarter of its records than its sketch and its votes say it holds',
  records: (dataset, { random }) => {
    const falsified = (): Entry[] => {
      const rows = dataset.entries.map(({ values }) => falsifyRecord(dataset.schema, values, random));
      return [...Dataset.fromRecords(dataset.schema, rows).entries];
    };
    const [committed, claimed] = [falsified(), falsified()];
    const entries = dataset.entries.map((entry, i) =>
      random.next() < MISCLAIMED_SHARE ? { ...committed[i]!, digest: claimed[i]!.digest } : entry,
    );
    return Object.create(dataset, { entries: { value: entries } }) as Dataset;
  },
});
