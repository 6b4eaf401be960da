import { createHash } from 'node:crypto';
import { babyjubjub } from '@noble/curves/misc.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type * as group from '../../src/crypto/babyjubjub.js';
import { toHex } from '../../src/crypto/bytes.js';
import { defineAdversary } from '../../src/sim/adversary.js';
import { AMOUNT, booksOf, requestOf, run } from './disputed-fixture.js';

const { Point } = babyjubjub;
const { Fn } = Point;

/**
 * In this file the generators of all commitments are known multiples of one point, so that it can be shown what needs
 * discrete logarithms: that polynomials of other statistics have the very same commitments. Nothing else is changed.
 */
const log = (label: string): bigint =>
  Fn.create(BigInt(`0x${createHash('sha512').update(label).digest('hex')}`));
vi.mock('../../src/crypto/babyjubjub.js', async (original) => ({
  ...(await original<typeof group>()),
  hashToGroup: (label: string) => Point.BASE.multiply(log(label)),
}));
const { messageReader } = await import('../../src/sim/message-reader.js');

type Polynomial = readonly bigint[];
type Vector = readonly bigint[];

const evaluate = (p: Polynomial, x: bigint): bigint => p.reduceRight((sum, c) => Fn.create(sum * x + c), 0n);
const plus = (a: Polynomial, b: Polynomial): bigint[] => a.map((c, i) => Fn.add(c, b[i]!));
const minus = (a: Polynomial, b: Polynomial): bigint[] => a.map((c, i) => Fn.sub(c, b[i]!));
const times = (a: Polynomial, scalar: bigint): bigint[] => a.map((c) => Fn.mul(c, scalar));

/** The polynomial of a degree below the number of points that goes through them: Lagrange. */
function through(points: readonly (readonly [x: bigint, y: bigint])[]): bigint[] {
  return points.reduce<bigint[]>(
    (sum, [xi, yi], i) => {
      let basis: bigint[] = [yi];
      for (const [j, [xj]] of points.entries()) {
        if (i === j) continue;
        const scale = Fn.inv(Fn.sub(xi, xj));
        // Times (x − xj)/(xi − xj).
        const shifted = [0n, ...basis];
        const lowered = [...basis.map((c) => Fn.mul(c, Fn.neg(xj))), 0n];
        basis = times(plus(shifted, lowered), scale);
      }
      return plus(sum, basis);
    },
    points.map(() => 0n),
  );
}

/** One bank's sharing of its statistics under one draft: a polynomial for each figure, and last that of the blinding. */
interface Sharing {
  readonly polynomials: readonly Polynomial[];
  /** What all see. */
  readonly commitments: readonly string[];
}

const FIGURES = 3;
const LOGS = Array.from({ length: FIGURES }, (_, i) => log(`concordat/1/pedersen/value/${i}`));
const BLINDING_LOG = log('concordat/1/pedersen/blinding');

/** Commitment j is Σ coefficient j of polynomial i · generator i: with known logarithms, one multiple of the base. */
const commitmentsOf = (polynomials: readonly Polynomial[]): string[] =>
  polynomials[0]!.map((_, j) => {
    const exponent = [...LOGS, BLINDING_LOG].reduce(
      (sum, each, i) => Fn.add(sum, Fn.mul(each, polynomials[i]![j]!)),
      0n,
    );
    return toHex((exponent === 0n ? Point.ZERO : Point.BASE.multiply(exponent)).toBytes());
  });

/** A liar that deals and never attests: the leader drafts again without it, and all deal again. */
const inattentive = defineAdversary({
  name: 'never-attests',
  attack: (outgoing, { decode }) =>
    outgoing.filter(({ bytes }) => {
      const message = decode(bytes);
      return message.type !== 'vote' || message.phase !== 'prepare';
    }),
});

