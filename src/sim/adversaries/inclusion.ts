import type { MessageType } from '../../protocol/messages.js';
import { type AttackContext, defineAdversary } from '../adversary.js';

/** What a leader sends. */
const LEADING: ReadonlySet<MessageType> = new Set(['open', 'symbols', 'draft', 'proposal', 'certificate']);

/** Whom a censor shuts out, and how, for all of the epoch. */
interface Censorship {
  readonly victims: ReadonlySet<number>;
  /** Whether it also keeps its own messages from them, so that they hear of its draft from others only. */
  readonly mute: boolean;
  /** Whether it goes on leaving them out when they or others object. */
  readonly stubborn: boolean;
}

function censorshipOf({ memory, random, manifest, accomplices }: AttackContext): Censorship {
  const honest = [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
  const drawn = (memory.get('censorship') as Censorship | undefined) ?? {
    victims: new Set(random.shuffle(honest).slice(0, 1 + random.int(manifest.faults))),
    mute: random.chance(0.7),
    stubborn: random.chance(0.5),
  };
  memory.set('censorship', drawn);
  return drawn;
}

/** A thin draft is the least that a quorum may agree on: the censor takes it, and the rule of thin drafts undoes it. */
export const censor = defineAdversary({
  name: 'censor',
  description:
    'as leader leaves up to f honest banks out of its drafts, keeps its messages from them and ignores objections',
  hears: (context) => {
    const { input, heard } = context;
    if (input.type !== 'message' || !heard) return true;
    const { victims, stubborn } = censorshipOf(context);
    if (heard.type === 'commitment' || heard.type === 'sketch') return !victims.has(input.from);
    return !(stubborn && (heard.type === 'refusal' || heard.type === 'amendment'));
  },
  attack: (outgoing, context) => {
    const { victims, mute } = censorshipOf(context);
    return outgoing.filter(({ to, bytes }) => {
      return !mute || !victims.has(to) || !LEADING.has(context.decode(bytes).type);
    });
  },
});

/** How late a bank may speak that was left out and taken in, in Δ: within what others wait for it, or just not. */
const LATE = { amendment: 2, acknowledgement: 4 };

/** Spends the time of thin drafts: it is left out, objects to one bank only, is taken in, and acknowledges to one only. */
export const lateThin = defineAdversary({
  name: 'late-thin',
  description:
    'holds its Commitment back, so that drafts become thin; then shows its amendment and its acknowledgement late, to one bank',
  attack: (outgoing, context) => {
    const { manifest, accomplices, random, memory } = context;
    const { delta } = manifest.parameters;
    const honest = [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
    const witness = (memory.get('witness') as number | undefined) ?? random.pick(honest);
    memory.set('witness', witness);
    return outgoing.flatMap((send) => {
      const { type } = context.decode(send.bytes);
      if (type === 'commitment') return [];
      if (type !== 'amendment' && type !== 'acknowledgement') return [send];
      if (send.to !== witness) return [];
      return [{ ...send, after: random.int(LATE[type] * delta) }];
    });
  },
});
