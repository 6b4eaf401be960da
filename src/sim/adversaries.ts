import { concatBytes } from '../crypto/bytes.js';
import { ConcordatError } from '../crypto/error.js';
import { Dataset } from '../data/dataset.js';
import { ballotStatement, type Certificate, certifiedBallot } from '../protocol/certificate.js';
import { leaderOf } from '../protocol/chain.js';
import { commitmentStatement } from '../protocol/commitment.js';
import { draftDigest, proposalStatement } from '../protocol/draft.js';
import type { Message } from '../protocol/messages.js';
import { sketchStatement } from '../protocol/requests.js';
import { resultStatement } from '../protocol/seal.js';
import {
  type AdversarialSend,
  type Adversary,
  type AdversaryError,
  type AttackContext,
  defineAdversary,
  type RecordsContext,
} from './adversary.js';
import { falsifyRecord } from './falsify.js';
import { lyingDraft } from './lying-draft.js';
import { Random } from './random.js';

/** The share of its records that a liar alters. */
const FALSIFIED_SHARE = 0.05;

/** Flips a bit of some bytes: any other value serves an equivocator as well. */
const altered = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  copy[0]! ^= 1;
  return copy;
};

/** The statement a message signs, altered, with a signature of its own: the other half of an equivocation. */
function otherVersion(message: Message, context: AttackContext): Message | null {
  const { sign, manifest } = context;
  if (message.type === 'commitment') {
    const commitment = { ...message.commitment, dataRoot: altered(message.commitment.dataRoot) };
    const signature = sign(commitmentStatement(commitment));
    return { ...message, commitment: { ...commitment, signature } };
  }
  if (message.type === 'vote') {
    const vote = { ...message, value: altered(message.value) };
    return { ...vote, signature: sign(ballotStatement(vote, manifest.size)) };
  }
  if (message.type === 'result') {
    const result = { ...message, root: altered(message.root) };
    return { ...result, signature: sign(resultStatement(result.epoch, result)) };
  }
  if (message.type === 'draft') {
    const header = { ...message.draft.header, commonRoot: altered(message.draft.header.commonRoot) };
    const signature = sign(proposalStatement(header.epoch, header.slot, draftDigest(header)));
    return { type: 'draft', draft: { ...message.draft, header }, signature };
  }
  return null;
}

const silent = defineAdversary({
  name: 'silent',
  description: 'sends nothing at all',
  attack: () => [],
});

const crash = defineAdversary({
  name: 'crash',
  description: 'works as it should, then stops for good at a moment drawn from the seed',
  attack: (outgoing, { memory, random, stop }) => {
    const lives = (memory.get('lives') as number | undefined) ?? 1 + random.int(12);
    const sent = outgoing.slice(0, lives);
    memory.set('lives', lives - sent.length);
    if (sent.length === lives) stop();
    return sent;
  },
});

