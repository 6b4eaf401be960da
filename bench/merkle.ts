import { fork } from 'node:child_process';
import { median, quantile } from './measure.js';
import type { COMMITMENTS } from './merkle-commitments.js';
import { duration, type Row, type Table, type Target, times } from './table.js';

type Way = keyof typeof COMMITMENTS;

interface Run {
  readonly ms: number;
  readonly bytes: number;
  /** The highest resident size, with the table and the runtime. */
  readonly resident: number;
  readonly root: string;
}

function runApart(way: Way, records: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./run-merkle.js', import.meta.url), [way, String(records)], {
      execArgv: ['--expose-gc'],
    });
    let run: Run | undefined;
    child.on('message', (message) => {
      run = message as Run;
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      run ? resolve(run) : reject(new Error(`${way} of ${records} ended with ${code}`)),
    );
  });
}

/** The ways in turn, each in a fresh process. */
async function inTurn(ways: readonly Way[], records: number, rounds: number): Promise<Map<Way, Run[]>> {
  const runs = new Map<Way, Run[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++)
    for (const way of ways) runs.get(way)!.push(await runApart(way, records));
  if (new Set([...runs.values()].flat().map(({ root }) => root)).size !== 1)
    throw new Error('the roots differ');
  return runs;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

function row(
  what: string,
  values: readonly number[],
  format: (value: number) => string,
  beside: { readonly ratio?: number; readonly target?: Target } = {},
): Row {
  return {
    what,
    n: values.length,
    median: format(median(values)),
    middle: `${format(quantile(values, 0.25))} – ${format(quantile(values, 0.75))}`,
    ratio: beside.ratio === undefined ? '1' : times(beside.ratio),
    target: beside.target ?? null,
  };
}

const ratios = (runs: readonly Run[], beside: readonly Run[], of: (run: Run) => number): number =>
  median(runs.map((run, i) => of(run) / of(beside[i]!)));

/** Committing to a table: beside the hashes it takes, and beside merkletreejs over the whole of it. */
export async function measureMerkle(): Promise<Table[]> {
  const [ms, bytes] = [(run: Run) => run.ms, (run: Run) => run.bytes];
  const million = await inTurn(['plainLoop', 'ours'], 1_000_000, 5);
  const [plain, ours] = [million.get('plainLoop')!, million.get('ours')!];
  const overhead = ratios(ours, plain, ms);
  const peak = median(ours.map(bytes));
  const smaller = await inTurn(['ours', 'peerInOnePiece'], 100_000, 5);
  const [oursOf100k, peer] = [smaller.get('ours')!, smaller.get('peerInOnePiece')!];
  return [
    {
      title: 'Merkle commitment',
      about:
        'Records of 100 bytes, the tree of RFC 6962, every run in a fresh process. Memory is the highest resident size ' +
        'above that before the first hash, so the table itself is not in it. All ways give one root.',
      rows: [
        row(
          'time of 1,000,000 records: each leaf and node hashed once in a plain loop',
          plain.map(ms),
          duration,
        ),
        row(
          'time of 1,000,000 records: the commitment, which keeps what proofs need',
          ours.map(ms),
          duration,
          {
            ratio: overhead,
            target: { text: '≤ × 1.6', met: overhead <= 1.6 },
          },
        ),
        row('memory of 1,000,000 records: the commitment', ours.map(bytes), megabytes, {
          target: { text: '< 500 MB', met: peak < 500e6 },
        }),
        row(
          'the same with the 100 MB of records and the runtime',
          ours.map(({ resident }) => resident),
          megabytes,
        ),
        row('time of 100,000 records: the commitment', oursOf100k.map(ms), duration),
        row('time of 100,000 records: merkletreejs in one piece', peer.map(ms), duration, {
          ratio: ratios(peer, oursOf100k, ms),
        }),
        row('memory of 100,000 records: the commitment', oursOf100k.map(bytes), megabytes),
        row('memory of 100,000 records: merkletreejs in one piece', peer.map(bytes), megabytes, {
          ratio: ratios(peer, oursOf100k, bytes),
        }),
      ],
    },
  ];
}
