import { toHex } from '../crypto/bytes.js';
import type { Dataset } from '../data/dataset.js';
import type { Outcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Output } from '../protocol/effects.js';
import { type EpochMessage, epochOf, type Message } from '../protocol/messages.js';
import type { Seal } from '../protocol/seal.js';
import { AccountabilityWatch } from './oracle-accountability.js';
import { AnswerWatch } from './oracle-answers.js';
import { beyondBounds } from './oracle-bounds.js';
import { faultsOfBreaks } from './oracle-breaks.js';
import { DisclosureWatch } from './oracle-disclosure.js';
import { EvidenceWatch } from './oracle-evidence.js';
import { nameKey, type OracleFacts } from './oracle-facts.js';
import { checkInputs, checkVersions, SlotWatch } from './oracle-inclusion.js';
import { type EpochFacts, Keys } from './oracle-keys.js';
import { RecoveryWatch } from './oracle-recovery.js';
import { faultsOfRows, openedFalsely } from './oracle-result.js';
import { ScheduleWatch } from './oracle-schedule.js';
import { StatementWatch } from './oracle-statements.js';
import { SymbolWatch } from './oracle-symbols.js';
import { TimeWatch } from './oracle-time.js';

export type { OracleFacts } from './oracle-facts.js';

/** An epoch that has ended, as far as what is said in it later can be judged. */
interface Judged {
  readonly epoch: number;
  /** Honest banks that saw its inputs agreed. */
  readonly agreed: Set<number>;
  readonly disclosures: DisclosureWatch;
  readonly judgeRecords: () => void;
}

/** A broken run can break a guarantee once a record; the first hundred tell enough. */
const MAX_VIOLATIONS = 100;

/** Bytes of one sender that a bank may keep before it can check them: four times the longest slices among four banks. */
const MOST_KEPT = 2 ** 25;

/**
 * The independent judge of a simulation: it checks the guarantees against the ground truth, which only a simulator
 * has. It is written from the guarantees and calls none of the protocol's own predicates, so that a mistake in them
 * cannot excuse itself.
 *
 * Agreement and integrity are checked at every event, the others when an epoch ends.
 */
export class Oracle {
  /** What was found broken, one sentence each: guarantee, epoch, facts. */
  readonly violations: string[] = [];
  readonly #honest: ReadonlySet<number>;
  readonly #alarm = (guarantee: string, what: string): void => this.#violated(guarantee, what);
  #epoch = 0;
  #datasets: readonly Dataset[] = [];
  #values = new Map<number, string>();
  #sealed = new Map<number, { readonly root: string; readonly outcome: Outcome | null }>();
  #requests = new Map<number, ReconcileRequest>();
  #inputs: readonly number[] | null = null;
  #views = 0;
  #disclosures: DisclosureWatch;
  /** The epoch before, in which some may still be served. */
  #before: Judged | null = null;
  #judged: Judged | null = null;
  #slots: SlotWatch;
  #symbols: SymbolWatch;
  /** Honest banks that differ from others too much for anything to be promised to them. */
  #beyond: ReadonlySet<number> = new Set();
  #time: TimeWatch;
  readonly #statements: StatementWatch;
  readonly #recoveries: RecoveryWatch;
  readonly #schedule: ScheduleWatch;
  /** Of every epoch so far, the value and the root (hex) that honest banks saw first. */
  readonly #decided = new Map<number, { value?: string; root?: string }>();
  /** Banks that are down in this epoch. */
  #absent: ReadonlySet<number> = new Set();
  readonly #accountability: AccountabilityWatch;
  readonly #evidence: EvidenceWatch;
  readonly #answers: AnswerWatch;

  /** An oracle that knows what no bank does: who is honest, and what the network does. */
  constructor(private readonly facts: OracleFacts) {
    this.#honest = new Set(facts.honest);
    this.#disclosures = new DisclosureWatch(facts, [], this.#alarm);
    this.#slots = new SlotWatch(facts, this.#alarm);
    this.#symbols = new SymbolWatch(facts, this.#alarm);
    this.#time = new TimeWatch(facts, this.#alarm);
    this.#statements = new StatementWatch(facts, this.#alarm);
    this.#recoveries = new RecoveryWatch(facts, this.#alarm);
    this.#schedule = new ScheduleWatch(facts, this.#alarm);
    this.#accountability = new AccountabilityWatch(facts, this.#alarm);
    this.#evidence = new EvidenceWatch(facts, this.#alarm);
    this.#answers = new AnswerWatch(facts, this.#alarm);
  }

