import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';

/** Types of messages there are, and one more that is none. */
const TYPES = 30;
/** Malformed messages, at most: a simulation has to end. */
const MOST = 400;

/** Bytes that are nearly a message: cut off, too long, or with a bit turned over. */
function damaged(bytes: Uint8Array, { random }: AttackContext): Uint8Array {
  const damage = random.int(3);
  if (damage === 0) return bytes.slice(0, random.int(bytes.length));
  const copy = new Uint8Array(bytes.length + (damage === 1 ? 1 + random.int(9) : 0));
  copy.set(bytes);
  if (damage === 2) copy[random.int(copy.length)]! ^= 1 << random.int(8);
  return copy;
}

/** A type byte and noise: each type in turn. */
function noise({ memory, random }: AttackContext): Uint8Array {
  const turn = (memory.get('type') as number | undefined) ?? 0;
  memory.set('type', turn + 1);
  const bytes = random.bytes(1 + random.int(300));
  bytes[0] = turn % TYPES;
  return bytes;
}

export const badEncoding = defineAdversary({
  name: 'bad-encoding',
  description:
    'sends malformed bytes of every type of message beside its own messages, and now and then in their place',
  attack: (outgoing, context) => {
    const { memory, random, manifest, index } = context;
    const spent = (memory.get('malformed') as number | undefined) ?? 0;
    const receiver = (index + 1 + random.int(manifest.size - 1)) % manifest.size;
    const bad: AdversarialSend[] = [
      { to: receiver, bytes: noise(context) },
      { to: receiver, bytes: noise(context) },
    ];
    const kept = outgoing.filter((send) => {
      if (random.chance(0.5)) bad.push({ ...send, bytes: damaged(send.bytes, context) });
      return !random.chance(0.1);
    });
    memory.set('malformed', spent + bad.length);
    return spent < MOST ? [...kept, ...bad] : outgoing;
  },
});
