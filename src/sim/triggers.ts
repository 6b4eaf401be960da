import type { MessageType } from '../protocol/messages.js';
import type { Adversary, AttackContext } from './adversary.js';

/** When an attack acts, as data. */
export type Trigger =
  /** At each input. */
  | { readonly kind: 'always' }
  /** Simulated milliseconds, the second excluded. */
  | { readonly kind: 'between'; readonly fromMs: number; readonly untilMs: number }
  /** At each input with this chance. */
  | { readonly kind: 'chance'; readonly share: number }
  /** From when it has heard a message of this type. */
  | { readonly kind: 'after'; readonly heard: MessageType };

function holds(trigger: Trigger, { now, random, heard, memory }: AttackContext): boolean {
  switch (trigger.kind) {
    case 'always':
      return true;
    case 'between':
      return now >= trigger.fromMs && now < trigger.untilMs;
    case 'chance':
      return random.chance(trigger.share);
    case 'after': {
      const name = `heard ${trigger.heard}`;
      if (heard?.type === trigger.heard) memory.set(name, true);
      return memory.has(name);
    }
  }
}

/** The adversary, whose attack acts only when the trigger says so, and its own one, if it has any. */
export const triggered = (adversary: Adversary, trigger: Trigger): Adversary => ({
  ...adversary,
  trigger: (context) => {
    const now = holds(trigger, context);
    return now && (adversary.trigger?.(context) ?? true);
  },
});
