import type { Beginning, Rules } from './rules.js';

/** A draft leaves b out and is thin, or takes b in by its amendment. */
export type Kind = 'without b' | 'with b';

/** What is on its way between the two honest banks, and how many ticks it may still take. */
interface Mail {
  readonly to: 'h' | 'b';
  readonly what: 'draft' | 'amendment' | 'acknowledgement';
  readonly slot: number;
  readonly left: number;
}

/** Two honest banks: h, which votes, and b, which is not to be left out. −1 stands for a timer that does not run. */
export interface Pair {
  /** Ticks since the first of the two began, as far as it matters; −1 before. */
  readonly since: number;
  /** By slot, what the leader proposed, once somebody was shown it. */
  readonly drafts: readonly (Kind | null)[];
  readonly mail: readonly Mail[];
  readonly h: {
    readonly begun: boolean;
    /** Slots whose draft was taken. */
    readonly taken: readonly boolean[];
    /** Ticks until the draft of the highest slot is attested, if nobody objects. */
    readonly thin: number;
    /** Whether the amendment of b for that draft is here. */
    readonly amended: boolean;
    /** By slot, ticks until b's acknowledgement is not waited for any more. */
    readonly waits: readonly number[];
    readonly acknowledged: readonly boolean[];
  };
  readonly b: {
    readonly begun: boolean;
    readonly gaveUp: boolean;
    readonly taken: readonly boolean[];
    /** By slot, ticks until it acknowledges at the latest. */
    readonly waits: readonly number[];
    readonly said: readonly boolean[];
    /** The draft of h that is kept until b begins. */
    readonly early: number;
  };
}

/** How time and slots are bounded. */
export interface Scale {
  readonly slots: number;
  /** Ticks of Δ. A message takes one tick less at most: strictly less than Δ. */
  readonly delta: number;
}

export interface Turn {
  readonly deed: string;
  readonly next: Pair;
  /** What is wrong now, or null. */
  readonly bad: string | null;
}

/**
 * Two honest banks in one view under Δ, and everything that all others may do: they are liars who lead, sign and time what
 * they like, and hear everything. What holds between these two holds in a consortium of any size.
 *
 * Bad is a draft without b that h attests, and a vote of h for W in which b's list need not be.
 */
export class PairWorld {
  readonly initial: Pair;

  constructor(
    private readonly rules: Rules,
    private readonly beginning: Beginning,
    private readonly scale: Scale,
  ) {
    const each = <T>(value: T): T[] => Array.from({ length: scale.slots }, () => value);
    this.initial = {
      since: -1,
      drafts: each(null),
      mail: [],
      h: {
        begun: false,
        taken: each(false),
        thin: -1,
        amended: false,
        waits: each(-1),
        acknowledged: each(false),
      },
      b: { begun: false, gaveUp: false, taken: each(false), waits: each(-1), said: each(false), early: -1 },
    };
  }

  /** Everything that may happen next. */
  turns(pair: Pair): Turn[] {
    return [
      ...this.#beginnings(pair),
      ...this.#shows(pair),
      ...this.#own(pair),
      ...this.#mail(pair),
      ...this.#tick(pair),
    ];
  }

  #beginnings(pair: Pair): Turn[] {
    return (['h', 'b'] as const)
      .filter((bank) => !pair[bank].begun)
      .map((bank) => turn(`${bank} enters the view`, this.#begin(pair, bank)));
  }

  /** The leader, or a liar with its draft, shows a slot to one of them. */
  #shows(pair: Pair): Turn[] {
    return pair.drafts.flatMap((kind, slot) =>
      (['without b', 'with b'] as const).flatMap((each) => {
        // b is taken in by an amendment that it has made, of whatever draft.
        const possible = kind === null ? each === 'without b' || this.#hasAmended(pair) : kind === each;
        if (!possible) return [];
        const proposed = { ...pair, drafts: replaced(pair.drafts, slot, each) };
        return (['h', 'b'] as const)
          .filter((bank) => (pair[bank].begun || this.beginning === 'brought in') && !pair[bank].taken[slot])
          .map((bank) => {
            const next = bank === 'h' ? this.#takenByH(proposed, slot) : this.#takenByB(proposed, slot);
            return turn(`the leader shows ${bank} draft ${slot}, ${each}`, next);
          });
      }),
    );
  }