const falsify = defineAdversary({
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

const collude = defineAdversary({
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

/** Sends both versions of what it may sign once: of a draft one to each half, of everything else both to its receiver. */
const equivocate = defineAdversary({
  name: 'equivocate',
  description:
    'signs two versions of its Commitments, votes and results, and as leader two drafts, one for each half',
  attack: (outgoing, context) =>
    outgoing.flatMap((send, i) => {
      const message = context.decode(send.bytes);
      const other = otherVersion(message, context);
      if (!other) return [send];
      const second = { ...send, bytes: context.encode(other) };
      if (message.type === 'draft') return [i % 2 === 0 ? send : second];
      return [send, second];
    }),
});

/** A leader's own vote never travels: this one shows both of its votes to a bank that can see through it. */
function shownVotes(certificate: Certificate, context: AttackContext): AdversarialSend[] {
  const { manifest, index, accomplices, sign, encode } = context;
  const ballot = certifiedBallot(certificate);
  const vote: Message = { type: 'vote', ...ballot, holdings: null, signature: sign(ballotStatement(ballot, manifest.size)) };
  const witness = manifest.banks.findIndex((_, bank) => bank !== index && !accomplices.includes(bank));
  return [vote, otherVersion(vote, context)!].map((message) => ({ to: witness, bytes: encode(message) }));
}

const doubleVote = defineAdversary({
  name: 'double-vote',
  description: 'votes for two values in every phase and slot; as leader shows both votes to another bank',
  attack: (outgoing, context) => {
    const messages = outgoing.map((send) => ({ send, message: context.decode(send.bytes) }));
    const led = messages.find(({ message }) => message.type === 'certificate')?.message;
    const votes = messages.flatMap(({ send, message }) => {
      const other = message.type === 'vote' ? otherVersion(message, context) : null;
      return other ? [send, { ...send, bytes: context.encode(other) }] : [send];
    });
    return led?.type === 'certificate' ? [...shownVotes(led.certificate, context), ...votes] : votes;
  },
});

const delay = defineAdversary({
  name: 'delay',
  description: 'sends everything up to four Δ too late',
  attack: (outgoing, { manifest, random }) =>
    outgoing.map((send) => ({ ...send, after: random.int(4 * manifest.parameters.delta) })),
});

const replay = defineAdversary({
  name: 'replay',
  description: 'follows the protocol, and sends old messages, its own and those of others, to random banks',
  attack: (outgoing, { memory, random, manifest, index, input }) => {
    const old = (memory.get('old') as Uint8Array[] | undefined) ?? [];
    if (input.type === 'message' && old.length < 256) old.push(input.bytes);
    const replays: AdversarialSend[] = [];
    if (old.length > 0)
      for (let i = 0; i < 2; i++) {
        const to = random.int(manifest.size);
        if (to !== index) replays.push({ to, bytes: random.pick(old) });
      }
    if (old.length < 256) old.push(...outgoing.slice(0, 1).map((send) => send.bytes));
    memory.set('old', old);
    return [...outgoing, ...replays];
  },
});

const lyingLeader = defineAdversary({
  name: 'lying-leader',
  description: 'as leader drafts a conflict table with a row left out or a column changed; otherwise honest',
  attack: (outgoing, context) => {
    // One lie a slot, the same for all: two would be an equivocation, which is another attack.
    let lie: Uint8Array | null = null;
    return outgoing.map((send) => {
      const message = context.decode(send.bytes);
      if (message.type === 'draft') {
        lie ??= context.encode(lyingDraft(message, context));
        return { ...send, bytes: lie };
      }
      // Its core would show the others the draft it never sent, and so prove it faulty.
      if (message.type === 'timeout' && message.proposal && leads(context, message.proposal.slot.view))
        return { ...send, bytes: context.encode({ ...message, proposal: null }) };
      return send;
    });
  },
});

const leads = ({ bank, index }: AttackContext, view: number): boolean => leaderOf(bank.chain, view) === index;

const garbageSketch = defineAdversary({
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

/** The built-in strategies by name. */
export const adversaries: Readonly<Record<string, Adversary>> = Object.freeze(
  Object.fromEntries(
    [silent, crash, falsify, collude, equivocate, doubleVote, delay, replay, lyingLeader, garbageSketch].map(
      (adversary) => [adversary.name, adversary],
    ),
  ),
);

/**
 * The strategy of this name, or the one given.
 * @throws {@link AdversaryError} `ADVERSARY_UNKNOWN`, naming those there are.
 */
export function adversaryNamed(adversary: string | Adversary): Adversary {
  if (typeof adversary !== 'string') return adversary;
  const known = Object.keys(adversaries);
  const found = Object.hasOwn(adversaries, adversary) ? adversaries[adversary] : undefined;
  if (!found)
    throw new ConcordatError<AdversaryError>(
      { code: 'ADVERSARY_UNKNOWN', name: adversary, known },
      `there is no adversary "${adversary}"; known are ${known.join(', ')}`,
    );
  return found;
}