/** A real epoch: every sharing of every draft, every share of the sums, and the totals. */
function epoch(banks: number, faults: number, liar: number) {
  const books = booksOf(banks, 20, (truth, i, bank) => truth.with(AMOUNT, BigInt(1000 * i + 31 * bank)));
  const read = messageReader(banks);
  const dealt = new Map<string, { share: Vector[]; commitments: readonly string[] }>();
  const sums = new Map<number, Vector>();
  const { simulation, outputs, record, honest } = run(books, {
    faults,
    liars: { [liar]: inattentive },
    onSend: (from, to, bytes) => {
      const message = read(bytes);
      if (message?.type === 'release' && message.share) sums.set(from, message.share);
      if (message?.type !== 'slices') return;
      const { slot, dealing, envelope } = message;
      const name = `${slot.index}/${from}`;
      const known = dealt.get(name) ?? { share: [], commitments: dealing.statistics!.map(toHex) };
      known.share[to] = envelope.share!;
      dealt.set(name, known);
    },
  });
  expect(simulation.oracle.violations).toEqual([]);
  const { statistics } = requestOf(outputs[honest[0]!]!);
  const summed = statistics!.banks.map((name) => Number(name.split('-')[1]));
  const decided = record.agreed[honest[0]!]!.slot.index;
  const sharings = new Map<string, Sharing>();
  for (const [name, { share, commitments }] of dealt) {
    // A bank's share of its own does not travel; any f + 1 others give the polynomials.
    const places = [...share.keys()].filter((bank) => share[bank]).slice(0, faults + 1);
    const polynomials = Array.from({ length: FIGURES + 1 }, (_, i) =>
      through(places.map((bank) => [BigInt(bank + 1), share[bank]![i]!])),
    );
    sharings.set(name, { polynomials, commitments });
  }
  return { banks, faults, sharings, sums, summed, decided, totals: statistics!.totals };
}

type Epoch = ReturnType<typeof epoch>;

/**
 * What the victim and another bank would have shared, had the victim had these figures and the other one those that leave
 * the totals alone: for each draft, polynomials with the same shares for the coalition.
 */
function alternative(
  of: Epoch,
  draft: string,
  coalition: readonly number[],
  victim: number,
  other: number,
  figures: Vector,
) {
  const mine = of.sharings.get(`${draft}/${victim}`)!.polynomials;
  const theirs = of.sharings.get(`${draft}/${other}`)!.polynomials;
  const values = figures.map((figure, i) =>
    through([
      [0n, figure],
      ...coalition.map((bank) => [BigInt(bank + 1), evaluate(mine[i]!, BigInt(bank + 1))] as const),
    ]),
  );
  // In the exponent of every commitment the blinding makes up for the difference; at the coalition's places it is none.
  const difference = values.map((value, i) => minus(mine[i]!, value));
  const shift = difference.map((each, i) => times(each, LOGS[i]!)).reduce((sum, each) => plus(sum, each));
  const blinding = plus(mine[FIGURES]!, times(shift, Fn.inv(BLINDING_LOG)));
  const polynomials = [...values, blinding];
  return { polynomials, others: polynomials.map((each, i) => minus(plus(mine[i]!, theirs[i]!), each)) };
}

/** Whether a coalition sees the same of a sharing with these polynomials. */
function looksAlike(of: Sharing, polynomials: readonly Polynomial[], coalition: readonly number[]): boolean {
  const sameShares = coalition.every((bank) =>
    polynomials.every(
      (p, i) => evaluate(p, BigInt(bank + 1)) === evaluate(of.polynomials[i]!, BigInt(bank + 1)),
    ),
  );
  return sameShares && commitmentsOf(polynomials).join() === of.commitments.join();
}

/** Whether the sums that all banks released, and the totals, are those of the sharings with these put in their place. */
function addsUp(of: Epoch, replaced: ReadonlyMap<number, readonly Polynomial[]>): boolean {
  const all = of.summed.map(
    (bank) => replaced.get(bank) ?? of.sharings.get(`${of.decided}/${bank}`)!.polynomials,
  );
  const sum = Array.from({ length: FIGURES + 1 }, (_, i) =>
    all.map((each) => each[i]!).reduce((a, b) => plus(a, b)),
  );
  const shares = [...of.sums].every(([bank, ys]) =>
    ys.every((y, i) => evaluate(sum[i]!, BigInt(bank + 1)) === y),
  );
  return shares && of.totals.every((total, i) => Fn.create(total) === sum[i]![0]);
}

