import { SignatureCollector } from '../crypto/bls-certificate.js';
import { equalBytes, toHex } from '../crypto/bytes.js';
import { encode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { type Outcome, totalsCodec } from '../data/outcome.js';
import type { Certificate } from './certificate.js';
import type { EpochContext } from './context.js';
import type { DraftHeader } from './draft.js';
import type { Evidence } from './evidence.js';
import type { MessageOf } from './messages.js';
import { wantStatement } from './requests.js';
import { checkSeal, executorsOf, type ResultClaim, resultStatement, type Seal } from './seal.js';
import { evidenceForSeal } from './seal-evidence.js';
import { misplaced } from './sealed-epoch.js';
import { statementDigest } from './statement.js';
import type { Agreed } from './value.js';

/** Runs out when the current collector of result votes has not sealed. */
export const COLLECTOR_TIMER = 'collector';

/** What the agreed value is made of. */
export interface AgreedDraft {
  readonly header: DraftHeader;
  readonly agreed: Agreed;
}

interface Tally {
  readonly claim: ResultClaim;
  readonly votes: SignatureCollector;
}

/**
 * The last step of an epoch: executors sign the result, a collector aggregates 2f + 1 equal votes into the seal.
 * Collectors rotate, starting with the leader whose draft was agreed, until somebody seals; banks that have no vote to
 * send ask them for the seal instead, or a collector could keep it from them.
 *
 * An executor that was left out of the inputs may lack the data. It signs what f + 1 executors signed, one of them
 * honest: otherwise a leader that leaves out f honest banks and then withholds f votes would leave fewer than 2f + 1.
 */
export class Sealing {
  /** One vote of each bank; whose votes count is known once the draft is. */
  readonly #heard = new Map<number, MessageOf<'result'>>();
  readonly #tallies = new Map<string, Tally>();
  #decided: (AgreedDraft & { readonly decision: Certificate }) | null = null;
  #executors: readonly number[] = [];
  #vote: MessageOf<'result'> | null = null;
  #attempt = 0;

  constructor(
    private readonly context: EpochContext,
    private readonly evidence: () => readonly Evidence[],
  ) {}

  /** The inputs are agreed and their draft is here. */
  begin(decision: Certificate, { header, agreed }: AgreedDraft): void {
    const { manifest } = this.context;
    this.#decided = { decision, header, agreed };
    this.#executors = executorsOf(header, manifest.executors);
    this.#attempt = decision.slot.view;
    for (const [from, message] of this.#heard) this.#count(from, message);
    this.#armTimer();
  }

  /** Signs the result this bank computed, if it is an executor, and sends it to the collector. */
  vote(outcome: Outcome): void {
    if (this.#decided)
      this.#sign({ value: this.#decided.decision.value, root: outcome.root, totals: outcome.totals });
  }

  /** Signs, without having computed it, a result that f + 1 executors have signed. */
  endorse(): void {
    if (this.#vote || !this.#executors.includes(this.context.self)) return;
    for (const { claim, votes } of this.#tallies.values())
      if (votes.aggregate(this.context.manifest.faults + 1)) this.#sign(claim);
  }

  /** The collector did not seal: turn to the next one. */
  onTimer(): void {
    this.#attempt++;
    if (this.#vote) this.#send(this.#vote);
    else if (this.#collector !== this.context.self) askForSeal(this.context, this.#collector);
    this.#armTimer();
  }

  /** Takes a bank's vote, the first one only. Whoever it reaches collects. */
  onResult(from: number, message: MessageOf<'result'>): void {
    if (this.#heard.has(from)) return;
    this.#heard.set(from, message);
    if (this.#decided) this.#count(from, message);
  }

  /** The seal, if 2f + 1 executors agree on a result of the decided value. */
  assemble(): Seal | null {
    const { manifest } = this.context;
    if (!this.#decided) return null;
    for (const { claim, votes } of this.#tallies.values()) {
      const aggregate = votes.aggregate(manifest.sealQuorum);
      if (!aggregate) continue;
      return {
        consortiumId: manifest.consortiumId,
        header: this.#decided.header,
        agreed: this.#decided.agreed,
        commit: this.#decided.decision,
        root: claim.root,
        totals: claim.totals,
        executors: aggregate.signers,
        signature: aggregate.signature,
        evidence: evidenceForSeal(this.evidence()),
      };
    }
    return null;
  }

  /** Whether a seal that came in is this epoch's, in this chain. */
  accepts(seal: Seal): boolean {
    const { manifest, suite, chain } = this.context;
    if (misplaced(chain, seal)) return false;
    try {
      checkSeal(manifest, seal, suite);
      return true;
    } catch (error) {
      if (isConcordatError(error)) return false;
      throw error;
    }
  }

  #count(from: number, message: MessageOf<'result'>): void {
    const { manifest, suite, chain } = this.context;
    if (!this.#executors.includes(from) || !equalBytes(message.value, this.#decided!.decision.value)) return;
    const claim = { value: message.value, root: message.root, totals: message.totals };
    const key = `${toHex(claim.root)}/${toHex(encode(totalsCodec, claim.totals))}`;
    let tally = this.#tallies.get(key);
    if (!tally) {
      const digest = statementDigest(manifest.consortiumId, resultStatement(chain.epoch, claim));
      tally = { claim, votes: new SignatureCollector(suite.bls, manifest.keys, digest) };
      this.#tallies.set(key, tally);
    }
    tally.votes.add(from, message.signature);
  }

  #sign(claim: ResultClaim): void {
    const { chain, self, journal } = this.context;
    const statement = resultStatement(chain.epoch, claim);
    if (this.#vote || !this.#executors.includes(self) || !journal.permits(statement)) return;
    this.#vote = { type: 'result', epoch: chain.epoch, ...claim, signature: journal.signVote(statement) };
    this.#send(this.#vote);
    this.#armTimer();
  }

  /** To the collector, and to executors that may be unable to compute the result themselves. */
  #send(vote: MessageOf<'result'>): void {
    const { inputs } = this.#decided!.header;
    const leftOut = this.#executors.filter((bank) => !inputs.includes(bank));
    for (const bank of new Set([this.#collector, ...leftOut])) this.context.courier.send(bank, vote);
  }

  get #collector(): number {
    const { schedule } = this.context.chain;
    return schedule[this.#attempt % schedule.length]!;
  }

  #armTimer(): void {
    this.context.outbox.timer(COLLECTOR_TIMER, 4 * this.context.manifest.parameters.delta);
  }
}

/** Asks a bank for the seal of this epoch; one that has it answers with it. */
export function askForSeal({ chain, journal, courier }: EpochContext, bank: number): void {
  const want = { epoch: chain.epoch, value: null };
  courier.send(bank, { type: 'want', ...want, signature: journal.sign(wantStatement(want)) });
}
