import type { Bls, ProvenKey } from '../crypto/bls.js';
import { equalBytes, toHex } from '../crypto/bytes.js';
import { genesisChain } from '../protocol/chain.js';
import { type Evidence, verifyEvidence } from '../protocol/evidence.js';
import type { Suite } from '../protocol/suite.js';
import { adversaryNamed } from './adversaries.js';
import type { AdversarialSend, Adversary } from './adversary.js';
import { booksOf, Change, idsOf, parametersOf, type Term } from './campaign-change.js';
import { networkOf } from './campaign-scenario.js';
import { combined } from './combined.js';
import { type BankKeys, createConsortium, drawKeys } from './consortium.js';
import type { EpochRecord } from './epoch-record.js';
import { Random } from './random.js';
import { type ByzantineBank, honestOf, type Scenario } from './scenario.js';
import { Simulation } from './simulation.js';
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
  /** How many of them lost the whole disk. */
  readonly lost: number;
  /** Honest banks that learnt from others of epochs which were sealed while they were down. */
  readonly caughtUp: number;
  /** Whether an epoch followed under another manifest. */
  readonly succeeded: boolean;
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
  #succeeded = false;

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
    this.#succeeded = false;
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
      lost: records.reduce((sum, { lost }) => sum + lost, 0),
      caughtUp: new Set(records.flatMap(({ caughtUp }) => [...caughtUp])).size,
      disputed: sealed.some(({ seal }) => seal.totals.disputed > 0),
      succeeded: this.#succeeded,
      strategies: new Set(scenario.byzantine.flatMap(({ strategies }) => strategies)),
      acted,
    };
  }

  #judge(scenario: Scenario, records: EpochRecord[], acted: Set<string>): string[] {
    const { banks, epochs, succession } = scenario;
    const first: Term = { scenario, ids: idsOf(banks), keys: this.#foundingKeys(scenario) };
    const simulation = this.#simulate(first, acted);
    const violations = this.#runEpochs(simulation, scenario, 0, epochs, records);
    if (!succession || !records.at(-1)!.complete || violations.length > 0) return violations;
    const spare = (count: number): BankKeys[] => this.#keysFor(banks + count).slice(banks);
    const change = new Change(simulation, scenario, this.#suite, first.keys, spare);
    if (succession.late.length > 0) {
      const { datasets } = booksOf(scenario, epochs);
      return [...violations, ...change.contest(succession.late, datasets)];
    }
    const { term, faults } = change.agree();
    if (!term) return [...violations, ...faults];
    const next = this.#simulate(term, acted);
    violations.push(...faults, ...this.#runEpochs(next, term.scenario, epochs, 1, records));
    this.#succeeded = true;
    return [...violations, ...change.follow(next)];
  }

  #simulate({ scenario, ids, keys, consortium, chain }: Term, acted: Set<string>): Simulation {
    const { schema, datasets } = booksOf(scenario, chain?.epoch ?? 0);
    return new Simulation({
      schema,
      banks: datasets.map((dataset, i) => ({ id: ids[i]!, dataset })),
      faults: scenario.faults,
      adversaries: new Map(scenario.byzantine.map((each) => [each.bank, strategyOf(each, acted)])),
      network: networkOf(scenario),
      suite: this.#suite,
      seed: scenario.seed,
      keys,
      ...(consortium && { consortium }),
      ...(chain && { chain }),
      parameters: parametersOf(scenario),
      crashes: scenario.crashes,
      crashesUntilMs: scenario.healsAtMs,
      ...(scenario.outages && { outages: scenario.outages }),
      patience: this.patience,
    });
  }

  /** Runs epochs until one does not end. @returns what was broken, in all epochs of this simulation */
  #runEpochs(
    simulation: Simulation,
    scenario: Scenario,
    from: number,
    count: number,
    records: EpochRecord[],
  ): string[] {
    const honest = honestOf(scenario.banks, scenario.byzantine);
    const judged: EpochRecord[] = [];
    for (let epoch = from; epoch < from + count; epoch++) {
      judged.push(simulation.runEpoch(epoch === from ? undefined : booksOf(scenario, epoch).datasets));
      if (!judged.at(-1)!.complete) break;
    }
    records.push(...judged);
    return [
      ...simulation.oracle.violations,
      ...judged.flatMap((record) => this.#accusations(simulation, record, honest)),
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

  /** Keys for the founding banks. Whose are whose decides who leads, since nothing else of the manifest depends on it. */
  #foundingKeys(scenario: Scenario): BankKeys[] {
    const { banks, faults, seed, firstLeader } = scenario;
    const keys = this.#keysFor(banks);
    if (firstLeader === undefined) return keys;
    const { schema } = booksOf(scenario, 0);
    const { manifest } = createConsortium({
      name: schema.name,
      ids: idsOf(banks),
      faults,
      schema,
      suite: this.#suite,
      random: new Random(seed).fork('consortium'),
      keys,
    });
    const [leader] = genesisChain(manifest).schedule as [number];
    return keys.with(leader, keys[firstLeader]!).with(firstLeader, keys[leader]!);
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
