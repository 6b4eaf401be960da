import { toHex } from '../crypto/bytes.js';
import { type Codec, decode, encode } from '../crypto/encoding.js';
import type { BankSecrets } from '../crypto/keys.js';
import {
  type Ballot,
  ballotStatement,
  type Certificate,
  highestSlot,
  type TimeoutCertificate,
  timeoutStatement,
} from '../protocol/certificate.js';
import { proposalStatement } from '../protocol/draft.js';
import type { Outgoing } from '../protocol/effects.js';
import type { Manifest } from '../protocol/manifest.js';
import { messageCodec } from '../protocol/message-codec.js';
import type { Message, MessageOf } from '../protocol/messages.js';
import type { Slot } from '../protocol/slot.js';
import { type Statement, statementDigest } from '../protocol/statement.js';
import type { Suite } from '../protocol/suite.js';
import { BLS_STATEMENTS } from '../protocol/testimony.js';
import { VoteCollector } from '../protocol/votes.js';
import type { EngineMessage } from './campaign-engine-core.js';
import type { Random } from './random.js';

/** What all liars of a run know and can do together: all that any of them heard, and every one's keys. */
export class Cabal {
  readonly #codec: Codec<Message>;
  readonly #tallies = new Map<string, VoteCollector>();
  readonly #values: Uint8Array[] = [];
  readonly #certificates: Certificate[] = [];
  readonly #others = new Map<string, Uint8Array>();
  readonly #conspiracies = new Map<number, boolean>();
  /** By view and bank, every timeout heard. */
  readonly #timeouts = new Map<number, Map<number, MessageOf<'timeout'>[]>>();

  constructor(
    readonly manifest: Manifest,
    readonly suite: Suite,
    /** Of the liars, by index. */
    readonly secrets: ReadonlyMap<number, BankSecrets>,
    readonly random: Random,
  ) {
    this.#codec = messageCodec(manifest.size);
  }

