import { equalBytes } from '../../src/crypto/bytes.js';
import type { Dataset } from '../../src/data/dataset.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { Evidence } from '../../src/protocol/evidence.js';
import type { Manifest } from '../../src/protocol/manifest.js';
import { DEFAULT_PARAMETERS, type StatisticsMode } from '../../src/protocol/manifest.js';
import type { Message } from '../../src/protocol/messages.js';
import { maxFaults } from '../../src/protocol/quorum.js';
import { adversaryNamed } from '../../src/sim/adversaries.js';
import type { AdversarialSend, Adversary, AttackContext } from '../../src/sim/adversary.js';
import { createConsortium } from '../../src/sim/consortium.js';
import type { EpochRecord } from '../../src/sim/epoch-record.js';
import { generate } from '../../src/sim/generate.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { loadRememberingBls, Simulation } from './remembered.js';

/** Shares no memory with the suite that the banks of a simulation use. */
export const suite = defaultSuite(await loadRememberingBls());

/** One run of the matrix. */
export interface Cell {
  readonly banks: number;
  /** Decides the books, and which banks lie. */
  readonly seed: number;
  /** Names of strategies, for the liars in turn. */
  readonly mix: readonly string[];
  readonly statistics: StatisticsMode;
  /** Whether the bank that leads the first view is a liar, and has the first strategy. */
  readonly leads: boolean;
}

/** What a liar did, as seen from outside. */
export interface Liar {
  readonly bank: number;
  readonly adversary: string;
  readonly sent: readonly { readonly to: number; readonly message: Message }[];
  readonly heard: readonly { readonly from: number; readonly message: Message }[];
  /** What it saw when it last did anything. */
  readonly context: AttackContext | null;
  /** Whether anything that it held, heard or sent was not what an honest bank's would have been. */
  readonly deviated: boolean;
}

/** What a run left. */
export interface Seen {
  readonly cell: Cell;
  readonly faults: number;
  readonly manifest: Manifest;
  readonly honest: readonly number[];
  readonly liars: readonly Liar[];
  readonly violations: readonly string[];
  readonly record: EpochRecord;
  /** What any honest bank has proof of. */
  readonly evidence: readonly Evidence[];
}

const RECORDS = 60;
/** Decides keys, network and the liars' choices: one for all cells, since making keys takes longer than an epoch. */
const CONSORTIUM_SEED = 1;
const schedules = new Map<string, readonly number[]>();

/** Runs one epoch on books of which every tenth key is disputed, under the most faults that so many banks bear. */
export function runCell(cell: Cell): Seen {
  const { banks, seed, mix, statistics } = cell;
  const faults = maxFaults(banks);
  const network = networkPreset('synchronous', { banks });
  const random = new Random(seed);
  const places = liarsOf(cell, random.fork('places'));
  const honest = [...Array(banks).keys()].filter((bank) => !places.includes(bank));
  const { datasets, schema } = generate({
    banks,
    records: RECORDS,
    divergence: 0.1,
    disputed: 0.1,
    random: random.fork('data'),
    honest,
  });
  const liars = places.map((bank, i) => spied(bank, adversaryNamed(mix[i % mix.length]!)));
  const simulation = new Simulation({
    schema,
    banks: datasets.map((dataset, i) => ({ id: idOf(i), dataset })),
    faults,
    adversaries: new Map(liars.map(({ bank, strategy }) => [bank, strategy])),
    network,
    suite,
    seed: CONSORTIUM_SEED,
    parameters: { statistics },
  });
  const record = simulation.runEpoch();
  const held = new Map(honest.flatMap((bank) => record.evidence[bank]!.map((e) => [e.accused, e] as const)));
  return {
    cell,
    faults,
    manifest: simulation.consortium.manifest,
    honest,
    liars: liars.map(({ seen }) => seen),
    violations: simulation.oracle.violations,
    record,
    evidence: [...held.values()],
  };
}

const idOf = (bank: number): string => `bank-${bank}`;

/** The liars' places: who leads first is one if the cell says so, and is none otherwise. */
function liarsOf(cell: Cell, random: Random): number[] {
  const [first, ...others] = scheduleOf(cell);
  const drawn = random.shuffle(others);
  const faults = maxFaults(cell.banks);
  return cell.leads ? [first!, ...drawn.slice(0, faults - 1)] : drawn.slice(0, faults);
}

/** The order of leaders, which keys and seed decide and adversaries do not. */
function scheduleOf({ banks, statistics }: Cell): readonly number[] {
  const name = `${banks}/${statistics}`;
  const known = schedules.get(name);
  if (known) return known;
  const { schema } = generate({ banks, records: 1, divergence: 0, random: new Random(0), honest: [0] });
  const { manifest } = createConsortium({
    name: schema.name,
    ids: Array.from({ length: banks }, (_, i) => idOf(i)),
    faults: maxFaults(banks),
    schema,
    suite,
    random: new Random(CONSORTIUM_SEED).fork('consortium'),
    parameters: { ...DEFAULT_PARAMETERS, delta: networkPreset('synchronous', { banks }).deltaMs, statistics },
  });
  const { schedule } = genesisChain(manifest);
  schedules.set(name, schedule);
  return schedule;
}

function spied(bank: number, adversary: Adversary) {
  const sent: { to: number; message: Message }[] = [];
  const heard: { from: number; message: Message }[] = [];
  const decoded = new Map<Uint8Array, Message>();
  const seen: { -readonly [K in keyof Liar]: Liar[K] } = {
    bank,
    adversary: adversary.name,
    sent,
    heard,
    context: null,
    deviated: false,
  };
  const strategy: Adversary = {
    ...adversary,
    ...(adversary.records && {
      records: (dataset, context) => {
        const altered = adversary.records!(dataset, context);
        seen.deviated ||= !sameEntries(dataset, altered);
        return altered;
      },
    }),
    ...(adversary.hears && {
      hears: (context) => {
        const hears = adversary.hears!(context);
        seen.deviated ||= !hears;
        return hears;
      },
    }),
    attack: (outgoing, context) => {
      seen.context = context;
      if (context.heard && context.input.type === 'message')
        heard.push({ from: context.input.from, message: context.heard });
      const stop = (): void => {
        seen.deviated = true;
        context.stop();
      };
      const done = adversary.attack?.(outgoing, { ...context, stop }) ?? outgoing;
      seen.deviated ||= !sameSends(outgoing, done);
      for (const { to, bytes } of done) {
        decoded.set(bytes, decoded.get(bytes) ?? context.decode(bytes));
        sent.push({ to, message: decoded.get(bytes)! });
      }
      return done;
    },
  };
  return { bank, strategy, seen: seen as Liar };
}

const sameEntries = (a: Dataset, b: Dataset): boolean =>
  a.size === b.size && a.entries.every(({ digest }, i) => equalBytes(digest, b.entries[i]!.digest));

/** Whether the same bytes go to the same banks at the same time, in the same order. */
const sameSends = (honest: readonly AdversarialSend[], sent: readonly AdversarialSend[]): boolean =>
  honest.length === sent.length &&
  honest.every(({ to, bytes, after = 0 }, i) => {
    const other = sent[i]!;
    return to === other.to && after === (other.after ?? 0) && equalBytes(bytes, other.bytes);
  });

/** One line that says which run this was. */
export const nameOf = ({ banks, seed, mix, statistics, leads }: Cell): string =>
  `${mix.join('+')} n=${banks} seed=${seed} statistics=${statistics} ${leads ? 'leads' : 'follows'}`;