  #hasAmended({ drafts, b }: Pair): boolean {
    return drafts.some((kind, slot) => kind === 'without b' && b.taken[slot]);
  }

  #own(pair: Pair): Turn[] {
    const turns: Turn[] = [];
    if (pair.b.begun && !pair.b.gaveUp)
      turns.push(turn('b gives up the view', { ...pair, b: { ...pair.b, gaveUp: true } }));
    for (const [slot, left] of pair.b.waits.entries())
      if (left >= 0)
        turns.push(
          turn(`b has the slices of draft ${slot}, or waits no more`, this.#acknowledge(pair, slot)),
        );
    return turns;
  }

  #mail(pair: Pair): Turn[] {
    return pair.mail.map((mail, i) => {
      const rest = { ...pair, mail: pair.mail.toSpliced(i, 1) };
      const deed = `${mail.to} gets ${mail.what} ${mail.slot} of ${mail.to === 'h' ? 'b' : 'h'}`;
      return turn(deed, mail.to === 'h' ? this.#heardByH(rest, mail) : this.#shownToB(rest, mail.slot));
    });
  }

  /** Time passes when nothing is due. */
  #tick(pair: Pair): Turn[] {
    const due = pair.mail.some(({ left }) => left === 0) || pair.b.waits.includes(0);
    const apart = this.rules.beginWithin * this.scale.delta;
    const late =
      this.beginning === 'by itself' && pair.since === apart - 1 && !(pair.h.begun && pair.b.begun);
    if (due || late || pair.since < 0) return [];
    const less = (left: number): number => (left > 0 ? left - 1 : left);
    const next: Pair = {
      ...pair,
      since: Math.min(pair.since + 1, apart),
      mail: pair.mail.map((mail) => ({ ...mail, left: mail.left - 1 })),
      h: { ...pair.h, thin: less(pair.h.thin), waits: pair.h.waits.map(less) },
      b: { ...pair.b, waits: pair.b.waits.map(less) },
    };
    return [judged('a tick passes', next)];
  }

  #begin(pair: Pair, bank: 'h' | 'b'): Pair {
    const since = Math.max(pair.since, 0);
    if (bank === 'h') return { ...pair, since, h: { ...pair.h, begun: true } };
    const begun = { ...pair, since, b: { ...pair.b, begun: true, early: -1 } };
    return pair.b.early < 0 ? begun : this.#shownToB(begun, pair.b.early);
  }

  #takenByH(before: Pair, slot: number): Pair {
    const pair = before.h.begun ? before : this.#begin(before, 'h');
    const { h, drafts } = pair;
    const highest = h.taken.lastIndexOf(true) < slot;
    const without = drafts[slot] === 'without b';
    const taken: Pair['h'] = {
      ...h,
      taken: replaced(h.taken, slot, true),
      ...(highest
        ? { amended: false, thin: without ? this.rules.waitForAmendment * this.scale.delta : -1 }
        : {}),
      ...(without || h.acknowledged[slot]
        ? {}
        : { waits: replaced(h.waits, slot, this.rules.waitForAcknowledgement * this.scale.delta) }),
    };
    return this.rules.shows ? this.#send({ ...pair, h: taken }, 'b', 'draft', slot) : { ...pair, h: taken };
  }

  #takenByB(before: Pair, slot: number): Pair {
    const pair = before.b.begun ? before : this.#begin(before, 'b');
    if (pair.b.taken[slot]) return pair;
    const mayAnswer = this.#mayAnswer(pair, slot);
    const taken: Pair = { ...pair, b: { ...pair.b, taken: replaced(pair.b.taken, slot, true) } };
    if (pair.drafts[slot] === 'with b') {
      if (!mayAnswer) return taken;
      const waits = replaced(taken.b.waits, slot, this.rules.waitForSlices * this.scale.delta);
      return { ...taken, b: { ...taken.b, waits } };
    }
    if (this.rules.amends === 'to who asks' || !mayAnswer) return taken;
    return this.#send(taken, 'h', 'amendment', slot);
  }

  /** h shows b a draft. */
  #shownToB(pair: Pair, slot: number): Pair {
    const { rules } = this;
    if (!pair.b.begun && this.beginning === 'by itself') {
      if (rules.keepsEarly === 'none') return pair;
      const early = rules.keepsEarly === 'the last' ? slot : Math.max(slot, pair.b.early);
      return { ...pair, b: { ...pair.b, early } };
    }
    const known = pair.b.taken[slot]!;
    const taken = this.#takenByB(pair, slot);
    if (!this.#mayAnswer(pair, slot)) return taken;
    if (pair.drafts[slot] === 'without b')
      return rules.amends === 'to who asks' ? this.#send(taken, 'h', 'amendment', slot) : taken;
    const again = known && pair.b.said[slot] && rules.acknowledgesAgain;
    return again ? this.#send(taken, 'h', 'acknowledgement', slot) : taken;
  }

  #mayAnswer({ b }: Pair, slot: number): boolean {
    return this.rules.answers === 'always' || !(b.gaveUp || b.taken.lastIndexOf(true) > slot);
  }

  #acknowledge(pair: Pair, slot: number): Pair {
    const b = { ...pair.b, waits: replaced(pair.b.waits, slot, -1), said: replaced(pair.b.said, slot, true) };
    return this.#mayAnswer(pair, slot)
      ? this.#send({ ...pair, b }, 'h', 'acknowledgement', slot)
      : { ...pair, b };
  }

  /** What reaches a bank that is not in the view is lost. */
  #heardByH(pair: Pair, { what, slot }: Mail): Pair {
    const { h } = pair;
    if (!h.begun) return pair;
    if (what === 'acknowledgement')
      return {
        ...pair,
        h: { ...h, acknowledged: replaced(h.acknowledged, slot, true), waits: replaced(h.waits, slot, -1) },
      };
    if (h.taken.lastIndexOf(true) !== slot) return pair;
    const refused = this.rules.refuses ? -1 : h.thin;
    return { ...pair, h: { ...h, amended: true, thin: refused } };
  }

  #send(pair: Pair, to: 'h' | 'b', what: Mail['what'], slot: number): Pair {
    const mail = { to, what, slot, left: this.scale.delta - 1 };
    const twice = pair.mail.some(
      (each) => each.to === to && each.what === what && each.slot === slot && each.left === mail.left,
    );
    return twice ? pair : { ...pair, mail: [...pair.mail, mail] };
  }
}

const turn = (deed: string, next: Pair): Turn => ({ deed, next, bad: null });

/** What h does when a wait is over. */
function judged(deed: string, next: Pair): Turn {
  const { h } = next;
  if (h.thin === 0)
    return { deed, next, bad: `h attests draft ${h.taken.lastIndexOf(true)}, which leaves b out` };
  const slot = h.waits.indexOf(0);
  if (slot >= 0) return { deed, next, bad: `h votes for W of draft ${slot} without what b holds` };
  return { deed, next, bad: null };
}

function replaced<T>(list: readonly T[], place: number, value: T): T[] {
  const copy = list.slice();
  copy[place] = value;
  return copy;
}
