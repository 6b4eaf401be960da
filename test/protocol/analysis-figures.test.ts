import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/crypto/encoding.js';
import { STATISTICS_MODES, type StatisticsMode } from '../../src/protocol/manifest.js';
import { messageCodec } from '../../src/protocol/message-codec.js';
import type { Report } from '../../src/sim/report.js';
import { simulate } from '../../src/sim/simulate.js';

const text = readFileSync(new URL('../../docs/complexity.md', import.meta.url), 'utf8');
/** Lines that are broken for their length, made one. */
const prose = text.replaceAll(/\s+/g, ' ');

const figure = (value: number): string => value.toLocaleString('en-US');

/** The row of a run in the table of what was measured. */
function rowOf(mode: StatisticsMode, report: Report): string {
  const { banks, faults, rounds, messages, bytes, certificateBytes, naive, perBank } = report;
  const checks = perBank.map(({ verifications }) => verifications);
  const cells = [
    ...[banks, faults, mode, rounds, figure(messages.total), figure(bytes.total), figure(bytes.maxPerBank)],
    ...[`${Math.min(...checks)}–${Math.max(...checks)}`, certificateBytes],
    ...[figure(naive.messages), figure(naive.bytes), Math.round(naive.bytes / bytes.total)],
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Four banks with 200 records, one of which lies; the seed decides who leads first. */
const withLiar = (adversary: string, seed: number): Promise<Report> =>
  simulate({ banks: 4, records: 200, adversaries: [adversary], seed });

describe('the figures of docs/complexity.md', () => {
  it.each(STATISTICS_MODES)('are those of a run of four banks, statistics: %s', async (statistics) => {
    const report = await simulate({ banks: 4, records: 1000, statistics });
    const row = text.split('\n').find((line) => line.startsWith(`| 4 | 1 | ${statistics} |`));
    expect(row).toBe(rowOf(statistics, report));
    expect(prose).toContain(`${report.disclosed.rawRecords} raw records were disclosed`);
    expect(prose).toContain(`the least that honest banks had to receive was ${report.lowerBoundBytes} bytes`);
  });

  it('are those of runs whose first leader is silent, or leaves a bank out, and of one whose liar does not lead', async () => {
    const silent = await withLiar('silent', 2);
    const { timeout, forward, missing } = silent.messages.byStep;
    expect(prose).toContain(
      `first leader: ${silent.rounds} delays, ${silent.views} views, ${timeout} timeouts,`,
    );
    expect([forward, missing]).toEqual([3, 2]);

    const leading = await withLiar('censor', 2);
    const amendment = leading.bytes.byStep.amendment! / leading.messages.byStep.amendment!;
    expect(prose).toContain(`3 amendments of ${(amendment / 1000).toFixed(1)} kB each, 2 refusals`);
    expect(prose).toContain(`${leading.rounds} delays, ${figure(leading.bytes.total)} bytes.`);

    const following = await withLiar('censor', 4);
    expect(prose).toContain(`it is ${following.rounds} delays and ${figure(following.bytes.total)} bytes.`);
  });

  it('give the length of a fetch', () => {
    const [, alone, each] = /^\| fetch \| (\d+) \+ (\d+) for each key \|$/m.exec(text)!.map(Number);
    for (const keys of [0, 1, 7]) {
      const ids = Array.from({ length: keys }, () => new Uint8Array(8));
      const [value, signature] = [new Uint8Array(32), new Uint8Array(64)];
      const fetch = { type: 'fetch', epoch: 0, value, ids, signature } as const;
      expect(encode(messageCodec(4), fetch).length).toBe(alone! + keys * each!);
    }
  });
});
