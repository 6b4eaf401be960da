import { equalBytes } from '../crypto/bytes.js';
import { commitmentStatement, type SignedCommitment } from '../protocol/commitment.js';
import type { Message } from '../protocol/messages.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';

/**
 * Watches that who commits twice is accused: an honest bank that shows two Commitments of one bank and epoch in its drafts
 * holds the proof. Asked only if nothing crashed, as what was heard before a crash is no longer known.
 */
export class AccountabilityWatch {
  /** What each bank was shown to have committed to, by who showed it, epoch and bank. */
  readonly #shown = new Map<string, Uint8Array>();
  /** Who committed twice, and which honest bank knows it. */
  readonly #proven = new Map<number, number>();
  readonly #accused = new Set<number>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** A message of an honest bank. */
  onMessage(from: number, message: Message): void {
    for (const commitment of commitmentsIn(message)) {
      const { body } = commitmentStatement(commitment);
      const place = `${from}/${commitment.epoch}/${commitment.bank}`;
      const earlier = this.#shown.get(place);
      if (!earlier) this.#shown.set(place, body);
      else if (!equalBytes(earlier, body)) this.#proven.set(commitment.bank, from);
    }
  }

  /** An honest bank accuses this one. */
  onAccused(bank: number): void {
    this.#accused.add(bank);
  }

  /** The end of an epoch. */
  judge(): void {
    const { ids, timely } = this.facts;
    for (const [bank, by] of this.#proven)
      if (timely && !this.#accused.has(bank))
        this.alarm('accountability', `${ids[by]} shows two Commitments of ${ids[bank]}, whom nobody accuses`);
    this.#shown.clear();
    this.#proven.clear();
  }
}

/** What a draft says that its inputs committed to: who shows it has verified them. */
function commitmentsIn(message: Message): readonly SignedCommitment[] {
  if (message.type === 'draft') return message.draft.commitments;
  return message.type === 'forward' ? message.draft.draft.commitments : [];
}
