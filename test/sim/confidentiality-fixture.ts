import { toHex } from '../../src/crypto/bytes.js';
import { encode } from '../../src/crypto/encoding.js';
import { headerCodec, open, type Slice } from '../../src/crypto/slices.js';
import type { Dataset } from '../../src/data/dataset.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import { genesisChain } from '../../src/protocol/chain.js';
import type { EpochContext } from '../../src/protocol/context.js';
import { draftDigest } from '../../src/protocol/draft.js';
import type { Manifest } from '../../src/protocol/manifest.js';
import type { Message, SlicesMessage } from '../../src/protocol/messages.js';
import { commitmentIn, openedFor, type ReadDraft, readDraft } from '../../src/protocol/reading.js';
import { type AcceptedSlices, acceptSlices } from '../../src/protocol/slice-check.js';
import { headerOf } from '../../src/protocol/slice-store.js';
import { LeakSearch, type Secret, secretsIn, secretsOf } from '../../src/sim/leak-search.js';
import { messageReader } from '../../src/sim/message-reader.js';
import { Keys } from '../../src/sim/oracle-keys.js';
import { requestOf, run, type Setup, suite } from './disputed-fixture.js';

/** A message as it was sent. */
interface Sent {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly message: Message | null;
  /** Whether a commit certificate was in the world: a liar's core, too, says that it saw one only if it did. */
  readonly afterCommit: boolean;
}

/** Something that a coalition can read and should not. */
export interface Leak {
  readonly coalition: readonly number[];
  readonly phase: 'before commit' | 'after commit';
  readonly what: string;
}

/** A finished epoch with every byte that was sent in it. */
export interface Transcript {
  readonly manifest: Manifest;
  readonly books: readonly Dataset[];
  readonly inputs: readonly number[];
  readonly requests: ReadonlyMap<number, ReconcileRequest>;
  readonly sent: readonly Sent[];
  /** Banks that run the protocol unaltered, or are said to. */
  readonly trusted: readonly number[];
  readonly violations: readonly string[];
}

/**
 * Runs an epoch and keeps all that is sent.
 * @param said banks whose adversary does not excuse them: what they leak counts
 */
export function transcriptOf(
  books: readonly Dataset[],
  setup: Setup = {},
  said: readonly number[] = [],
): Transcript {
  const trusted = books.map((_, bank) => bank).filter((bank) => !setup.liars?.[bank] || said.includes(bank));
  const read = messageReader(books.length);
  const sent: Sent[] = [];
  let afterCommit = false;
  const { simulation, record, outputs } = run(books, {
    ...setup,
    onSend: (from, to, bytes) => sent.push({ from, to, bytes, message: read(bytes), afterCommit }),
    onOutput: (_, output) => {
      if (output.type === 'agreed') afterCommit = true;
    },
  });
  const done = trusted.filter((bank) => record.sealed[bank]?.outcome);
  return {
    manifest: simulation.consortium.manifest,
    books: record.datasets,
    inputs: record.sealed[done[0]!]!.inputs,
    requests: new Map(done.map((bank) => [bank, requestOf(outputs[bank]!)])),
    sent,
    trusted,
    violations: [...simulation.oracle.violations],
  };
}

/** All sets of `size` of these. */
export function subsets<T>(of: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, i) => subsets(of.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}

/** A dealer's slices under one draft, with everything but secrets that it takes to open them. */
interface Dealing {
  readonly dealer: number;
  readonly accepted: AcceptedSlices;
  /** By receiver: what it was dealt. */
  readonly dealt: ReadonlyMap<number, SlicesMessage>;
}

/** A search through an epoch for what any coalition of f banks can read and should not. */
export class CoalitionSearch {
  readonly #search: LeakSearch;
  readonly #hits = new WeakMap<Uint8Array, readonly Secret[]>();
  readonly #dealings: readonly Dealing[];
  readonly #opened = new Map<string, readonly Secret[]>();
  readonly #own: readonly ReadonlySet<string>[];
  readonly #disclosed: ReadonlySet<string>;

  constructor(private readonly transcript: Transcript) {
    const { books, trusted } = transcript;
    this.#search = new LeakSearch(secretsIn(trusted.map((bank) => books[bank]!)).values());
    this.#own = books.map((book) => new Set(secretsIn([book]).keys()));
    this.#dealings = dealingsOf(transcript);
    this.#disclosed = disclosedIn(transcript);
  }

