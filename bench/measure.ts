/** One of the things that are timed beside each other. */
export interface Contestant {
  /** Who does it, as the table says it. */
  readonly by: string;
  /** Does it once. A promise is awaited. */
  run(): unknown;
}

/** What was measured of one contestant; processor times in milliseconds a call. */
export interface Timing {
  readonly by: string;
  /** Calls timed. */
  readonly calls: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** Median over the rounds of this contestant's time over the first one's in the same round. */
  readonly ratio: number;
}

/** How long to measure. */
export interface Effort {
  /** Seconds for all contestants together, warm-up apart. */
  readonly seconds?: number;
  /** Fewest rounds, whatever they take. */
  readonly rounds?: number;
}

/** A sample shorter than this is mostly the clock. */
const SAMPLE_MS = 10;
/** Warm-up of each contestant, by the end of which it is compiled. */
const WARM_UP_MS = 200;
const MOST_ROUNDS = 201;

/** Milliseconds of processor time this process has used, in all its threads. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of so many calls. */
async function time({ run }: Contestant, calls: number): Promise<number> {
  const start = processorTime();
  for (let i = 0; i < calls; i++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return processorTime() - start;
}

/** Warms a contestant up, and finds how many calls make a sample and what they take. */
async function warmUp(contestant: Contestant): Promise<{ calls: number; ms: number }> {
  let spent = 0;
  for (let calls = 1; ; ) {
    const ms = await time(contestant, calls);
    spent += ms;
    if (ms < SAMPLE_MS) calls *= 2;
    else if (spent >= WARM_UP_MS) return { calls, ms };
  }
}

/** The value below which the share `at` of the values lies; of an even number's middle the upper one. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))]!;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Times the contestants in turn, A B C A B C …, so that whatever else the machine does falls on all of them alike, and in
 * processor time, which it does not count to. Ratios are taken within a round and then their median: a slow second spoils one ratio, not the result.
 */
export async function compare(contestants: readonly Contestant[], effort: Effort = {}): Promise<Timing[]> {
  const { seconds = 1, rounds: least = 7 } = effort;
  const samples: { calls: number; ms: number }[] = [];
  for (const contestant of contestants) samples.push(await warmUp(contestant));
  const roundMs = samples.reduce((sum, { ms }) => sum + ms, 0);
  const rounds = Math.min(MOST_ROUNDS, Math.max(least, Math.floor((1000 * seconds) / roundMs)));
  const times: number[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, contestant] of contestants.entries())
      times[i]!.push((await time(contestant, samples[i]!.calls)) / samples[i]!.calls);
  return contestants.map(({ by }, i) => ({
    by,
    calls: rounds * samples[i]!.calls,
    median: median(times[i]!),
    lowerQuartile: quantile(times[i]!, 0.25),
    upperQuartile: quantile(times[i]!, 0.75),
    ratio: median(times[i]!.map((ms, round) => ms / times[0]![round]!)),
  }));
}
