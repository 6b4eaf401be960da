import { equalBytes, toHex } from '../crypto/bytes.js';
import { decode, encode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import type { Dataset } from '../data/dataset.js';
import { FIRST_SYMBOLS } from '../data/sketch-estimate.js';
import { type ChainState, chainCodec } from '../protocol/chain.js';
import type { Manifest, Parameters } from '../protocol/manifest.js';
import { maxFaults } from '../protocol/quorum.js';
import { sealedEpochCodec } from '../protocol/sealed-epoch.js';
import { statementDigest } from '../protocol/statement.js';
import {
  assembleSuccession,
  Lineage,
  type Succession,
  type SuccessionSignature,
  successionStatement,
} from '../protocol/succession.js';
import type { Suite } from '../protocol/suite.js';
import { networkOf } from './campaign-scenario.js';
import { type BankKeys, type Consortium, createConsortium } from './consortium.js';
import { type Generated, generate } from './generate.js';
import { Random } from './random.js';
import { honestOf, type Scenario } from './scenario.js';
import type { Simulation } from './simulation.js';

/** Banks under one manifest, and what they go through. */
export interface Term {
  readonly scenario: Scenario;
  readonly ids: readonly string[];
  readonly keys: readonly BankKeys[];
  /** Under a successor: the manifest, and where its first epoch is in the chain. */
  readonly consortium?: Consortium;
  readonly chain?: ChainState;
}

/** How long an epoch that may never end is given, in Δ. */
const ATTEMPT = 60;

/** The names of the founding banks. */
export const idsOf = (banks: number): string[] => Array.from({ length: banks }, (_, i) => `bank-${i}`);

/** What the manifests of a scenario have beside the defaults. */
export const parametersOf = (scenario: Scenario): Pick<Parameters, 'statistics'> & Partial<Parameters> => ({
  statistics: scenario.statistics,
  ...(scenario.quota === null ? {} : { disclosureQuota: scenario.quota }),
  ...(scenario.sketchSymbols === undefined ? {} : { sketchSymbols: scenario.sketchSymbols }),
  ...(scenario.room === undefined ? {} : { maxDifferences: boundOf(scenario, scenario.room) }),
});

/** As many keys as the honest banks' books of any epoch differ in, and `room` more; no fewer than a manifest may name. */
function boundOf(scenario: Scenario, room: number): number {
  const { epochs, banks, byzantine, sketchSymbols = FIRST_SYMBOLS } = scenario;
  const honest = honestOf(banks, byzantine);
  const counts = Array.from({ length: epochs + 1 }, (_, epoch) => {
    const { datasets } = booksOf(scenario, epoch);
    return keysInQuestion(honest.map((bank) => datasets[bank]!));
  });
  return Math.max(sketchSymbols, ...counts.map((count) => count + room));
}

/** Keys on which not all of these books are the same. */
function keysInQuestion(books: readonly Dataset[]): number {
  const versions = new Map<string, Set<string>>();
  const holders = new Map<string, number>();
  for (const { entries } of books)
    for (const { keyDigest, digest } of entries) {
      const key = toHex(keyDigest);
      versions.set(key, (versions.get(key) ?? new Set()).add(toHex(digest)));
      holders.set(key, (holders.get(key) ?? 0) + 1);
    }
  return [...versions].filter(([key, seen]) => seen.size > 1 || holders.get(key)! < books.length).length;
}

/** The books of an epoch. */
export function booksOf(scenario: Scenario, epoch: number): Generated {
  const { banks, faults, records, divergence, disputed, noise, seed, absence = 'vote' } = scenario;
  const random = new Random(seed).fork(`data/${epoch}`);
  const honest = honestOf(banks, scenario.byzantine);
  return generate({ banks, faults, records, divergence, disputed, noise, absence, random, honest });
}

/** The change of a consortium's manifest after its last epoch, and what must hold of it. */
export class Change {
  readonly #old: Manifest;
  readonly #honest: readonly number[];
  readonly #next: Term & { readonly consortium: Consortium };
  /** Another successor, which liars sign as well. */
  readonly #rival: Manifest;
  #succession: Succession | null = null;

  /**
   * @param founding keys of the banks there are
   * @param spare so many other keys, always the same ones
   */
  constructor(
    private readonly simulation: Simulation,
    private readonly scenario: Scenario,
    private readonly suite: Suite,
    private readonly founding: readonly BankKeys[],
    private readonly spare: (count: number) => readonly BankKeys[],
  ) {
    this.#old = simulation.consortium.manifest;
    this.#honest = honestOf(scenario.banks, scenario.byzantine);
    this.#next = this.#termOf();
    const { ids, keys } = this.#next;
    this.#rival = this.#found(ids, keys, this.#next.scenario, 'rival').manifest;
  }

  /** All honest banks sign. @returns the term of the successor, if there is one, and what did not hold */
  agree(): { readonly term: Term | null; readonly faults: readonly string[] } {
    const { simulation } = this;
    const lineage = this.#followed(this.#honest[0]!);
    const { epoch } = lineage.chain;
    const faults = this.#honest
      .filter((bank) => !isSame(simulation.chainOf(bank), lineage.chain))
      .map((bank) => `agreement: bank-${bank} goes on elsewhere than its sealed epochs lead`);
    const signatures = this.#honest.flatMap((bank) => this.#ask(bank, this.#successor, epoch));
    if (this.#honest.some((bank) => this.#ask(bank, this.#rival, epoch).length > 0))
      faults.push('succession: an honest bank signs two successors');
    const needed = new Random(this.scenario.seed).fork('signers').shuffle(signatures);
    const signers = needed.slice(0, this.#old.quorum);
    if (this.#assembled(this.#rival, epoch, this.#forged(this.#rival, epoch)))
      faults.push('succession: liars alone changed the manifest');
    this.#succession = this.#assembled(this.#successor, epoch, signers);
    if (!this.#succession)
      return { term: null, faults: [...faults, 'termination: no quorum for a successor'] };
    lineage.succeed(this.#succession);
    return { term: { ...this.#next, chain: lineage.chain }, faults };
  }

  /**
   * Some honest banks begin the next epoch under the old manifest, and the others have signed that it is the successor's.
   * Liars sign whatever there is.
   * @returns what did not hold
   */
  contest(late: readonly number[], datasets: readonly Dataset[]): string[] {
    const { epoch } = this.simulation.chainOf(this.#honest[0]!);
    const early = this.#honest.filter((bank) => !late.includes(bank));
    const signatures = early.flatMap((bank) => this.#ask(bank, this.#successor, epoch));
    const { deltaMs } = networkOf(this.scenario);
    const sealed = this.simulation.attemptEpoch(datasets, ATTEMPT * deltaMs);
    signatures.push(...late.flatMap((bank) => this.#ask(bank, this.#successor, epoch)));
    signatures.push(...this.#forged(this.#successor, epoch));
    const faults = [...this.simulation.oracle.violations];
    if (sealed.length > 0 && this.#assembled(this.#successor, epoch, signatures))
      faults.push(`succession: epoch ${epoch} is sealed under the old manifest and has a successor`);
    return faults;
  }

  /** A bank that joins follows the line from the founding on: it must lead to where those go on who are there. */
  follow(next: Simulation): string[] {
    const lineage = this.#followed(this.#honest[0]!);
    lineage.succeed(this.#succession!);
    const { scenario } = this.#next;
    const [teller, ...others] = honestOf(scenario.banks, scenario.byzantine);
    this.#sealAll(lineage, next, teller!);
    return [teller!, ...others]
      .filter((bank) => !isSame(next.chainOf(bank), lineage.chain))
      .map((bank) => `agreement: ${this.#next.ids[bank]} goes on elsewhere than the line of manifests leads`);
  }

  get #successor(): Manifest {
    return this.#next.consortium.manifest;
  }

  #termOf(): Term & { readonly consortium: Consortium } {
    const { scenario } = this;
    const { joining, leaving, rekeyed } = scenario.succession!;
    const staying = [...Array(scenario.banks).keys()].filter((bank) => !leaving.includes(bank));
    const spare = this.spare(joining + rekeyed.length);
    const added = Array.from({ length: joining }, (_, i) => scenario.banks + i);
    const ids = [...staying, ...added].map((bank) => `bank-${bank}`);
    const keys = [...staying, ...added].map((bank) => {
      const place = rekeyed.indexOf(bank);
      return place < 0 ? (this.founding[bank] ?? spare[bank - scenario.banks]!) : spare[joining + place]!;
    });
    const byzantine = scenario.byzantine
      .filter(({ bank }) => staying.includes(bank))
      .map((each) => ({ ...each, bank: staying.indexOf(each.bank) }));
    const { outages, succession, ...rest } = scenario;
    const banks = ids.length;
    const calm = { partitions: [], unstable: null, crashes: [], healsAtMs: 0 };
    const next: Scenario = { ...rest, ...calm, banks, faults: maxFaults(banks), byzantine, epochs: 1 };
    return { scenario: next, ids, keys, consortium: this.#found(ids, keys, next, 'successor') };
  }

  #found(ids: readonly string[], keys: readonly BankKeys[], scenario: Scenario, name: string): Consortium {
    return createConsortium({
      name,
      ids,
      faults: scenario.faults,
      schema: this.#old.schema,
      suite: this.suite,
      random: new Random(scenario.seed).fork(name),
      parameters: { delta: networkOf(scenario).deltaMs, ...parametersOf(scenario) },
      keys,
    });
  }

  /** A bank's signature, if it may sign. */
  #ask(bank: number, successor: Manifest, epoch: number): SuccessionSignature[] {
    try {
      const signature = this.simulation.succeed(bank, successor, epoch);
      return signature ? [signature] : [];
    } catch (error) {
      if (isConcordatError(error, 'JOURNAL_CONFLICT')) return [];
      throw error;
    }
  }

  /** The signatures of all liars. */
  #forged(successor: Manifest, epoch: number): SuccessionSignature[] {
    const digest = statementDigest(this.#old.consortiumId, successionStatement(epoch, successor));
    return this.scenario.byzantine.map(({ bank }) => {
      const { identity } = this.simulation.consortium.secrets[bank]!;
      return { bank, signature: this.suite.identity.sign(identity, digest) };
    });
  }

  #assembled(
    successor: Manifest,
    epoch: number,
    signatures: readonly SuccessionSignature[],
  ): Succession | null {
    try {
      return assembleSuccession(this.#old, successor, epoch, signatures, this.suite);
    } catch (error) {
      if (isConcordatError(error, 'SUCCESSION_TOO_FEW')) return null;
      throw error;
    }
  }

  /** The line from the founding through all epochs that a bank's host tells of. */
  #followed(bank: number): Lineage {
    const lineage = new Lineage(this.#old, this.suite);
    this.#sealAll(lineage, this.simulation, bank);
    return lineage;
  }

  #sealAll(lineage: Lineage, simulation: Simulation, bank: number): void {
    const codec = sealedEpochCodec(simulation.consortium.manifest.size);
    for (const epoch of simulation.sealedEpochs(bank)) lineage.seal(decode(codec, epoch));
  }
}

const isSame = (a: ChainState, b: ChainState): boolean =>
  equalBytes(encode(chainCodec, a), encode(chainCodec, b));
