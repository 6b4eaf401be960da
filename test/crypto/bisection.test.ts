import { describe, expect, it } from 'vitest';
import { bisect } from '../../src/crypto/bisection.js';
import { pick } from './sharing-fixture.js';

/** What is found among the numbers below `size` when these are bad, and the questions asked on the way. */
function find(size: number, bad: ReadonlySet<number>) {
  const questions: number[][] = [];
  const found = bisect([...Array(size).keys()], (part) => {
    questions.push([...part]);
    return part.every((element) => !bad.has(element));
  });
  return { found, questions };
}
const most = (size: number, k: number): number => 2 * k * Math.log2(size / k) + 2 * k - 2;

describe('bisection', () => {
  it('finds every set of bad ones among up to eleven, within the bound, and asks nothing twice', () => {
    for (let size = 1; size <= 11; size++)
      for (let bits = 1; bits < 2 ** size; bits++) {
        const bad = [...Array(size).keys()].filter((i) => (bits >> i) & 1);
        const { found, questions } = find(size, new Set(bad));
        if (found.join() !== bad.join()) expect.fail(`${size}: ${bad} became ${found}`);
        expect(questions.length).toBeLessThanOrEqual(most(size, bad.length) + 1e-9);
        expect(new Set(questions.map(String)).size).toBe(questions.length);
      }
  });

  it('finds k bad ones wherever they are among 67, within the bound', () => {
    for (const k of [1, 2, 3, 5, 10, 33, 67])
      for (let round = 0; round < (k === 1 ? 67 : 50); round++) {
        const bad = new Set(k === 1 ? [round] : pick(`bad ${round}`, k, 67));
        const { found, questions } = find(67, bad);
        expect(found).toEqual([...bad].sort((a, b) => a - b));
        expect(questions.length).toBeLessThanOrEqual(most(67, k) + 1e-9);
      }
  });

  it('asks neither about the whole nor about what follows from its other half', () => {
    expect(find(1, new Set([0])).questions).toEqual([]);
    expect(find(2, new Set([1])).questions).toEqual([[0]]);
    expect(find(4, new Set([3])).questions).toEqual([[0, 1], [2]]);
  });

  it('finds nothing in nothing', () => {
    expect(bisect([], () => expect.fail('asked'))).toEqual([]);
  });
});
