import type { Output } from '../protocol/effects.js';
import type { Message } from '../protocol/messages.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';
import { saidIn } from './oracle-statements.js';

/** A bank that lost its disk. */
interface Loss {
  /** The epoch in which it did. */
  readonly epoch: number;
  /** Whether it is up again; what it was sending when it crashed it had signed with its log. */
  restarted: boolean;
  /** The last epoch in which it signs nothing; null until it has heard enough others. */
  through: number | null;
}

/**
 * Watches banks that lost all that they had stored: until they have asked enough others, and then up to the epoch that they
 * name, they may have signed anything and sign nothing. Until then they count to the faults that are borne.
 */
export class RecoveryWatch {
  readonly #losses = new Map<number, Loss>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** An honest bank loses its disk in this epoch. */
  onLoss(bank: number, epoch: number): void {
    this.#losses.set(bank, { epoch, restarted: false, through: null });
  }

  /** A bank is up again. */
  onRestart(bank: number): void {
    const loss = this.#losses.get(bank);
    if (loss) loss.restarted = true;
  }

  /** What an honest bank reports of its log. */
  onOutput(bank: number, output: Output): void {
    const loss = this.#losses.get(bank);
    if (output.type === 'forgotten' && !loss)
      this.alarm('integrity', `${this.#name(bank)} finds signatures that its log does not have`);
    if (output.type !== 'recovered' || !loss) return;
    loss.through = output.through;
    // It may have begun the epoch in which it lost its disk, and nothing later.
    if (output.through < loss.epoch)
      this.alarm('integrity', `${this.#name(bank)} signs again from epoch ${output.through + 1} on`);
  }

  /** A message of an honest bank, when it is sent. */
  onMessage(from: number, message: Message): void {
    const loss = this.#losses.get(from);
    if (!loss?.restarted) return;
    for (const { place, epoch } of saidIn(message))
      if (loss.through === null || epoch <= loss.through)
        this.alarm('integrity', `${this.#name(from)} lost its log and signs: ${place}`);
  }

  /** Whether nothing is asked of a bank in this epoch but to say nothing. */
  excuses(bank: number, epoch: number): boolean {
    const loss = this.#losses.get(bank);
    if (!loss) return false;
    // An epoch is enough for it to hear the others: from then on, whoever waits for it waits until it has.
    return loss.through === null ? epoch <= loss.epoch : epoch <= loss.through;
  }

  #name(bank: number): string {
    return this.facts.ids[bank] ?? `#${bank}`;
  }
}
