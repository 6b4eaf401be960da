import { describe, expect, it } from 'vitest';
import {
  expectedAgreementMs,
  expectedMessages,
  expectedOperations,
  linearMessages,
  type Measured,
  measure,
  type Subject,
} from './analysis.js';

const total = (messages: Measured['messages']): number =>
  Object.values(messages).reduce((sum, count) => sum + count, 0);

/** The lengths of all messages of a type; one number when all have the same. */
const lengths = ({ bytes }: Measured, type: Parameters<Measured['bytes']['get']>[0]): number[] => {
  const { least, most } = bytes.get(type)!;
  return least === most ? [least] : [least, most];
};

describe('the formulas of the analysis', () => {
  const subjects: readonly Subject[] = [
    { banks: 4, dealt: false },
    { banks: 5, dealt: false },
    { banks: 7, dealt: false },
    { banks: 4, dealt: true },
    { banks: 7, dealt: true },
    { banks: 4, dealt: false, silent: 1 },
    { banks: 7, dealt: false, silent: 1 },
    { banks: 7, dealt: false, silent: 2 },
  ];

  it.each(subjects)('count the messages by type, and the time to agreement: %o', async (subject) => {
    const measured = await measure(subject);
    expect(measured.messages).toEqual(expectedMessages(subject));
    expect(measured.agreedMs).toBe(expectedAgreementMs(subject));
    expect(measured.views).toBe(1 + (subject.silent ?? 0));
  });

  it.each([5, 20, 100])('give the time to agreement after a partition of %i Δ', async (partition) => {
    const subject = { banks: 4, dealt: false, partition };
    expect((await measure(subject)).agreedMs).toBe(expectedAgreementMs(subject));
  });

  it('are linear in n where nothing is dealt, and give the lengths that do not depend on data', async () => {
    for (const banks of [4, 5, 7]) {
      const measured = await measure({ banks, dealt: false });
      const bitmap = Math.ceil(banks / 8);
      expect(total(measured.messages)).toBe(linearMessages(banks));
      expect(lengths(measured, 'open')).toEqual([270]);
      expect(lengths(measured, 'result')).toEqual([209]);
      expect(lengths(measured, 'vote')).toEqual([146, 147 + bitmap]);
      expect(lengths(measured, 'certificate')).toEqual([145 + bitmap]);
    }
  });

  it('give what each bank signs and checks', async () => {
    for (const banks of [4, 7]) {
      for (const dealt of [false, true]) {
        const { leader, follower } = await measure({ banks, dealt });
        expect(leader).toEqual(expectedOperations(banks, dealt, true));
        expect(follower).toEqual(expectedOperations(banks, dealt, false));
      }
    }
  });
});