const scalars = fc.bigInt({ min: 0n, max: Fn.ORDER - 1n });
const vectors = fc.array(scalars, { minLength: FIGURES, maxLength: FIGURES });

describe.each([
  [5, 1, 0],
  [7, 2, 6],
] as const)('the statistics of one of %i banks, as any %i of them see them', (banks, faults, liar) => {
  const of = epoch(banks, faults, liar);
  const drafts = [...new Set([...of.sharings.keys()].map((name) => name.split('/')[0]!))];

  const everyone = Array.from({ length: banks }, (_, bank) => bank);
  /** Summed, and a dealer under every draft: one of them was without the liar. */
  const always = of.summed.filter((bank) => drafts.every((draft) => of.sharings.has(`${draft}/${bank}`)));

  it('are dealt under more than one draft, and add up', () => {
    expect(drafts.length).toBeGreaterThan(1);
    expect(of.summed.length).toBeGreaterThanOrEqual(banks - faults);
    // A bank's sum for itself does not travel, but is broadcast to the others.
    expect(of.sums.size).toBeGreaterThanOrEqual(banks - 1);
    expect(always.length).toBeGreaterThanOrEqual(banks - faults);
    expect(addsUp(of, new Map())).toBe(true);
    for (const { polynomials, commitments } of of.sharings.values()) {
      expect(commitments).toHaveLength(faults + 1);
      expect(commitmentsOf(polynomials)).toEqual(commitments);
    }
  });

  it('may be any at all: shares, commitments, sums and totals are those of every candidate alike', () => {
    // Whom they are of, who makes up for them, and who looks.
    const two = fc.shuffledSubarray(always, { minLength: 2, maxLength: 2 });
    const all = fc.shuffledSubarray(everyone, { minLength: banks, maxLength: banks });
    fc.assert(
      fc.property(vectors, two, all, (figures, [victim, other], order) => {
        const coalition = order.filter((bank) => bank !== victim && bank !== other).slice(0, faults);
        for (const draft of drafts) {
          const { polynomials, others } = alternative(of, draft, coalition, victim!, other!, figures);
          expect(polynomials.slice(0, FIGURES).map((p) => p[0])).toEqual(figures);
          expect(looksAlike(of.sharings.get(`${draft}/${victim}`)!, polynomials, coalition)).toBe(true);
          expect(looksAlike(of.sharings.get(`${draft}/${other}`)!, others, coalition)).toBe(true);
          if (draft === `${of.decided}`)
            expect(
              addsUp(
                of,
                new Map([
                  [victim!, polynomials],
                  [other!, others],
                ]),
              ),
            ).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('have under all drafts one blinding, so that one Commitment stands for every candidate', () => {
    const [victim, other] = always as [number, number];
    const coalition = everyone.filter((bank) => bank !== victim && bank !== other).slice(0, faults);
    fc.assert(
      fc.property(vectors, (figures) => {
        const blindings = drafts.map(
          (draft) => alternative(of, draft, coalition, victim, other, figures).polynomials[FIGURES]![0],
        );
        expect(new Set(blindings).size).toBe(1);
      }),
      { numRuns: 25 },
    );
  });

  it('would not be hidden from one bank more, nor if the other bank did not make up for them', () => {
    const [victim, other] = always as [number, number];
    const coalition = everyone.filter((bank) => bank !== victim && bank !== other).slice(0, faults + 1);
    const draft = `${of.decided}`;
    const sharing = of.sharings.get(`${draft}/${victim}`)!;
    const truth = sharing.polynomials.slice(0, FIGURES).map((p) => p[0]!);
    const lie = truth.with(1, Fn.add(truth[1]!, 1n));
    const within = alternative(of, draft, coalition.slice(0, faults), victim, other, lie);
    expect(looksAlike(sharing, within.polynomials, coalition.slice(0, faults))).toBe(true);
    // The one more sees another share, and a polynomial through all of their shares is of a higher degree.
    expect(looksAlike(sharing, within.polynomials, coalition)).toBe(false);
    const beyond = alternative(of, draft, coalition, victim, other, lie);
    expect(beyond.polynomials[1]).toHaveLength(faults + 2);
    expect(addsUp(of, new Map([[victim, within.polynomials]]))).toBe(false);
  });
});
