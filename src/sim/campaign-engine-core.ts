import { toHex } from '../crypto/bytes.js';
import { decode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import type { BankSecrets } from '../crypto/keys.js';
import { Agreement, type Application } from '../protocol/agreement.js';
import {
  ballotStatement,
  type Certificate,
  type TimeoutCertificate,
  timeoutStatement,
} from '../protocol/certificate.js';
import { type ChainState, genesisChain, leaderOf } from '../protocol/chain.js';
import { Courier } from '../protocol/courier.js';
import { proposalStatement } from '../protocol/draft.js';
import { EarlyMessages, isEarly, type Progress } from '../protocol/early-messages.js';
import type { Effects } from '../protocol/effects.js';
import { type Evidence, Witness } from '../protocol/evidence.js';
import { Journal, type LogEntry, logEntryCodec } from '../protocol/journal.js';
import type { Manifest } from '../protocol/manifest.js';
import type { EpochMessage, MessageOf, ProposalNotice } from '../protocol/messages.js';
import { Outbox } from '../protocol/outbox.js';
import { attestPatience } from '../protocol/pacemaker.js';
import { Proposals } from '../protocol/proposals.js';
import { Safety } from '../protocol/safety.js';
import { lastSlotIndex } from '../protocol/slot.js';
import type { Suite } from '../protocol/suite.js';

/** What an {@link EngineCore} is made of. */
export interface EngineOptions {
  readonly manifest: Manifest;
  readonly suite: Suite;
  readonly secrets: BankSecrets;
  readonly index: number;
  /** Every bank, the leader of view 0 first. */
  readonly schedule: readonly number[];
  /** A value that it proposes when it leads and is free to: 32 bytes. */
  readonly value: () => Uint8Array;
  /** Whether anything may be agreed on it: what attesters check of a draft's contents. */
  readonly valid: (value: Uint8Array) => boolean;
  readonly onDecided: (value: Uint8Array) => void;
  readonly onView: (view: number) => void;
  readonly onEvidence: (evidence: Evidence) => void;
}

const REDRAFT_TIMER = 'redraft';
/** What travels: a proposal is its notice, which is a signed proposal without its contents. */
export type EngineMessage = MessageOf<'open' | 'notice' | 'vote' | 'certificate' | 'timeout'>;

/**
 * Agreement with its safety rules, pacemaker, log and certificates, as a bank runs them, on opaque values: the application
 * on top does no more than propose, look whether a value is valid, and vote. A leader that gets nowhere proposes another
 * value in the next slot of its view, as one does whose draft is not attested.
 */
export class EngineCore implements Application {
  readonly #outbox = new Outbox();
  readonly #courier: Courier;
  readonly #journal: Journal;
  readonly #witness: Witness;
  readonly #agreement: Agreement;
  readonly #proposals: Proposals;
  readonly #early: EarlyMessages;
  readonly #chain: ChainState;
  /** Values (hex) that were proposed or prepared: this bank knows what they stand for. */
  readonly #held = new Set<string>();
  #nextIndex = 0;
  /** Whether the Open of the current view came. */
  #opened = false;

  /** @param log of an earlier run */
  constructor(
    private readonly options: EngineOptions,
    log: readonly Uint8Array[] = [],
  ) {
    const { manifest, suite, secrets, index, schedule } = options;
    this.#chain = { ...genesisChain(manifest), schedule };
    this.#early = new EarlyMessages(lastSlotIndex(manifest.faults) + 1);
    this.#courier = new Courier(manifest.size, index, this.#outbox);
    this.#witness = new Witness(manifest, suite);
    this.#journal = new Journal({
      banks: manifest.size,
      consortiumId: manifest.consortiumId,
      secrets,
      suite,
      outbox: this.#outbox,
    });
    const observe = this.#observe.bind(this);
    this.#proposals = new Proposals({ manifest, suite, chain: this.#chain, observe });
    const safety = new Safety(0, manifest.size, this.#journal);
    const codec = logEntryCodec(manifest.size);
    for (const entry of log.map((each) => decode(codec, each) as LogEntry)) {
      this.#journal.restore(entry);
      safety.restore(entry);
    }
    this.#agreement = new Agreement({
      manifest,
      suite,
      epoch: 0,
      self: index,
      courier: this.#courier,
      outbox: this.#outbox,
      journal: this.#journal,
      safety,
      application: this,
    });
  }

  start(): Effects {
    this.#agreement.start();
    return this.#settle();
  }

  message(from: number, bytes: Uint8Array): Effects {
    this.#guard(() => this.#receive(from, this.#courier.decode(bytes) as EngineMessage, bytes.length));
    return this.#settle();
  }

  timer(id: string): Effects {
    this.#guard(() => this.#agreement.onTimer(id));
    if (id === REDRAFT_TIMER) this.#guard(() => this.#propose());
    return this.#settle();
  }

  // Application of agreement

  leader(view: number): number {
    return leaderOf(this.#chain, view);
  }

  enteredView(view: number, justification: TimeoutCertificate | null): void {
    const { index, onView } = this.options;
    this.#nextIndex = 0;
    this.#opened = false;
    this.#proposals.forget(view - 1);
    this.#outbox.timer(REDRAFT_TIMER, null);
    onView(view);
    if (justification?.certificate) this.#held.add(toHex(justification.certificate.value));
    if (this.leader(view) !== index) return;
    // The VRF and its signature are the business of the drafts that are left out here.
    const proofs = { proof: new Uint8Array(80), saltProof: new Uint8Array(80) };
    const unproven = { seed: new Uint8Array(32), ...proofs, signature: new Uint8Array(64) };
    this.#courier.broadcast({ type: 'open', epoch: 0, view, justification, ...unproven });
    this.#guard(() => this.#propose());
  }

  holds(value: Uint8Array): boolean {
    return this.#held.has(toHex(value));
  }

  prepared(): void {}

  decided({ value }: Certificate): void {
    this.#outbox.timer(REDRAFT_TIMER, null);
    this.options.onDecided(value);
  }

  lastProposal(view: number): ProposalNotice | null {
    return this.#proposals.last(view);
  }

  /** Leader: the value that must be repeated, else one of its own, in the next slot of the view. */
  #propose(): void {
    const { manifest, value } = this.options;
    const view = this.#agreement.view;
    if (
      this.#agreement.decision ||
      !this.#agreement.leading ||
      this.#nextIndex > lastSlotIndex(manifest.faults)
    )
      return;
    const slot = { view, index: this.#nextIndex++ };
    const subject = this.#agreement.justification?.certificate?.value ?? value();
    this.#outbox.timer(REDRAFT_TIMER, attestPatience(manifest.parameters.delta));
    const signature = this.#journal.sign(proposalStatement(0, slot, subject));
    this.#agreement.proposeValue(slot, subject);
    this.#courier.broadcast({ type: 'notice', epoch: 0, slot, subject, signature });
  }

  // Messages, as a bank and its epoch hand them on

  get #progress(): Progress | null {
    return { view: this.#agreement.view, opened: this.#opened, seal: null };
  }

  #receive(from: number, message: EngineMessage, bytes: number): void {
    const known = withContents(message);
    if (isEarly(known, this.#chain, this.#progress))
      this.#early.keep({ from, message: known, bytes }, this.#chain, this.#progress);
    else this.#deliver(from, message);
  }

  #deliver(from: number, message: EngineMessage): void {
    switch (message.type) {
      case 'open':
        this.#onOpen(from, message);
        break;
      case 'notice':
        this.#onProposal(from, message);
        break;
      case 'vote':
        if (message.slot.view !== this.#agreement.view) return;
        this.#observe(from, ballotStatement(message, this.options.manifest.size), message.signature, false);
        this.#agreement.onVote(from, message);
        break;
      case 'certificate':
        this.#agreement.onCertificate(message.certificate);
        break;
      case 'timeout': {
        if (message.proposal && !this.#proposals.check(message.proposal, this.#agreement.view)) return;
        const statement = timeoutStatement(0, message.view, message.certificate?.slot ?? null);
        this.#observe(from, statement, message.signature, false);
        this.#agreement.onTimeout(from, message);
        break;
      }
    }
  }

  #onOpen(from: number, message: MessageOf<'open'>): void {
    if (this.#agreement.onOpen(from, message)) return;
    if (message.view === this.#agreement.view) this.#opened = true;
  }

  #onProposal(from: number, notice: MessageOf<'notice'>): void {
    const { manifest, valid } = this.options;
    const { slot, subject } = notice;
    const { view } = this.#agreement;
    if (from !== this.leader(view) || slot.view !== view || slot.index > lastSlotIndex(manifest.faults))
      return;
    if (!this.#proposals.check(notice, view) || !this.#proposals.isFirst(slot, subject)) return;
    if (!this.#proposals.examine(slot) || !valid(subject)) return;
    this.#held.add(toHex(subject));
    this.#agreement.extend();
    const ballot = { phase: 'prepare', epoch: 0, slot, value: subject, electorate: null } as const;
    this.#agreement.vote({ ballot, holdings: null, attested: true });
    this.#agreement.recheck();
  }

  #observe(
    from: number,
    statement: Parameters<Witness['observe']>[1]['statement'],
    signature: Uint8Array,
    verified: boolean,
  ): void {
    const evidence = this.#witness.observe(from, { statement, signature }, verified);
    if (evidence) this.options.onEvidence(evidence);
  }

  #settle(): Effects {
    for (;;) {
      const own = this.#courier.nextLoopback() as EngineMessage | undefined;
      if (own) {
        this.#guard(() => this.#receive(this.options.index, own, 0));
        continue;
      }
      const due = this.#early.take(this.#chain, this.#progress);
      if (!due) return this.#outbox.take();
      this.#guard(() => this.#deliver(due.from, withoutContents(due.message)));
    }
  }

  /** As a bank does: what is refused with a typed error changes nothing. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isConcordatError(error)) throw error;
    }
  }
}

/**
 * The message as it is kept before its time. A notice stands for the proposal of W whose contents are left out here; the real
 * one comes with them, and is kept for that, where a mere notice would not be.
 */
function withContents(message: EngineMessage): EpochMessage {
  if (message.type !== 'notice') return message;
  const { epoch, slot } = message;
  return { ...message, type: 'proposal', header: { epoch, slot } } as unknown as EpochMessage;
}

function withoutContents(kept: EpochMessage): EngineMessage {
  return (kept.type === 'proposal' ? { ...kept, type: 'notice' } : kept) as unknown as EngineMessage;
}
