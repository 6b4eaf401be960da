import { type ChainState, leaderOf } from './chain.js';
import { type EpochMessage, epochOf, type MessageType, viewOf } from './messages.js';
import type { Seal } from './seal.js';
import { compareSlots } from './slot.js';

/** Messages that are kept when they come before their time. All others are answers to something, or sent again. */
const KEPT_EARLY: ReadonlySet<MessageType> = new Set([
  'open',
  'draft',
  'slices',
  'forward',
  'amendment',
  'proposal',
  'repeat',
  'vote',
  'certificate',
  'timeout',
  'result',
  'seal',
]);

/** Messages that a leader's Open must come before. */
const NEEDS_OPEN: ReadonlySet<MessageType> = new Set(['draft', 'slices', 'amendment', 'proposal', 'repeat']);

/** Proposals may have megabytes, and are made by leaders only. */
const LEADERS_ONLY: ReadonlySet<MessageType> = new Set(['draft', 'proposal', 'repeat']);

/** How far a bank has come in the epoch under way. */
export interface Progress {
  readonly view: number;
  /** Whether the Open of the view came. */
  readonly opened: boolean;
  readonly seal: Seal | null;
}

/** A message, its sender, and how many bytes it came in. */
interface Letter {
  readonly from: number;
  readonly message: EpochMessage;
  readonly bytes: number;
}

/**
 * Bytes of one sender that are kept before they can be checked, at most, in all stores of a bank together, besides a leader's
 * proposals: its slices under one draft have half as many. Slices that are dropped are asked for.
 */
export const MAX_EARLY_BYTES = 1 << 25;
/** Bytes of a leader's proposals that are kept, at most: its longest draft has 96 MiB, and hardly any other has one. */
const MAX_PROPOSAL_BYTES = 1 << 27;

/**
 * One message of each sender and type that came before its time, of slices one for each slot of a view: a bounded store,
 * whoever floods it, and of a bounded size. A bank deals for every draft that has it, and does not deal twice.
 */
export class EarlyMessages {
  readonly #kept = new Map<string, Letter>();

  /**
   * @param slots of a view, at most
   * @param keptElsewhere bytes of a bank that other stores keep before they can be checked
   */
  constructor(
    private readonly slots: number,
    private readonly keptElsewhere: (sender: number) => number = () => 0,
  ) {}

  /** Keeps a message that {@link isEarly}, if anything waits for it later. */
  keep(letter: Letter, chain: ChainState, epoch: Progress | null): void {
    const { from, message } = letter;
    const slot = message.type === 'slices' ? message.slot.index : 0;
    if (slot >= this.slots) return;
    const name = `${from}/${message.type}/${slot}`;
    const replaced = this.#kept.get(name);
    if (!isKept(from, message, chain, epoch) || isOutdone(message, replaced?.message)) return;
    const room = LEADERS_ONLY.has(message.type)
      ? MAX_PROPOSAL_BYTES - this.#bytesOf(from, true)
      : this.roomFor(from);
    if (letter.bytes > room + (replaced?.bytes ?? 0)) return;
    this.#kept.set(name, letter);
  }

  /** How many bytes more may be kept of what a bank sends before it can be checked, here or elsewhere. */
  roomFor(sender: number): number {
    return MAX_EARLY_BYTES - this.#bytesOf(sender, false) - this.keptElsewhere(sender);
  }

  /** Bytes that are kept here of what a bank sent, besides its proposals as a leader. */
  bytesOf(sender: number): number {
    return this.#bytesOf(sender, false);
  }

  #bytesOf(sender: number, proposals: boolean): number {
    let total = 0;
    for (const { from, message, bytes } of this.#kept.values())
      if (from === sender && LEADERS_ONLY.has(message.type) === proposals) total += bytes;
    return total;
  }

  /** The next one whose time has come; it is kept no longer. */
  take(chain: ChainState, epoch: Progress | null): Letter | undefined {
    for (const [name, letter] of this.#kept) {
      if (isEarly(letter.message, chain, epoch)) continue;
      this.#kept.delete(name);
      return letter;
    }
    return undefined;
  }
}

/** Whether a message is for an epoch, view or moment that this bank has not reached. */
export function isEarly(message: EpochMessage, chain: ChainState, current: Progress | null): boolean {
  const epoch = epochOf(message);
  if (epoch > chain.epoch || !current) return true;
  const view = viewOf(message);
  if (view === null || epoch < chain.epoch || current.seal) return false;
  if (view > current.view) return true;
  return view === current.view && NEEDS_OPEN.has(message.type) && !current.opened;
}

/** A proposal may have megabytes: it is kept only from those who lead this view or the next, and have one to make. */
function isKept(from: number, message: EpochMessage, chain: ChainState, current: Progress | null): boolean {
  const epoch = epochOf(message);
  if (epoch > chain.epoch + 1 || !KEPT_EARLY.has(message.type)) return false;
  if (!LEADERS_ONLY.has(message.type)) return true;
  const view = viewOf(message)!;
  return epoch === chain.epoch && view <= (current?.view ?? -1) + 1 && from === leaderOf(chain, view);
}

/** Whether an earlier forward of the same sender is of a higher slot: it waits for an answer to that one only. */
function isOutdone(message: EpochMessage, earlier: EpochMessage | undefined): boolean {
  if (message.type !== 'forward' || earlier?.type !== 'forward') return false;
  const [one, other] = [message, earlier].map(({ draft }) => draft.draft.header);
  return (
    one!.epoch < other!.epoch || (one!.epoch === other!.epoch && compareSlots(one!.slot, other!.slot) < 0)
  );
}
