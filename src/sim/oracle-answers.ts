import { epochOf, type Message, type MessageType } from '../protocol/messages.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';

/** What banks give when they are asked, and how often they send it unasked, to one bank in an epoch. */
const ANSWERS: Partial<Record<MessageType, number>> = { seal: 1, release: 1, 'draft-copy': 0 };
/** Answers that a bank may have at once, and the Δ after which it may have one more. */
const AT_ONCE = 2;
const SPACING = 4;

/**
 * Watches that nobody is given the same thing without end: a seal, slices or a draft goes to one bank twice at once, and then
 * once in 4 Δ. Asked only if nothing crashed: who starts anew has forgotten what it gave.
 */
export class AnswerWatch {
  readonly #given = new Map<string, { readonly since: number; count: number; told: boolean }>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** A message of an honest bank. */
  onMessage(from: number, to: number, message: Message): void {
    const { ids, timely, clock } = this.facts;
    const unasked = ANSWERS[message.type];
    if (unasked === undefined || !timely || !clock) return;
    if (message.type !== 'seal' && message.type !== 'release' && message.type !== 'draft-copy') return;
    const now = clock.now();
    const what = `${message.type} of epoch ${epochOf(message)}`;
    const name = `${from}/${to}/${what}/${placeOf(message)}`;
    const given = this.#given.get(name) ?? { since: now, count: 0, told: false };
    this.#given.set(name, given);
    given.count++;
    const most = unasked + AT_ONCE + 1 + Math.floor((now - given.since) / (SPACING * clock.deltaMs));
    if (given.count <= most || given.told) return;
    given.told = true;
    this.alarm(
      'bytes',
      `${ids[from]} gave ${ids[to]} ${given.count} times the ${what}, where ${most} suffice`,
    );
  }
}

/** Drafts of one epoch are several. */
function placeOf(message: Message): string {
  if (message.type !== 'draft-copy') return '';
  const { view, index } = message.contents.draft.header.slot;
  return `${view}.${index}`;
}