  read(bytes: Uint8Array): EngineMessage {
    return decode(this.#codec, bytes) as EngineMessage;
  }

  bytes(message: EngineMessage): Uint8Array {
    return encode(this.#codec, message);
  }

  sign(liar: number, statement: Statement): Uint8Array {
    const { bls, identity } = this.secrets.get(liar)!;
    const digest = statementDigest(this.manifest.consortiumId, statement);
    return BLS_STATEMENTS.has(statement.type)
      ? this.suite.bls.sign(bls, digest)
      : this.suite.identity.sign(identity, digest);
  }

  /** What a liar heard, or its core was about to say. Returns a certificate that the cabal can show now. */
  learn(from: number, message: EngineMessage): Certificate | null {
    switch (message.type) {
      case 'notice':
        this.#values.push(message.subject);
        return null;
      case 'certificate':
        this.#certificates.push(message.certificate);
        return null;
      case 'timeout': {
        if (message.certificate) this.#certificates.push(message.certificate);
        const ofView = this.#timeouts.get(message.view) ?? new Map<number, MessageOf<'timeout'>[]>();
        this.#timeouts.set(message.view, ofView);
        ofView.set(from, [...(ofView.get(from) ?? []), message].slice(-4));
        return null;
      }
      case 'vote':
        return this.#count(from, message);
      case 'open':
        return null;
    }
  }

  /** Any value that is known, or one that nobody proposed. */
  value(): Uint8Array {
    const made = this.random.bytes(32);
    return this.#values.length > 0 && this.random.chance(0.7) ? this.random.pick(this.#values) : made;
  }

  /** Whether liars who lead this view tell all the same: that nothing was prepared before, and another value. */
  conspires(view: number): boolean {
    const drawn = this.#conspiracies.get(view) ?? this.random.chance(0.2);
    this.#conspiracies.set(view, drawn);
    return drawn;
  }

  /** The lie about a slot that all are told alike, so that a quorum may vote for it. */
  other({ view, index }: Slot): Uint8Array {
    const place = `${view}.${index}`;
    const value = this.#others.get(place) ?? this.value();
    this.#others.set(place, value);
    return value;
  }

  /** A prepare certificate that may be reported in this view, or none; sometimes one that is moved to a slot of it. */
  reported(view: number): Certificate | null {
    const known = this.#certificates.filter(({ phase, slot }) => phase === 'prepare' && slot.view <= view);
    if (this.random.chance(0.4) || known.length === 0) return null;
    const picked = this.random.pick(known);
    const slot = { view, index: picked.slot.index + 1 };
    return this.random.chance(0.1) ? { ...picked, slot } : picked;
  }

  certificate(): Certificate | null {
    return this.#certificates.length > 0 ? this.random.pick(this.#certificates) : null;
  }

  /** Votes of every liar for a value in a slot, in both phases. */
  votesFor(
    ballot: Pick<Ballot, 'slot' | 'value'>,
  ): { readonly liar: number; readonly vote: MessageOf<'vote'> }[] {
    return [...this.secrets.keys()].flatMap((liar) =>
      (['prepare', 'commit'] as const).map((phase) => {
        const { slot, value } = ballot;
        const own: Ballot = { phase, epoch: 0, slot, value, electorate: null };
        const signature = this.sign(liar, ballotStatement(own, this.manifest.size));
        return { liar, vote: { type: 'vote', ...own, holdings: null, signature } };
      }),
    );
  }

  /**
   * A proof that a view ended, of whichever quorum of timeouts, liars saying what they like, perhaps without the
   * certificate of the highest slot reported, which proves nothing; null without enough.
   */
  justification(view: number): TimeoutCertificate | null {
    const { manifest, suite, random, secrets } = this;
    const heard = [...(this.#timeouts.get(view) ?? [])]
      .filter(([bank]) => !secrets.has(bank))
      .map(([bank, variants]) => ({ bank, ...random.pick(variants) }));
    const lies = [...secrets.keys()].map((bank) => {
      const certificate = this.reported(view);
      const signature = this.sign(bank, timeoutStatement(0, view, certificate?.slot ?? null));
      return { bank, certificate, signature };
    });
    const chosen = random
      .shuffle([...heard, ...lies])
      .slice(0, manifest.quorum)
      .sort((a, b) => a.bank - b.bank);
    if (chosen.length < manifest.quorum) return null;
    const highs = chosen.map(({ certificate }) => certificate?.slot ?? null);
    const highest = highestSlot(highs);
    const shown = highest && chosen[highs.indexOf(highest)]!.certificate;
    return {
      epoch: 0,
      view,
      signers: chosen.map(({ bank }) => bank),
      highs,
      certificate: this.conspires(view + 1) ? null : shown,
      signature: suite.bls.aggregate(chosen.map(({ signature }) => signature)),
    };
  }

  #count(from: number, vote: MessageOf<'vote'>): Certificate | null {
    const { phase, slot, value } = vote;
    const name = `${phase}/${slot.view}.${slot.index}/${toHex(value)}`;
    const known = this.#tallies.get(name);
    const tally = known ?? new VoteCollector(this.manifest, this.suite, { phase, epoch: 0, slot, value });
    this.#tallies.set(name, tally);
    if (!known)
      for (const { liar, vote: own } of this.votesFor(vote)) if (own.phase === phase) tally.add(liar, own);
    tally.add(from, vote);
    const certificate = tally.certify();
    if (certificate) this.#certificates.push(certificate);
    return certificate;
  }
}

/** What a liar says instead of and beside what its core wants to say. */
export function lie(
  cabal: Cabal,
  liar: number,
  leader: (view: number) => number,
  heard: { readonly from: number; readonly message: EngineMessage } | null,
  outgoing: readonly Outgoing[],
): Outgoing[] {
  const { random, manifest } = cabal;
  const others = [...manifest.banks.keys()].filter((bank) => bank !== liar);
  const some = (): number[] => others.filter(() => random.chance(0.5));
  const said: Outgoing[] = [];
  const say = (to: readonly number[], message: EngineMessage): void => {
    const bytes = cabal.bytes(message);
    for (const bank of to) said.push({ to: bank, bytes });
  };
  const show = (certificate: Certificate | null): void => {
    // To those who voted for it: the others may be told another thing.
    const to = others.filter((bank) => random.chance(certificate?.signers.includes(bank) ? 0.9 : 0.25));
    if (certificate) say(to, { type: 'certificate', certificate });
  };
  if (heard) show(cabal.learn(heard.from, heard.message));
  for (const { to, bytes } of outgoing) {
    const message = cabal.read(bytes);
    show(cabal.learn(liar, message));
    if (random.chance(0.15)) continue;
    for (const version of versions(cabal, liar, message)) say([to], version);
  }
  if (heard?.message.type === 'notice') {
    const { slot, subject } = heard.message;
    const value = random.chance(0.8) ? subject : cabal.value();
    for (const { vote } of cabal.votesFor({ slot, value }).filter((each) => each.liar === liar))
      if (leader(slot.view) !== liar) say([leader(slot.view)], vote);
  }
  const old = random.chance(0.1) ? cabal.certificate() : null;
  if (old) say(some(), { type: 'certificate', certificate: old });
  return said;
}

/** What one receiver is told: this, or another thing in its place, or both. */
function versions(cabal: Cabal, liar: number, message: EngineMessage): EngineMessage[] {
  const { random } = cabal;
  const conspires = message.type === 'notice' && cabal.conspires(message.slot.view);
  if (message.type === 'notice' && (conspires || random.chance(0.5))) {
    const subject = conspires ? cabal.other(message.slot) : cabal.value();
    const signature = cabal.sign(liar, proposalStatement(0, message.slot, subject));
    const other = { ...message, subject, signature };
    return !conspires && random.chance(0.2) ? [message, other] : [other];
  }
  if (message.type === 'timeout') {
    const certificate = cabal.reported(message.view);
    const signature = cabal.sign(liar, timeoutStatement(0, message.view, certificate?.slot ?? null));
    return [{ ...message, certificate, signature }];
  }
  if (message.type === 'open' && message.view > 0 && (cabal.conspires(message.view) || random.chance(0.7))) {
    const justification = cabal.justification(message.view - 1);
    return justification ? [{ ...message, justification }] : [message];
  }
  if (message.type === 'vote' && random.chance(0.5)) {
    const value = cabal.value();
    const ballot = { ...message, value };
    return [
      message,
      { ...ballot, signature: cabal.sign(liar, ballotStatement(ballot, cabal.manifest.size)) },
    ];
  }
  return [message];
}
