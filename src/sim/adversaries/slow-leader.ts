import type { Effects, Input } from '../../protocol/effects.js';
import { messageTypeOf } from '../../protocol/message-codec.js';
import { type Core, defineAdversary } from '../adversary.js';

/** What the leader's own waits are stretched to, in Δ: as long as the others wait for a first proposal, and for another. */
const STRETCHED: Readonly<Record<string, number>> = { collect: 9.5, attest: 12.5 };
/** What would make a leader go on before its time is over. */
const ANSWERS: ReadonlySet<string> = new Set(['vote', 'refusal', 'acknowledgement']);

const NOTHING: Effects = { persist: [], send: [], timers: [], output: [] };

/** A timer's name, without the epoch before it. */
const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** Leads, and takes for each slot as long as the others bear. */
export const slowLeader = defineAdversary({
  name: 'slow-leader',
  description:
    'leads by the rules, but drafts just before the others give up, and drafts again just before each slot ends',
  core: ({ bank, manifest }): Core => {
    const { delta } = manifest.parameters;
    /** Answers to its last draft that it does not look at yet, and whose it never looks at. */
    let kept: Input[] = [];
    let victim = bank.index;
    const stretch = (effects: Effects) => ({
      ...effects,
      timers: effects.timers.map(({ id, after }) => {
        const stretched = after !== null && STRETCHED[nameOf(id)];
        return { id, after: stretched ? stretched * delta : after };
      }),
    });
    const both = (a: Effects, b: Effects): Effects => ({
      persist: [...a.persist, ...b.persist],
      send: [...a.send, ...b.send],
      timers: [...a.timers, ...b.timers],
      output: [...a.output, ...b.output],
    });
    return {
      step: (input) => {
        if (input.type === 'message' && ANSWERS.has(messageTypeOf(input.bytes))) {
          kept.push(input);
          return NOTHING;
        }
        if (input.type !== 'timer' || nameOf(input.id) !== 'attest') return stretch(bank.step(input));
        // The slot is all but over: looks at what came, without one more bank's attestation each time.
        const answers = kept;
        kept = [];
        do victim = (victim + 1) % manifest.size;
        while (victim === bank.index);
        let effects = NOTHING;
        const drafted = (): boolean => effects.send.some(({ bytes }) => messageTypeOf(bytes) === 'draft');
        for (const answer of answers) {
          const ignored =
            answer.type === 'message' && answer.from === victim && messageTypeOf(answer.bytes) === 'vote';
          if (!ignored && !drafted()) effects = both(effects, bank.step(answer));
        }
        return stretch(drafted() ? effects : both(effects, bank.step(input)));
      },
    };
  },
});
