import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { adversaries, adversaryNamed } from '../../src/sim/adversaries.js';
import { type Adversary, defineAdversary } from '../../src/sim/adversary.js';
import { simulate } from './remembered.js';

const BANKS = 4;

/** The code of the error that `run` throws. */
async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isConcordatError(error)) return error.code;
    throw error;
  }
  return 'none';
}

describe('the built-in strategies', () => {
  it('have names, by which they are found, and say what they do', () => {
    for (const [key, adversary] of Object.entries(adversaries)) {
      expect(adversary.name).toBe(key);
      expect(adversary.description).toMatch(/\w/);
      expect(adversaryNamed(key)).toBe(adversary);
    }
    expect(Object.keys(adversaries).length).toBeGreaterThanOrEqual(30);
  });

  it('refuse a name that is none of theirs, even one that every object has', async () => {
    for (const unknown of ['liar', '', 'toString', '__proto__', 'constructor', 'Silent'])
      expect(await codeOf(() => adversaryNamed(unknown))).toBe('ADVERSARY_UNKNOWN');
  });
});

describe('defineAdversary', () => {
  it('refuses a strategy without a name, and one that does nothing', async () => {
    for (const bad of [
      { name: '', attack: () => [] },
      { name: 7, attack: () => [] },
      { attack: () => [] },
      { name: 'idle' },
      { name: 'idle', trigger: () => true },
    ])
      expect(await codeOf(() => defineAdversary(bad as unknown as Adversary))).toBe('ADVERSARY_INVALID');
  });

  it('returns one that nobody can change', () => {
    const mute = defineAdversary({ name: 'mute', attack: () => [] });
    expect(Object.isFrozen(mute)).toBe(true);
  });

  it('makes a strategy that simulate runs, and that acts only when it is triggered', async () => {
    const steps: number[] = [];
    const times: number[] = [];
    const mute = defineAdversary({
      name: 'mute-at-first',
      attack: (_, { now, memory, step }) => {
        memory.set('muted', ((memory.get('muted') as number | undefined) ?? 0) + 1);
        steps.push(step);
        times.push(now);
        return [];
      },
      trigger: ({ step }) => step <= 3,
    });
    const report = await simulate({ banks: 4, records: 50, adversaries: [mute] });
    expect([report.agreement, report.violations]).toEqual([true, []]);
    expect(report.perBank.filter(({ adversary }) => adversary === 'mute-at-first')).toHaveLength(1);
    expect(Math.max(...steps)).toBeLessThanOrEqual(3);
    expect(times.every((time) => time >= 0)).toBe(true);
  });

  it('gives it the means to do what only a Byzantine bank can: sign twice, and be caught', async () => {
    const forger = defineAdversary({
      name: 'two-commitments',
      attack: (outgoing, { decode, encode, sign }) =>
        outgoing.flatMap((send) => {
          const message = decode(send.bytes);
          if (message.type !== 'vote') return [send];
          const vote = { ...message, value: new Uint8Array(32) };
          const signature = sign(ballotStatement(vote, BANKS));
          return [send, { ...send, bytes: encode({ ...vote, signature }) }];
        }),
    });
    const report = await simulate({ banks: 4, records: 50, adversaries: [forger], seed: 1 });
    expect(report.violations).toEqual([]);
    const [caught] = report.perBank.filter(({ honest }) => !honest);
    expect(caught).toMatchObject({ state: 'faulty', evidence: [{ verified: true }] });
  });

  it('runs beside built-in ones, in turn', async () => {
    const mute = defineAdversary({ name: 'mute', attack: () => [] });
    const { perBank } = await simulate({ banks: 7, records: 50, adversaries: ['falsify', mute] });
    expect(perBank.flatMap(({ adversary }) => adversary ?? [])).toEqual(['falsify', 'mute']);
  });
});
