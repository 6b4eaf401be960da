import { equalBytes, toHex } from '../crypto/bytes.js';
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
import { Courier } from '../protocol/courier.js';
import { proposalStatement } from '../protocol/draft.js';
import type { Effects } from '../protocol/effects.js';
import { type Evidence, Witness } from '../protocol/evidence.js';
import { Journal, type LogEntry, logEntryCodec } from '../protocol/journal.js';
import type { Manifest } from '../protocol/manifest.js';
import type { MessageOf } from '../protocol/messages.js';
import { Outbox } from '../protocol/outbox.js';
import { attestPatience } from '../protocol/pacemaker.js';
import { Safety } from '../protocol/safety.js';
import { lastSlotIndex } from '../protocol/slot.js';
import type { Suite } from '../protocol/suite.js';

/** What an {@link EngineCore} is made of. */
export interface EngineOptions {
  readonly manifest: Manifest;
  readonly suite: Suite;
  readonly secrets: BankSecrets;
  readonly index: number;
  /** The leader of each view. */
  readonly leader: (view: number) => number;
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
  /** Values (hex) that were proposed or prepared: this bank knows what they stand for. */
  readonly #held = new Set<string>();
  /** The first proposal of each slot. */
  readonly #proposed = new Map<string, Uint8Array>();
  /** One message of each sender and type that is for a later view. */
  readonly #early = new Map<string, { readonly from: number; readonly message: EngineMessage }>();
  #nextIndex = 0;

  /** @param log of an earlier run */
  constructor(
    private readonly options: EngineOptions,
    log: readonly Uint8Array[] = [],
  ) {
    const { manifest, suite, secrets, index } = options;
    this.#courier = new Courier(manifest.size, index, this.#outbox);
    this.#witness = new Witness(manifest, suite);
    this.#journal = new Journal({
      banks: manifest.size,
      consortiumId: manifest.consortiumId,
      secrets,
      suite,
      outbox: this.#outbox,
    });
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
    this.#guard(() => this.#deliver(from, this.#courier.decode(bytes) as EngineMessage));
    return this.#settle();
  }

  timer(id: string): Effects {
    this.#guard(() => this.#agreement.onTimer(id));
    if (id === REDRAFT_TIMER) this.#guard(() => this.#propose());
    return this.#settle();
  }

  // Application of agreement

  leader(view: number): number {
    return this.options.leader(view);
  }

  enteredView(view: number, justification: TimeoutCertificate | null): void {
    const { index, onView } = this.options;
    this.#nextIndex = 0;
    this.#outbox.timer(REDRAFT_TIMER, null);
    onView(view);
    if (justification?.certificate) this.#held.add(toHex(justification.certificate.value));
    if (this.leader(view) !== index) return;
    // The VRF and its signature are the business of the drafts that are left out here.
    const unproven = { seed: new Uint8Array(32), proof: new Uint8Array(80), signature: new Uint8Array(64) };
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

  lastProposal(): null {
    return null;
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

  // Messages, as an epoch hands them on

  #deliver(from: number, message: EngineMessage): void {
    const view = message.type === 'notice' || message.type === 'vote' ? message.slot.view : -1;
    if (view > this.#agreement.view) {
      this.#early.set(`${from}/${message.type}`, { from, message });
      return;
    }
    switch (message.type) {
      case 'open':
        this.#onOpen(from, message);
        break;
      case 'notice':
        this.#onProposal(from, message);
        break;
      case 'vote':
        if (view !== this.#agreement.view) return;
        this.#observe(from, ballotStatement(message, this.options.manifest.size), message.signature);
        this.#agreement.onVote(from, message);
        break;
      case 'certificate':
        this.#agreement.onCertificate(message.certificate);
        break;
      case 'timeout':
        this.#observe(
          from,
          timeoutStatement(0, message.view, message.certificate?.slot ?? null),
          message.signature,
        );
        this.#agreement.onTimeout(from, message);
        break;
    }
  }

  #onOpen(from: number, { view, justification }: MessageOf<'open'>): void {
    if (
      from !== this.leader(view) ||
      view < this.#agreement.view ||
      (view === 0) !== (justification === null)
    )
      return;
    if (justification && justification.view === view - 1) this.#agreement.onJustification(justification);
  }

  #onProposal(from: number, { slot, subject, signature }: MessageOf<'notice'>): void {
    const { manifest, suite, valid } = this.options;
    const { view, index } = slot;
    if (from !== this.leader(view) || view !== this.#agreement.view || index > lastSlotIndex(manifest.faults))
      return;
    this.#observe(from, proposalStatement(0, slot, subject), signature);
    const place = `${view}.${index}`;
    const earlier = this.#proposed.get(place);
    if (!valid(subject) || (earlier && !equalBytes(earlier, subject))) return;
    this.#proposed.set(place, subject);
    this.#held.add(toHex(subject));
    this.#agreement.extend();
    const ballot = { phase: 'prepare', epoch: 0, slot, value: subject, electorate: null } as const;
    const vote = { ballot, holdings: null, attested: true, toAll: false };
    this.#agreement.vote(vote);
    this.#agreement.recheck();
    void suite;
  }

  #observe(
    from: number,
    statement: Parameters<Witness['observe']>[1]['statement'],
    signature: Uint8Array,
  ): void {
    const evidence = this.#witness.observe(from, { statement, signature }, false);
    if (evidence) this.options.onEvidence(evidence);
  }

  #settle(): Effects {
    for (;;) {
      const own = this.#courier.nextLoopback() as EngineMessage | undefined;
      if (own) {
        this.#guard(() => this.#deliver(this.options.index, own));
        continue;
      }
      const due = [...this.#early].find(
        ([, { message }]) => 'slot' in message && message.slot.view <= this.#agreement.view,
      );
      if (!due) return this.#outbox.take();
      this.#early.delete(due[0]);
      this.#guard(() => this.#deliver(due[1].from, due[1].message));
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
