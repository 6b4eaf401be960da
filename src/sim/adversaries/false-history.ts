import { decode, encode } from '../../crypto/encoding.js';
import type { MessageOf } from '../../protocol/messages.js';
import { PAGE_EPOCHS } from '../../protocol/requests.js';
import { type SealedEpoch, sealedEpochCodec } from '../../protocol/sealed-epoch.js';
import { type AttackContext, defineAdversary } from '../adversary.js';
import { altered } from './forgery.js';

type History = MessageOf<'history'>;
type Lie = (history: History, context: AttackContext) => History;

/** An answer whose last epoch is changed: nothing in it comes after that could contradict. */
const altering =
  (change: (epoch: Uint8Array, context: AttackContext) => Uint8Array): Lie =>
  (history, context) => ({
    ...history,
    epochs: history.epochs.with(-1, change(history.epochs.at(-1)!, context)),
  });

/** The epoch with something else in it, under the signatures that it had. */
const resealed = (change: (epoch: SealedEpoch) => SealedEpoch): Lie =>
  altering((bytes, { manifest }) => {
    const codec = sealedEpochCodec(manifest.size);
    return encode(codec, change(decode(codec, bytes)));
  });

/** Where there is nothing to tell only these can be told. */
const OF_NOTHING: readonly Lie[] = [
  (history, { random }) => ({ ...history, incarnation: random.bytes(history.incarnation.length) }),
  (history) => ({ ...history, epoch: history.epoch + 1 }),
];

const LIES: readonly Lie[] = [
  ...OF_NOTHING,
  (history) => ({ ...history, epochs: [] }),
  (history, { random }) => ({
    ...history,
    epochs: history.epochs.slice(0, random.int(history.epochs.length)),
  }),
  (history) => ({ ...history, epochs: [...history.epochs.slice(1), history.epochs[0]!] }),
  (history) => ({ ...history, epochs: [history.epochs[0]!, ...history.epochs].slice(0, PAGE_EPOCHS) }),
  altering((bytes, { random }) => bytes.subarray(0, random.int(bytes.length))),
  resealed(({ seal, ...epoch }) => ({ ...epoch, seal: { ...seal, root: altered(seal.root) } })),
  // With another opening, or made in another view, the next leaders would come in another order.
  resealed(({ seal }) => ({
    seal: { ...seal, header: { ...seal.header, opening: altered(seal.header.opening) } },
  })),
  resealed(({ seal }) => {
    const { view, index } = seal.header.slot;
    return { seal: { ...seal, header: { ...seal.header, slot: { view: view + 1, index } } } };
  }),
];

export const falseHistory = defineAdversary({
  name: 'false-history',
  description: 'tells banks that were away of epochs that were not sealed so, or of fewer; otherwise honest',
  attack: (outgoing, context) =>
    outgoing.map((send) => {
      const message = context.decode(send.bytes);
      if (message.type !== 'history') return send;
      const lie = context.random.pick(message.epochs.length > 0 ? LIES : OF_NOTHING);
      return { ...send, bytes: context.encode(lie(message, context)) };
    }),
});
