import type { Bls, ProvenKey } from '../crypto/bls.js';
import { equalBytes, toHex } from '../crypto/bytes.js';
import { type Evidence, verifyEvidence } from '../protocol/evidence.js';
import type { Suite } from '../protocol/suite.js';
import { adversaryNamed } from './adversaries.js';
import type { AdversarialSend, Adversary } from './adversary.js';
import { type ByzantineBank, networkOf, type Scenario } from './campaign-scenario.js';
import { combined } from './combined.js';
import { type BankKeys, drawKeys } from './consortium.js';
import { generate } from './generate.js';
import { Random } from './random.js';
import { type EpochRecord, Simulation } from './simulation.js';
import { methodsOf } from './suite.js';
import { triggered } from './triggers.js';

/** What came of a scenario. */
export interface Verdict {
  /** Guarantees that were broken, and how; empty when all held. */
  readonly violations: readonly string[];
  /** Whether some honest bank left the first view of an epoch. */
  readonly viewChanged: boolean;
  /** Crashes of honest banks, each with its restart. */
  readonly crashes: number;
  /** How many of them tore an entry of the log. */
  readonly torn: number;
  /** Whether keys were disputed. */
  readonly disputed: boolean;
  /** Strategies that were there, and of these the ones that did something which their bank's core would not have. */
  readonly strategies: ReadonlySet<string>;
  readonly acted: ReadonlySet<string>;
}

/** How long an epoch may take after everything has healed, in Δ: views double, and faults may have driven them up. */
const PATIENCE = 50_000;

/** Runs scenarios one after the other, with keys that are made once: making them takes longer than an epoch. */
export class Campaign {
  readonly #suite: Suite;
  readonly #keys: BankKeys[] = [];

  /**
   * @param suite that the banks run on
   * @param patience how long an epoch may take after everything has healed, in Δ
   */
  constructor(
    suite: Suite,
    private readonly patience = PATIENCE,
  ) {
    this.#suite = { ...suite, bls: provingOnce(suite.bls) };
  }

  /** Runs a scenario. Never throws: what is thrown inside is a violation, too. */
  run(scenario: Scenario): Verdict {
    const records: EpochRecord[] = [];
    const acted = new Set<string>();
    let violations: string[];
    try {
      violations = this.#judge(scenario, records, acted);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      violations = [`error: ${text.split('\n').slice(0, 4).join(' | ')}`];
    }
    const sealed = records.flatMap((record) => record.sealed.find(Boolean) ?? []);
    return {
      violations,
      viewChanged: records.some(({ views }) => views > 1),
      crashes: records.reduce((sum, { crashes }) => sum + crashes, 0),
      torn: records.reduce((sum, { torn }) => sum + torn, 0),
      disputed: sealed.some(({ seal }) => seal.totals.disputed > 0),
      strategies: new Set(scenario.byzantine.flatMap(({ strategies }) => strategies)),
      acted,
    };
  }

  #judge(scenario: Scenario, records: EpochRecord[], acted: Set<string>): string[] {
    const { banks, byzantine, epochs } = scenario;
    const honest = [...Array(banks).keys()].filter((bank) => byzantine.every((each) => each.bank !== bank));
    const books = Array.from({ length: epochs }, (_, epoch) => booksOf(scenario, honest, epoch));
    const simulation = new Simulation({
      schema: books[0]!.schema,
      banks: books[0]!.datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
      faults: scenario.faults,
      adversaries: new Map(byzantine.map((each) => [each.bank, strategyOf(each, acted)])),
      network: networkOf(scenario),
      suite: this.#suite,
      seed: scenario.seed,
      keys: this.#keysFor(banks),
      parameters: {
        statistics: scenario.statistics,
        ...(scenario.quota === null ? {} : { disclosureQuota: scenario.quota }),
      },
      crashes: scenario.crashes,
      crashesUntilMs: scenario.healsAtMs,
      patience: this.patience,
    });
    for (const [epoch, { datasets }] of books.entries()) {
      records.push(simulation.runEpoch(epoch === 0 ? undefined : datasets));
      if (!records.at(-1)!.complete) break;
    }
    return [
      ...simulation.oracle.violations,
      ...records.flatMap((record) => this.#accusations(simulation, record, honest)),
    ];
  }

  /** What is wrong with the evidence that honest banks hold: every bank that is shown it has to be convinced. */
  #accusations(simulation: Simulation, { evidence }: EpochRecord, honest: readonly number[]): string[] {
    const { manifest } = simulation.consortium;
    const held = new Map(
      honest.flatMap((bank) => evidence[bank]!.map((e): [number, Evidence] => [e.accused, e])),
    );
    return [...held.values()].flatMap((each) => {
      try {
        verifyEvidence(manifest, each, this.#suite);
        return [];
      } catch (error) {
        return [`integrity: evidence against bank-${each.accused} does not verify: ${String(error)}`];
      }
    });
  }

  #keysFor(banks: number): BankKeys[] {
    while (this.#keys.length < banks)
      this.#keys.push(drawKeys(this.#suite.bls, new Random(`campaign/${this.#keys.length}`)));
    return this.#keys.slice(0, banks);
  }
}

function strategyOf({ strategies, trigger }: ByzantineBank, acted: Set<string>): Adversary {
  const named = strategies.map((name) =>
    noted(triggered(adversaryNamed(name), trigger), () => acted.add(name)),
  );
  return named.length === 1 ? named[0]! : combined(named);
}

/** The strategy, and `note` is called when it does something. */
function noted({ records, core, hears, attack, ...rest }: Adversary, note: () => void): Adversary {
  const noteIf = <T>(isNews: boolean, result: T): T => {
    if (isNews) note();
    return result;
  };
  return {
    ...rest,
    ...(records && {
      records: (dataset, context) => {
        const altered = records(dataset, context);
        return noteIf(altered !== dataset, altered);
      },
    }),
    ...(core && { core: (context) => noteIf(true, core(context)) }),
    ...(hears && {
      hears: (context) => {
        const heard = hears(context);
        return noteIf(!heard, heard);
      },
    }),
    ...(attack && {
      attack: (outgoing, context) => {
        const sent = attack(outgoing, context);
        const same = sent.length === outgoing.length && sent.every((send, i) => isSame(send, outgoing[i]!));
        return noteIf(!same, sent);
      },
    }),
  };
}

const isSame = (a: AdversarialSend, b: AdversarialSend): boolean =>
  a === b || (a.to === b.to && !a.after && equalBytes(a.bytes, b.bytes));

function booksOf(scenario: Scenario, honest: readonly number[], epoch: number) {
  const { banks, faults, records, divergence, disputed, noise, seed } = scenario;
  const random = new Random(seed).fork(`data/${epoch}`);
  return generate({ banks, faults, records, divergence, disputed, noise, random, honest });
}

/** Checks each proof of possession once. */
function provingOnce(bls: Bls): Bls {
  const known = new Map<string, ProvenKey>();
  return {
    ...methodsOf(bls),
    proveKey: (key, possession) => {
      const name = `${toHex(key)} ${toHex(possession)}`;
      const proven = known.get(name) ?? bls.proveKey(key, possession);
      known.set(name, proven);
      return proven;
    },
  };
}
