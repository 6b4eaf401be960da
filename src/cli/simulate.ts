import type { Command } from 'commander';
import { type OutcomeDetails, type SimulateOptions, simulate } from '../index.js';
import { MAX_BANKS, type StatisticsMode } from '../protocol/manifest.js';
import { MAX_LATENCY_MS, NETWORK_PRESETS, type NetworkPreset } from '../sim/presets.js';
import { MAX_QUOTA } from '../sim/run.js';
import { ADVERSARIES_HELP } from './adversaries-help.js';
import { jsonText } from './artifacts.js';
import { commandLine } from './command-line.js';
import { conclude } from './conclude.js';
import { choice, decimalNumber, names, PROTOCOLS, statisticsOption, wholeNumber } from './options.js';
import { expectFile, writeFile } from './output.js';
import { paintFor } from './paint.js';
import { progressOn } from './progress.js';
import { pageDetails } from './report-details.js';
import { reportPage } from './report-html.js';
import { label, summarise } from './summary.js';

interface SimulateFlags {
  readonly banks: number;
  readonly faults?: number;
  readonly actualFaults?: number;
  readonly records: number;
  readonly divergence: number;
  readonly disputed?: number;
  readonly noise?: number;
  readonly adversary?: readonly string[];
  readonly seed: number;
  readonly epochs: number;
  readonly network: NetworkPreset;
  readonly latency?: number;
  readonly statistics?: StatisticsMode;
  readonly quota?: number;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly report?: string;
  readonly json?: boolean;
}

/** `concordat simulate`: a consortium with generated data, a simulated network and adversaries. */
export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('Run a consortium with generated data, a simulated network and lying banks.')
    .option('--banks <n>', 'number of banks', wholeNumber(1, MAX_BANKS), 7)
    .option(
      '--faults <F>',
      'lying banks that are tolerated (default: the most that are possible)',
      wholeNumber(0),
    )
    .option(
      '--actual-faults <A>',
      'banks that do lie (default: F with an adversary, else none)',
      wholeNumber(0),
    )
    .option('--records <n>', 'records of each bank, about', wholeNumber(1), 1000)
    .option('--divergence <share>', 'share of keys on which one honest bank errs', decimalNumber(0, 1), 0.01)
    .option(
      '--disputed <share>',
      'share of keys on which honest banks err so that no version settles (default: 0)',
      decimalNumber(0, 1),
    )
    .option(
      '--noise <share>',
      'share of keys on which every amount is off by a few cents (default: 0)',
      decimalNumber(0, 1),
    )
    .option('--adversary <name,…>', 'what the lying banks do, in turn', names)
    .option('--seed <n>', 'decides everything', wholeNumber(0), 1)
    .option('--epochs <n>', 'epochs, one after the other', wholeNumber(1), 1)
    .addOption(choice('--network <name>', 'model of the network', NETWORK_PRESETS).default('synchronous'))
    .option('--latency <ms>', 'delay of a message (default: the network’s)', wholeNumber(0, MAX_LATENCY_MS))
    .addOption(statisticsOption())
    .option(
      '--quota <n>',
      'disputed records that one bank can be made to open (default: 16384)',
      wholeNumber(0, MAX_QUOTA),
    )
    .addOption(choice('--protocol <name>', 'protocol to run', PROTOCOLS).default('concordat'))
    .option('--report <file.html>', 'write a page with plots')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', ADVERSARIES_HELP)
    .action(run);
}

async function run(flags: SimulateFlags): Promise<void> {
  if (flags.report !== undefined) expectFile(flags.report);
  const progress = progressOn(process.stderr);
  let details: OutcomeDetails | null = null;
  const report = await simulate({
    ...libraryOptions(flags),
    onProgress: progress.show,
    onDetails: (found) => {
      details = found;
    },
  }).finally(progress.clear);
  if (flags.report !== undefined) {
    const command = commandLine('simulate', { ...flags, report: undefined, json: undefined }, []);
    writeFile(
      flags.report,
      reportPage({
        title: `Simulation of ${report.banks} banks`,
        report,
        command,
        ...pageDetails(details, defaultsShown(flags)),
        notices: [],
        hasFiles: false,
      }),
    );
  }
  if (flags.json) process.stdout.write(jsonText(report));
  else {
    const paint = paintFor(process.stdout, process.env);
    const lines = summarise(report, 'Simulation', paint);
    if (flags.report !== undefined) lines.push(...label('Written', flags.report, paint));
    process.stdout.write(`${lines.join('\n')}\n\n`);
  }
  conclude(report);
}

/** Options that a report names only where they were given. */
const defaultsShown = ({
  disputed = 0,
  noise = 0,
  latency,
}: SimulateFlags): Record<string, number | string> => ({
  disputed,
  noise,
  latencyMs: latency ?? 'the network’s',
});

function libraryOptions(flags: SimulateFlags): SimulateOptions {
  const { adversary, latency, report: _report, json: _json, ...same } = flags;
  return {
    ...same,
    ...(adversary === undefined ? {} : { adversaries: adversary }),
    ...(latency === undefined ? {} : { latencyMs: latency }),
  };
}