  /**
   * Begins an epoch: what was seen in the one before is judged no more, its violations stay.
   * @param datasets what each bank commits to in this epoch, by index: a liar's after its lies
   * @param absent honest banks that are down in this epoch, of which nothing is asked
   */
  beginEpoch(epoch: number, datasets: readonly Dataset[], absent: ReadonlySet<number> = new Set()): void {
    this.#absent = absent;
    this.#before = this.#judged;
    this.#judged = null;
    this.#epoch = epoch;
    this.#datasets = datasets;
    this.#values = new Map();
    this.#sealed = new Map();
    this.#requests = new Map();
    this.#inputs = null;
    this.#views = 0;
    this.#disclosures = new DisclosureWatch(this.facts, datasets, this.#alarm);
    this.#slots = new SlotWatch(this.facts, this.#alarm);
    this.#symbols = new SymbolWatch(this.facts, this.#alarm);
    this.#beyond = beyondBounds(this.facts, datasets);
    this.#time = new TimeWatch(this.facts, this.#alarm);
  }

  /** An honest bank loses all that it had stored. */
  onLoss(bank: number): void {
    this.#recoveries.onLoss(bank, this.#epoch);
  }

  /** The host of an honest bank is up again. */
  onRestart(bank: number): void {
    this.#recoveries.onRestart(bank);
  }

  /** Whether this bank need not finish the epoch: it is down, or counts to the faults because it lost its log. */
  excuses(bank: number): boolean {
    return this.#absent.has(bank) || this.#recoveries.excuses(bank, this.#epoch);
  }

