import { isConcordatError } from '../crypto/error.js';
import type { AdversarialSend, Adversary, AttackContext } from './adversary.js';

/**
 * Several strategies in one bank: its records are altered by each in turn, its core hears what all of them let through,
 * and what it sends goes from one attack to the next. Bytes that are no message pass the attacks behind. The first
 * strategy that replaces the core does.
 */
export function combined(strategies: readonly Adversary[]): Adversary {
  const core = strategies.find((each) => each.core)?.core;
  const altering = strategies.filter((each) => each.records);
  return {
    name: strategies.map(({ name }) => name).join('+'),
    ...(core && { core }),
    ...(altering.length > 0 && {
      records: (dataset, context) =>
        altering.reduce((altered, each) => each.records!(altered, context), dataset),
    }),
    hears: (context) => strategies.every((each) => each.hears?.(memoryOf(each, context)) ?? true),
    attack: (outgoing, context) =>
      strategies.reduce((sent, each) => attackBy(each, sent, memoryOf(each, context)), outgoing),
  };
}

function attackBy(
  { attack, trigger }: Adversary,
  outgoing: readonly AdversarialSend[],
  context: AttackContext,
): readonly AdversarialSend[] {
  if (!attack || (trigger && !trigger(context))) return outgoing;
  const messages = outgoing.filter(({ bytes }) => isMessage(bytes, context));
  const noise = outgoing.filter((send) => !messages.includes(send));
  try {
    return [...attack(messages, context), ...noise];
  } catch (error) {
    // What it wants to alter, another strategy has made into something else: it lets that be.
    if (isConcordatError(error)) return outgoing;
    throw error;
  }
}

function isMessage(bytes: Uint8Array, { decode }: AttackContext): boolean {
  try {
    decode(bytes);
    return true;
  } catch (error) {
    if (isConcordatError(error)) return false;
    throw error;
  }
}

/** Each strategy has a memory of its own, or two of them would mistake each other's notes for theirs. */
function memoryOf({ name }: Adversary, context: AttackContext): AttackContext {
  const own = (context.memory.get(`of ${name}`) as Map<string, unknown> | undefined) ?? new Map();
  context.memory.set(`of ${name}`, own);
  return Object.create(context, { memory: { value: own } }) as AttackContext;
}
