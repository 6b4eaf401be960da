import { toHex } from '../crypto/bytes.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Message } from '../protocol/messages.js';
import type { Slot } from '../protocol/slot.js';
import { type Alarm, nameKey, type OracleFacts } from './oracle-facts.js';
import { isOpenable, type Keys } from './oracle-keys.js';

/**
 * Whose data must be an input, whoever leads, as long as Δ holds: all honest banks', or that of q + f banks, which are more
 * than 2f + 1; so that liars are fewer than half of the other inputs.
 *
 * @param beyond honest banks that differ too much to be inputs
 */
export function checkInputs(
  facts: OracleFacts,
  inputs: readonly number[],
  beyond: ReadonlySet<number>,
  alarm: Alarm,
): void {
  const { honest, faults, ids } = facts;
  const quorum = Math.ceil((ids.length + faults + 1) / 2);
  const left = honest.filter((bank) => !inputs.includes(bank) && !beyond.has(bank));
  if (left.length > 0 && inputs.length < quorum + faults)
    alarm(
      'inclusion',
      `honest ${left.map((bank) => ids[bank]).join(', ')} left out of ${inputs.length} inputs`,
    );
  const liars = inputs.filter((bank) => !honest.includes(bank)).length;
  if (beyond.size === 0 && liars > 0 && 2 * liars >= inputs.length - 1)
    alarm('inclusion', `${liars} of ${inputs.length} inputs lie, which is half of the others`);
}

/**
 * What an honest bank is given to reconcile must have every version of an honest input that is disputed within the quota,
 * as long as Δ holds; and at any time what stands for a version of an honest input must be that version.
 *
 * @returns whether all of them are there
 */
export function checkVersions(
  facts: OracleFacts,
  truth: Keys,
  bank: number,
  request: ReconcileRequest,
  alarm: Alarm,
): boolean {
  const name = facts.ids[bank];
  let whole = true;
  const closed = new Set([...request.closed].map((row) => toHex(row.id)));
  if (closed.size !== truth.closed.size || [...closed].some((id) => !truth.closed.has(id)))
    alarm('result', `${name} shuts other rows than the quota does`);
  const given = new Map([...request.versions].map(([row, entries]) => [toHex(row.id), entries]));
  for (const [key, truthOfKey] of truth.keys) {
    const { row, held, entries, closed: shut } = truthOfKey;
    if (!row || !isOpenable(truthOfKey) || shut) continue;
    for (const [digest] of entries) {
      const version = row.column[held.indexOf(digest)]!;
      const opened = given.get(toHex(row.id))?.[version - 1];
      if (opened && toHex(opened.digest) !== digest)
        alarm('result', `${name} was given another version of ${nameKey(key)} than its holders have`);
      if (opened) continue;
      whole = false;
      if (facts.timely)
        alarm('inclusion', `${name} was not given a version of ${nameKey(key)} that an honest input holds`);
    }
  }
  return whole;
}

/** Watches in one epoch how many slots honest leaders use. */
export class SlotWatch {
  readonly #used = new Map<string, Set<number>>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** A message of an honest bank. */
  onMessage(from: number, message: Message): void {
    const slot = slotOf(message);
    if (!slot) return;
    this.onSlot(slot);
    const name = `${from}/${slot.view}`;
    this.#used.set(name, (this.#used.get(name) ?? new Set()).add(slot.index));
  }

  /** A slot that an honest bank proposed or agreed in: a view has 3f + 2 of them. */
  onSlot({ view, index }: Slot): void {
    const last = 3 * this.facts.faults + 1;
    if (index > last) this.alarm('termination', `slot ${index} of view ${view}, where ${last} is the last`);
  }

  /**
   * Under an honest leader, as long as Δ holds, a liar costs three slots at most: one without it, one with it again, and
   * one without it for good. Where there are liars, the lists of slices may differ, which costs one more. Slots follow one
   * another: a view has no more than may be needed.
   *
   * @param beyond how many honest banks differ too much: each may cost as many slots as a liar
   */
  judge(beyond = 0): void {
    const liars = this.facts.ids.length - this.facts.honest.length + beyond;
    const bound = 1 + (liars > 0 ? 3 * liars + 1 : 0);
    if (!this.facts.timely) return;
    for (const [name, indices] of this.#used) {
      const [leader, view] = name.split('/').map(Number) as [number, number];
      const who = `honest ${this.facts.ids[leader]}`;
      if (indices.size > bound)
        this.alarm(
          'termination',
          `${who} used ${indices.size} slots of view ${view}, where ${bound} suffice`,
        );
      if (Math.max(...indices) >= indices.size)
        this.alarm('termination', `${who} left out slots of view ${view}`);
    }
  }
}

function slotOf(message: Message): Slot | null {
  switch (message.type) {
    case 'draft':
      return message.draft.header.slot;
    case 'proposal':
    case 'repeat':
      return message.slot;
    default:
      return null;
  }
}