  /** Something that a bank's core reported. Only honest banks' reports count. */
  onOutput(bank: number, output: Output): void {
    if (!this.#honest.has(bank)) return;
    this.#recoveries.onOutput(bank, output);
    this.#onAccusation(bank, output);
    if (output.type === 'sealed') this.#schedule.onSealed(bank, output.seal);
    if ('epoch' in output && output.epoch !== this.#epoch) {
      this.#onEarlier(bank, output);
      return;
    }
    if (output.type === 'view') this.#views = Math.max(this.#views, output.view + 1);
    if (output.type === 'agreed') this.#onAgreed(bank, output);
    if (output.type === 'reconcile') this.#requests.set(bank, output.request);
    if (output.type === 'sealed') this.#onSealed(bank, output);
    if (output.type === 'disclosed' && output.to === null)
      this.#disclosures.onOpened(bank, output.keyDigest, this.#values.has(bank));
  }

  /** A message as a bank sends it, not as it arrives. Only what honest banks send counts. */
  onMessage(from: number, to: number, message: Message): void {
    if (isOfAnEpoch(message) && epochOf(message) === this.#epoch) this.#symbols.onMessage(from, to, message);
    if (!this.#honest.has(from)) return;
    this.#answers.onMessage(from, to, message);
    this.#statements.onMessage(from, message);
    this.#accountability.onMessage(from, message);
    this.#recoveries.onMessage(from, message);
    if (!isOfAnEpoch(message)) return;
    const before = this.#before;
    const epoch = epochOf(message);
    if (before && epoch === before.epoch)
      before.disclosures.onMessage(from, to, message, before.agreed.has(from));
    if (epoch !== this.#epoch) return;
    this.#disclosures.onMessage(from, to, message, this.#values.has(from));
    this.#slots.onMessage(from, message);
  }

  /** An honest bank keeps so many bytes of what another one sent and nobody can check yet. */
  onKept(bank: number, of: number, bytes: number): void {
    if (bytes > MOST_KEPT)
      this.#violated('memory', `${this.#name(bank)} keeps ${bytes} bytes that ${this.#name(of)} sent early`);
  }

  /** Judges the epoch that just ended. */
  endEpoch(): void {
    this.#checkTermination();
    this.#slots.judge(this.#beyond.size);
    this.#accountability.judge();
    this.#evidence.judge();
    const disclosures = this.#disclosures;
    const epoch = this.#inputs && {
      datasets: this.#datasets,
      inputs: this.#inputs,
      requests: this.#requests,
    };
    const truth = epoch && new Keys(this.facts, epoch);
    if (epoch && truth) {
      if (this.facts.timely) checkInputs(this.facts, epoch.inputs, this.#beyond, this.#alarm);
      this.#checkResults(epoch, truth);
    }
    disclosures.judge(epoch, truth);
    this.#before?.judgeRecords();
    this.#judged = {
      epoch: this.#epoch,
      agreed: new Set(this.#values.keys()),
      disclosures,
      judgeRecords: () => disclosures.judgeRecords(epoch, truth),
    };
  }

  #onAccusation(bank: number, output: Output): void {
    if (output.type === 'evidence') {
      this.#accountability.onAccused(output.evidence.accused);
      this.#evidence.onEvidence(bank, output.evidence.accused);
    }
    if (output.type === 'evidence' && this.#honest.has(output.evidence.accused))
      this.#violated(
        'integrity',
        `${this.#name(bank)} accuses honest ${this.#name(output.evidence.accused)}`,
      );
    if (output.type === 'suspected' && this.#honest.has(output.bank))
      this.#violated('integrity', `${this.#name(bank)} suspects honest ${this.#name(output.bank)}`);
  }

  /** What a bank that was away, or is behind, reports of an epoch that is over. */
  #onEarlier(bank: number, output: Output): void {
    const before = this.#before;
    if (output.type === 'agreed') {
      if (output.epoch === before?.epoch) before.agreed.add(bank);
      this.#checkDecided(bank, output.epoch, 'value', output.value);
    }
    if (output.type === 'sealed') {
      this.#checkDecided(bank, output.epoch, 'root', output.seal.root);
      this.#checkDecided(bank, output.epoch, 'value', output.seal.commit.value);
    }
    if (output.type === 'disclosed' && output.to === null && output.epoch === before?.epoch)
      before.disclosures.onOpened(bank, output.keyDigest, before.agreed.has(bank));
  }

  /** Whoever learns later what was decided learns the same. */
  #checkDecided(bank: number, epoch: number, what: 'value' | 'root', bytes: Uint8Array): void {
    if (this.#noteDecided(epoch, what, bytes) !== toHex(bytes))
      this.#violated('agreement', `${this.#name(bank)} learnt of another ${what} of epoch ${epoch}`);
  }

  /** @returns what was seen first (hex) */
  #noteDecided(epoch: number, what: 'value' | 'root', bytes: Uint8Array): string {
    const known = this.#decided.get(epoch) ?? {};
    this.#decided.set(epoch, known);
    known[what] ??= toHex(bytes);
    return known[what];
  }

  #onAgreed(bank: number, { value, slot }: Extract<Output, { type: 'agreed' }>): void {
    for (const [other, earlier] of this.#values)
      if (earlier !== toHex(value)) {
        this.#violated(
          'agreement',
          `${this.#name(bank)} and ${this.#name(other)} agreed on different inputs`,
        );
        break;
      }
    this.#values.set(bank, toHex(value));
    this.#noteDecided(this.#epoch, 'value', value);
    this.#slots.onSlot(slot);
    if (!this.excuses(bank)) this.#time.onAgreed(bank);
  }

  #onSealed(bank: number, { seal, outcome, inputs }: Extract<Output, { type: 'sealed' }>): void {
    const root = toHex(seal.root);
    for (const [other, earlier] of this.#sealed)
      if (earlier.root !== root) {
        this.#violated('agreement', `${this.#name(bank)} and ${this.#name(other)} sealed different results`);
        break;
      }
    this.#checkSigners(bank, seal);
    this.#noteDecided(this.#epoch, 'root', seal.root);
    this.#sealed.set(bank, { root, outcome });
    if (!this.excuses(bank)) this.#time.onSealed(bank);
    this.#inputs ??= inputs;
  }

  /** Any two quorums share an honest bank, and so do any two sets of signers among the 3f + 1 executors. */
  #checkSigners(bank: number, { executors, commit }: Seal): void {
    const { faults, ids } = this.facts;
    if (executors.length < 2 * faults + 1)
      this.#violated(
        'integrity',
        `${this.#name(bank)} took a seal that ${executors.length} executors signed`,
      );
    if (2 * commit.signers.length <= ids.length + faults)
      this.#violated('integrity', `${this.#name(bank)} took a decision of ${commit.signers.length} banks`);
  }

  #checkTermination(): void {
    const names = (banks: readonly number[]): string => banks.map((b) => this.#name(b)).join(', ');
    // With fewer than a quorum whose records can be compared nothing is agreed, and that is no fault.
    const { honest, ids, faults } = this.facts;
    if (this.#beyond.size > 0 && 2 * (honest.length - this.#beyond.size) <= ids.length + faults) return;
    const open = honest.filter((bank) => !this.#sealed.has(bank) && !this.excuses(bank));
    if (open.length > 0) this.#violated('termination', `${names(open)} did not seal`);
    if (!this.facts.timely) return;
    const behind = [...this.#sealed.keys()].filter(
      (bank) => !this.#sealed.get(bank)!.outcome && !this.#beyond.has(bank),
    );
    if (behind.length > 0) this.#violated('termination', `${names(behind)} sealed without the result`);
    // Each Byzantine leader may cost a view, and each that differs too much; so many may stand before another one.
    const bound = ids.length - honest.length + this.#beyond.size + 1;
    if (this.#views > bound) this.#violated('termination', `${this.#views} views, where ${bound} suffice`);
  }

  /** Recomputes from the raw inputs what must be decided, and compares each honest bank's result with it. */
  #checkResults(epoch: EpochFacts, truth: Keys): void {
    const { inputs, requests } = epoch;
    for (const fault of truth.faults) this.#violated('result', fault);
    for (const [key, { class: keyClass, held, winner }] of truth.keys) {
      const voices = held.filter(
        (own, i) => this.#honest.has(inputs[i]!) && (this.facts.schema.absence === 'vote' || own !== null),
      );
      const support = voices.filter((own) => own === winner).length;
      if (keyClass === 'settled' && 2 * support <= voices.length)
        this.#violated('result', `${nameKey(key)} settled without most of its honest holders`);
    }
    for (const [bank, { outcome }] of this.#sealed) {
      const request = requests.get(bank);
      const whole = request && checkVersions(this.facts, truth, bank, request, this.#alarm);
      if (request)
        for (const fault of openedFalsely(this.facts, this.#datasets, request))
          this.#violated('result', `${this.#name(bank)} ${fault}`);
      if (!outcome || this.facts.decides === 'host') continue;
      for (const fault of faultsOfRows(this.facts, truth.keys, inputs, outcome.rows, whole === true))
        this.#violated('result', `${this.#name(bank)} ${fault}`);
      for (const fault of request ? faultsOfBreaks(this.facts, truth, request, outcome) : [])
        this.#violated('breaks', `${this.#name(bank)} ${fault}`);
    }
    if (!this.facts.decides || this.facts.decides === 'schema') this.#checkAlike(truth);
  }

  /** Disputed keys may be decided this way or that, but alike: the roots that banks sealed do not say so by themselves. */
  #checkAlike({ keys }: Keys): void {
    let first: { readonly bank: number; readonly rows: string } | null = null;
    for (const [bank, { outcome }] of this.#sealed) {
      if (!outcome) continue;
      const disputed = outcome.rows.flatMap(({ keyDigest, values }) => {
        const key = toHex(keyDigest);
        const text = values.map((value) => `${typeof value} ${value}`);
        return keys.get(key)?.class === 'disputed' ? [[key, ...text].join('\0')] : [];
      });
      const rows = disputed.sort().join('\n');
      first ??= { bank, rows };
      if (first.rows !== rows)
        this.#violated('result', `${this.#name(bank)} and ${this.#name(first.bank)} decided differently`);
    }
  }

  #name(bank: number): string {
    return this.facts.ids[bank] ?? `#${bank}`;
  }

  #violated(guarantee: string, what: string): void {
    if (this.violations.length < MAX_VIOLATIONS)
      this.violations.push(`${guarantee}: epoch ${this.#epoch}: ${what}`);
  }
}

const isOfAnEpoch = (message: Message): message is EpochMessage =>
  message.type !== 'evidence' && message.type !== 'recall' && message.type !== 'history';
