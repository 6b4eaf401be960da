import { describe, expect, it } from 'vitest';
import { defineAdversary } from '../../src/sim/adversary.js';
import { simulate } from '../../src/sim/simulate.js';

const flipBit = defineAdversary({
  name: 'flip-bit',
  attack: (outgoing, { random }) =>
    outgoing.map((send) => {
      const bytes = send.bytes.slice();
      bytes[random.int(bytes.length)]! ^= 1 << random.int(8);
      return { ...send, bytes };
    }),
});

const truncate = defineAdversary({
  name: 'truncate',
  attack: (outgoing, { random }) =>
    outgoing.map((send) => ({ ...send, bytes: send.bytes.slice(0, random.int(send.bytes.length)) })),
});

const noise = defineAdversary({
  name: 'noise',
  attack: (outgoing, { random }) =>
    outgoing.map((send) => ({ ...send, bytes: random.bytes(random.int(300)) })),
});

describe('bytes that are no message, or another than was meant', () => {
  for (const adversary of [flipBit, truncate, noise])
    it(`harm nobody: ${adversary.name}`, async () => {
      for (const seed of [1, 2, 3]) {
        const report = await simulate({ banks: 4, records: 100, seed, adversaries: [adversary] });
        expect(report.violations).toEqual([]);
        expect(report.agreement).toBe(true);
        for (const bank of report.perBank) expect(bank.evidence).toEqual([]);
      }
    });
});
