import { toHex } from '../crypto/bytes.js';
import { encode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { type Outcome, totalsCodec } from '../data/outcome.js';
import type { Certificate } from './certificate.js';
import type { EpochContext } from './context.js';
import type { Draft } from './draft.js';
import type { Evidence } from './evidence.js';
import type { MessageOf } from './messages.js';
import { checkSeal, type ResultClaim, resultStatement, type Seal } from './seal.js';
import { statementDigest } from './statement.js';
import { SignatureCollector } from './votes.js';

/** Runs out when the current collector of result votes has not sealed. */
export const COLLECTOR_TIMER = 'collector';

interface Tally {
  readonly claim: ResultClaim;
  readonly votes: SignatureCollector;
}

/**
 * The last step of an epoch: executors sign the result, a collector aggregates 2f + 1 equal votes into the seal.
 * Collectors rotate, starting with the leader whose draft was agreed, until somebody seals.
 */
export class Sealing {
  /** One vote of each executor, so at most 3f + 1 different claims. */
  readonly #voted = new Set<number>();
  readonly #tallies = new Map<string, Tally>();
  #vote: MessageOf<'result'> | null = null;
  #attempt = 0;

  constructor(
    private readonly context: EpochContext,
    private readonly evidence: () => readonly Evidence[],
  ) {}

  /** Signs this bank's result, if it is an executor, and sends it to the collector. */
  vote(value: Uint8Array, outcome: Outcome, view: number): void {
    const { manifest, chain, self, journal } = this.context;
    if (!chain.schedule.slice(0, manifest.executors).includes(self) || this.#vote) return;
    const claim = { value, root: outcome.root, totals: outcome.totals };
    const statement = resultStatement(chain.epoch, claim);
    if (!journal.permits(statement)) return;
    this.#vote = { type: 'result', epoch: chain.epoch, ...claim, signature: journal.signVote(statement) };
    this.#attempt = view;
    this.#send();
  }

  /** The collector did not seal: the next one gets the vote, too. */
  onTimer(): void {
    this.#attempt++;
    this.#send();
  }

  /** Takes an executor's vote. Whoever it reaches collects. */
  onResult(from: number, message: MessageOf<'result'>): void {
    const { manifest, suite, chain } = this.context;
    if (!chain.schedule.slice(0, manifest.executors).includes(from) || this.#voted.has(from)) return;
    this.#voted.add(from);
    const claim = { value: message.value, root: message.root, totals: message.totals };
    const key = claimKey(claim);
    let tally = this.#tallies.get(key);
    if (!tally) {
      const digest = statementDigest(manifest.consortiumId, resultStatement(chain.epoch, claim));
      tally = { claim, votes: new SignatureCollector(manifest, suite, digest) };
      this.#tallies.set(key, tally);
    }
    tally.votes.add(from, message.signature);
  }

  /** The seal, if 2f + 1 executors agree on a result of this decided value. */
  assemble(decision: Certificate, draft: Draft): Seal | null {
    const { manifest } = this.context;
    for (const { claim, votes } of this.#tallies.values()) {
      if (toHex(claim.value) !== toHex(decision.value)) continue;
      const aggregate = votes.aggregate(manifest.sealQuorum);
      if (!aggregate) continue;
      return {
        consortiumId: manifest.consortiumId,
        header: draft.header,
        commit: decision,
        root: claim.root,
        totals: claim.totals,
        executors: aggregate.signers,
        signature: aggregate.signature,
        evidence: this.evidence(),
      };
    }
    return null;
  }

  /** Whether a seal that came in is this epoch's, in this chain. */
  accepts(seal: Seal): boolean {
    const { manifest, suite, chain } = this.context;
    const { header } = seal;
    if (header.epoch !== chain.epoch || toHex(header.parent) !== toHex(chain.parent)) return false;
    if (header.schedule.some((bank, i) => bank !== chain.schedule[i])) return false;
    try {
      checkSeal(manifest, seal, suite);
      return true;
    } catch (error) {
      if (isConcordatError(error)) return false;
      throw error;
    }
  }

  #send(): void {
    if (!this.#vote) return;
    const { chain, courier, outbox, manifest } = this.context;
    courier.send(chain.schedule[this.#attempt % chain.schedule.length]!, this.#vote);
    outbox.timer(COLLECTOR_TIMER, 4 * manifest.parameters.delta);
  }
}

function claimKey(claim: ResultClaim): string {
  return `${toHex(claim.value)}/${toHex(claim.root)}/${toHex(encode(totalsCodec, claim.totals))}`;
}