  /** How many dealings there were, and of how many bytes of messages. */
  get size(): { readonly dealings: number; readonly bytes: number } {
    const bytes = this.transcript.sent.reduce((sum, each) => sum + each.bytes.length, 0);
    return { dealings: this.#dealings.length, bytes };
  }

  /** What these banks can read together, of what they got, sent, and can decrypt of it. */
  leaksTo(coalition: readonly number[]): Leak[] {
    return (['before commit', 'after commit'] as const).flatMap((phase) => {
      const known = this.transcript.sent.filter(
        ({ from, to, afterCommit }) =>
          (coalition.includes(from) || coalition.includes(to)) && (phase === 'after commit' || !afterCommit),
      );
      const read = new Set([
        ...known.flatMap(({ bytes }) => this.#read(bytes)),
        ...this.#decrypt(coalition, known),
      ]);
      const leaks = [...read].filter(
        ({ name }) =>
          !coalition.some((bank) => this.#own[bank]!.has(name)) &&
          (phase === 'before commit' || !this.#disclosed.has(name)),
      );
      const whats = [...leaks.map(({ what }) => what), ...this.#keys(coalition, known, phase)];
      return [...new Set(whats)].map((what) => ({ coalition, phase, what }));
    });
  }

  #read(bytes: Uint8Array): readonly Secret[] {
    const hits = this.#hits.get(bytes) ?? this.#search.find(bytes);
    this.#hits.set(bytes, hits);
    return hits;
  }

  /** The payloads of all dealings that these slices open. */
  #decrypt(coalition: readonly number[], known: readonly Sent[]): Secret[] {
    return this.#dealings.flatMap((each, i) => {
      const { dealing } = each.accepted;
      if (!dealing) return [];
      const slices = slicesOf(each, coalition, known);
      const name = `${i} ${[...new Set(slices.map(({ index }) => index))].sort().join()}`;
      let secrets = this.#opened.get(name);
      if (!secrets) {
        const opening = open(dealing, slices);
        secrets = opening.verdict === 'opened' ? this.#search.find(opening.payload) : [];
        this.#opened.set(name, secrets);
      }
      return secrets;
    });
  }

  /** Keys of trusted banks' dealings before commit, and their own statistics at any time, if f + 1 shares are there. */
  #keys(coalition: readonly number[], known: readonly Sent[], phase: Leak['phase']): string[] {
    return this.#dealings.flatMap((each) => {
      const { dealer, accepted, dealt } = each;
      if (coalition.includes(dealer) || !this.transcript.trusted.includes(dealer)) return [];
      const shares = slicesOf(each, coalition, known).map(({ index, share }) => ({
        x: index + 1,
        ys: [share],
      }));
      const key = phase === 'before commit' && accepted.dealing?.keyCommitments.recover(shares);
      const parts = coalition.flatMap((bank) => {
        const ys = dealt.get(bank)?.envelope.share;
        return ys ? [{ x: bank + 1, ys }] : [];
      });
      const released = known.flatMap(({ from, message }) =>
        message?.type === 'release' && message.share ? [{ x: from + 1, ys: message.share }] : [],
      );
      const own = accepted.statistics?.recover([...parts, ...released]);
      return [...(key ? ['key of a dealing'] : []), ...(own ? ['statistics of one bank'] : [])];
    });
  }
}

/** What a coalition has of a dealing: its own slices, and those that were given back. */
function slicesOf({ dealer, dealt }: Dealing, coalition: readonly number[], known: readonly Sent[]): Slice[] {
  const own = coalition.flatMap((bank) => dealt.get(bank)?.envelope.slice ?? []);
  const released = known.flatMap(({ message }) =>
    message?.type === 'release'
      ? message.slices.filter((each) => each.dealer === dealer).map(({ slice }) => slice)
      : [],
  );
  return [...own, ...released];
}

/** Every dealing of the epoch, under every draft that was sent. */
function dealingsOf({ manifest, sent }: Transcript): Dealing[] {
  // Reading a draft takes no more of the context than this.
  const context = { manifest, suite, chain: genesisChain(manifest) } as unknown as EpochContext;
  const drafts = new Map<string, ReadDraft>();
  const dealings = new Map<string, Dealing & { dealt: Map<number, SlicesMessage> }>();
  for (const { message } of sent) {
    const draft =
      message?.type === 'draft' ? message.draft : message?.type === 'forward' ? message.draft.draft : null;
    const opened = draft && openedFor(context, draft);
    const read = opened && !drafts.has(toHex(draftDigest(draft.header))) && readDraft(context, draft, opened);
    if (read) drafts.set(toHex(read.digest), read);
  }
  for (const { from, to, message } of sent) {
    if (message?.type !== 'slices') continue;
    for (const [digest, read] of drafts) {
      const { slot, inputs } = read.draft.header;
      if (slot.view !== message.slot.view || slot.index !== message.slot.index || !inputs.includes(from))
        continue;
      const { dealing } = message.dealing;
      const name = `${digest} ${from} ${dealing && toHex(encode(headerCodec, dealing))}`;
      let known = dealings.get(name);
      if (!known) {
        const accepted = acceptSlices(
          manifest,
          suite,
          headerOf(read, from, message.dealing),
          commitmentIn(read, from),
        );
        if (typeof accepted === 'string') continue;
        known = { dealer: from, accepted, dealt: new Map() };
        dealings.set(name, known);
      }
      known.dealt.set(to, message);
    }
  }
  return [...dealings.values()];
}

/** Names of all that the agreed table lets out: winners of settled keys, and versions of disputed ones, within the quota. */
function disclosedIn({ manifest, books, inputs, requests, trusted }: Transcript): Set<string> {
  const facts = {
    ids: manifest.banks.map(({ id }) => id),
    faults: manifest.faults,
    schema: manifest.schema,
    quota: manifest.parameters.disclosureQuota,
    honest: trusted,
    timely: true,
  };
  const disclosed = new Set<string>();
  for (const key of new Keys(facts, { datasets: books, inputs, requests }).keys.values())
    for (const [digest, entry] of key.entries)
      if (!key.closed && (key.class === 'disputed' || key.winner === digest))
        for (const { name } of secretsOf(entry)) disclosed.add(name);
  return disclosed;
}
