import type { Message, MessageOf } from '../protocol/messages.js';
import type { Slot } from '../protocol/slot.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';

/** What one bank has signed in one epoch, as far as it bounds what it may still sign. */
interface Course {
  readonly voted: Set<string>;
  highest: Slot | null;
  /** The highest view that it gave up on; −1 before the first. */
  ended: number;
}

/**
 * Watches that honest banks vote upwards: for the first time only in a slot above all in which they voted, for the second
 * time not below one, and not at all in a view that they gave up on. Agreement rests on it, and a bank that breaks it may do
 * so for long before two values are decided. A vote that is sent again is none.
 */
export class OrderWatch {
  readonly #courses = new Map<string, Course>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** A message of an honest bank, when it is sent. */
  onMessage(from: number, message: Message): void {
    if (message.type === 'timeout') {
      const course = this.#courseOf(from, message.epoch);
      course.ended = Math.max(course.ended, message.view);
    }
    if (message.type === 'vote') this.#onVote(from, message);
  }

  #onVote(from: number, { phase, epoch, slot }: MessageOf<'vote'>): void {
    const course = this.#courseOf(from, epoch);
    const place = `${phase} ${epoch}/${name(slot)}`;
    if (course.voted.has(place)) return;
    course.voted.add(place);
    const bank = `honest ${this.facts.ids[from]}`;
    if (slot.view <= course.ended)
      this.alarm('agreement', `${bank} votes in a view that it gave up on: ${place}`);
    const { highest } = course;
    const above = highest ? slot.view - highest.view || slot.index - highest.index : 1;
    if (above < 0 || (above === 0 && phase === 'prepare'))
      this.alarm('agreement', `${bank} votes after ${name(highest!)}: ${place}`);
    if (above > 0) course.highest = slot;
  }

  #courseOf(bank: number, epoch: number): Course {
    const key = `${bank}/${epoch}`;
    const course = this.#courses.get(key) ?? { voted: new Set(), highest: null, ended: -1 };
    this.#courses.set(key, course);
    return course;
  }
}

const name = ({ view, index }: Slot): string => `${view}.${index}`;
