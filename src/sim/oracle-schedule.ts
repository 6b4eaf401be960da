import { compareBytes, uint64 } from '../crypto/bytes.js';
import { hash } from '../crypto/hash.js';
import { ell2 } from '../crypto/vrf.js';
import type { Seal } from '../protocol/seal.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';

/**
 * Watches the order of leaders: every epoch's is the one that the seal before it leads to. It is drawn from the output of
 * the leader whose draft was agreed, and who led a view below that draft's own comes last. Written from that sentence, not
 * from the chain, which has to come to the same.
 */
export class ScheduleWatch {
  /** The order that the first honest bank's seal of the epoch before leads to, by epoch. */
  readonly #expected = new Map<number, string>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** An honest bank has sealed an epoch, or learnt that it was sealed. */
  onSealed(bank: number, { header }: Seal): void {
    const name = this.facts.ids[bank];
    const { epoch, schedule } = header;
    const expected = this.#expected.get(epoch);
    if (expected && expected !== schedule.join())
      this.alarm('schedule', `${name} sealed epoch ${epoch} led in the order ${schedule}, not ${expected}`);
    const next = this.#orderAfter(header).join();
    const known = this.#expected.get(epoch + 1) ?? next;
    this.#expected.set(epoch + 1, known);
    if (known !== next)
      this.alarm(
        'schedule',
        `${name} goes on from epoch ${epoch} with the order ${next}, others with ${known}`,
      );
  }

  #orderAfter({ epoch, schedule, slot, opening }: Seal['header']): number[] {
    const seed = hash('epoch-seed', uint64(epoch + 1), ell2.proofToHash(opening));
    const place = this.facts.ids.map((_, bank) => hash('ticket', seed, uint64(bank)));
    const failed = this.facts.ids.map((_, bank) => schedule.indexOf(bank) < slot.view);
    return [...this.facts.ids.keys()].sort(
      (a, b) => Number(failed[a]) - Number(failed[b]) || compareBytes(place[a]!, place[b]!),
    );
  }
}
