import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import { conflictTableCodec } from '../../src/data/conflict.js';
import { Dataset } from '../../src/data/dataset.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { verifyCommitment } from '../../src/protocol/commitment.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { classRule, draftDigest, isWhole, proposalStatement } from '../../src/protocol/draft.js';
import type { Message, MessageOf, MessageType } from '../../src/protocol/messages.js';
import { sketchStatement } from '../../src/protocol/requests.js';
import { resultStatement } from '../../src/protocol/seal.js';
import type { Statement } from '../../src/protocol/statement.js';
import { verifyTestimony } from '../../src/protocol/testimony.js';
import { adversaries } from '../../src/sim/adversaries.js';
import type { Adversary, AttackContext } from '../../src/sim/adversary.js';
import { generate, PAYMENTS } from '../../src/sim/generate.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { loadRememberingBls, Simulation } from './remembered.js';

const suite = defaultSuite(await loadRememberingBls());
const BANKS = 4;
const books = generate({
  banks: BANKS,
  records: 60,
  divergence: 0.1,
  random: new Random(1),
  honest: [0, 1, 2, 3],
});

/** One moment at which a Byzantine bank's core sent something: what it wanted to send, and what was sent. */
interface Moment {
  readonly wanted: readonly Message[];
  readonly sent: readonly { readonly to: number; readonly after: number; readonly message: Message }[];
  readonly context: AttackContext;
}

function simulation(
  byzantine: ReadonlyMap<number, Adversary>,
  seed: number,
  datasets: readonly Dataset[],
): InstanceType<typeof Simulation> {
  return new Simulation({
    schema: PAYMENTS,
    banks: datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
    faults: 1,
    adversaries: byzantine,
    network: networkPreset('synchronous', { banks: BANKS }),
    suite,
    seed,
  });
}

const watched = new Map<string, ReturnType<typeof epochUnder>>();
/** An epoch as {@link epochUnder} has it, on the same books, run once. */
function watch(adversary: Adversary, place: 'leader' | 'follower', seed = 1) {
  const name = `${adversary.name} ${place} ${seed}`;
  const known = watched.get(name) ?? epochUnder(adversary, place, seed);
  watched.set(name, known);
  return known;
}

/** An epoch in which the leader of the first view, or a bank that leads later, is controlled by `adversary`. */
function epochUnder(
  adversary: Adversary,
  place: 'leader' | 'follower',
  seed: number,
  datasets = books.datasets,
) {
  const { schedule } = genesisChain(simulation(new Map(), seed, datasets).consortium.manifest);
  const bank = schedule[place === 'leader' ? 0 : 2]!;
  const moments: Moment[] = [];
  const spy: Adversary = {
    ...adversary,
    attack: (outgoing, context) => {
      const sent = adversary.attack?.(outgoing, context) ?? outgoing;
      moments.push({
        wanted: outgoing.map(({ bytes }) => context.decode(bytes)),
        sent: sent.map(({ to, bytes, after = 0 }) => ({ to, after, message: context.decode(bytes) })),
        context,
      });
      return sent;
    },
  };
  const run = simulation(new Map([[bank, spy]]), seed, datasets);
  const record = run.runEpoch();
  expect(run.oracle.violations).toEqual([]);
  expect(record.complete).toBe(true);
  const all = moments.flatMap(({ sent }) => sent);
  const of = <T extends MessageType>(type: T): MessageOf<T>[] =>
    all.flatMap(({ message }) => (message.type === type ? [message as MessageOf<T>] : []));
  const verifies = (statement: Statement, signature: Uint8Array): boolean =>
    verifyTestimony(run.consortium.manifest, suite, bank, { statement, signature });
  return { bank, moments, all, of, verifies, manifest: run.consortium.manifest, record };
}

const distinct = (values: readonly Uint8Array[]): number => new Set(values.map(toHex)).size;
const name = (adversary: string): Adversary => adversaries[adversary]!;
/** Whether what was sent in every moment is what the core wanted to send, messages of these types aside. */
const changesOnly = (moments: readonly Moment[], ...types: MessageType[]): boolean =>
  moments.every(({ wanted, sent }) => {
    const others = (messages: readonly Message[]) => messages.filter(({ type }) => !types.includes(type));
    return (
      JSON.stringify(others(wanted), hexed) ===
      JSON.stringify(others(sent.map(({ message }) => message)), hexed)
    );
  });
const hexed = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? toHex(value) : typeof value === 'bigint' ? `${value}` : value;

describe('silent', () => {
  it('sends nothing, whatever its core wants to send', () => {
    for (const place of ['leader', 'follower'] as const) {
      const { moments, all } = watch(name('silent'), place);
      expect(moments.flatMap(({ wanted }) => wanted).length).toBeGreaterThan(0);
      expect(all).toEqual([]);
    }
  });
});

describe('crash', () => {
  it('sends what its core wants up to a moment within its first dozen messages, then nothing', () => {
    const lives = [1, 2, 3, 4].map((seed) => {
      const { moments, all } = watch(name('crash'), 'leader', seed);
      const wanted = moments.flatMap(({ wanted }) => wanted);
      expect(all.map(({ message }) => message)).toEqual(wanted.slice(0, all.length));
      expect(all.length).toBeGreaterThanOrEqual(1);
      expect(all.length).toBeLessThanOrEqual(12);
      // Its core was stopped: after the moment in which it died nothing was asked of it.
      const died = moments.findIndex(({ wanted, sent }) => sent.length < wanted.length);
      if (died >= 0) expect(died).toBe(moments.length - 1);
      return all.length;
    });
    expect(new Set(lives).size).toBeGreaterThan(1);
  });
});

describe('falsify', () => {
  const many = generate({ banks: 1, records: 4000, divergence: 0, random: new Random(2), honest: [0] }).truth;
  const lie = (seed: number): Dataset =>
    name('falsify').records!(many, {
      index: 0,
      accomplices: [0],
      random: new Random(seed),
      common: new Random(9),
    });
  const altered = (dataset: Dataset): number =>
    dataset.entries.filter(({ bytes }, i) => !equalBytes(bytes, many.entries[i]!.bytes)).length;

  it('alters one in twenty of its records and keeps every key', () => {
    const lies = lie(1);
    expect(lies.entries.map(({ keyDigest }) => toHex(keyDigest))).toEqual(
      many.entries.map(({ keyDigest }) => toHex(keyDigest)),
    );
    expect(altered(lies) / many.size).toBeGreaterThan(0.04);
    expect(altered(lies) / many.size).toBeLessThan(0.06);
  });

  it('lies as its own stream says, not as its accomplices do', () => {
    expect(lie(1).entries.map(({ bytes }) => toHex(bytes))).toEqual(
      lie(1).entries.map(({ bytes }) => toHex(bytes)),
    );
    expect(lie(1).entries.map(({ bytes }) => toHex(bytes))).not.toEqual(
      lie(2).entries.map(({ bytes }) => toHex(bytes)),
    );
  });

  it('then follows the protocol', () => {
    expect(changesOnly(watch(name('falsify'), 'leader').moments)).toBe(true);
  });
});

describe('collude', () => {
  const truth = generate({
    banks: 1,
    records: 2000,
    divergence: 0,
    random: new Random(3),
    honest: [0],
  }).truth;
  const lies = (own: number, common: number, dataset = truth): Dataset =>
    name('collude').records!(dataset, {
      index: own,
      accomplices: [0, 1],
      random: new Random(own),
      common: new Random(common),
    });

  it('tells one lie with many mouths: accomplices alter the same records in the same way', () => {
    const [one, two] = [lies(0, 7), lies(1, 7)];
    expect(one.entries).toEqual(two.entries);
    const altered = one.entries.filter(({ bytes }, i) => !equalBytes(bytes, truth.entries[i]!.bytes)).length;
    expect(altered / truth.size).toBeGreaterThan(0.035);
    expect(altered / truth.size).toBeLessThan(0.065);
  });

  it('does so even where their books are not the same', () => {
    const shorter = Dataset.fromRecords(
      PAYMENTS,
      truth.entries.slice(500).map(({ values }) => values),
    );
    for (const { keyDigest, bytes } of lies(1, 7, shorter).entries)
      expect(toHex(lies0.get(keyDigest)!.bytes)).toBe(toHex(bytes));
  });
  const lies0 = lies(0, 7);

  it('tells another lie in another epoch', () => {
    expect(lies(0, 8).entries).not.toEqual(lies0.entries);
  });
});

describe('equivocate', () => {
  const follower = watch(name('equivocate'), 'follower');

  it('sends two Commitments that both verify', () => {
    const both = follower.of('commitment').map(({ commitment }) => commitment);
    expect(both).toHaveLength(2);
    expect(distinct(both.map(({ dataRoot }) => dataRoot))).toBe(2);
    for (const commitment of both) expect(verifyCommitment(follower.manifest, suite, commitment)).toBe(true);
  });

  it('sends two of every vote and every result, both signed', () => {
    const votes = follower.of('vote');
    const results = follower.of('result');
    expect(votes.length).toBeGreaterThanOrEqual(2);
    expect(results.length).toBeGreaterThanOrEqual(2);
    for (let i = 0; i < votes.length; i += 2) {
      const [one, other] = [votes[i]!, votes[i + 1]!];
      expect([one.phase, one.slot]).toEqual([other.phase, other.slot]);
      expect(equalBytes(one.value, other.value)).toBe(false);
    }
    for (const vote of votes)
      expect(follower.verifies(ballotStatement(vote, BANKS), vote.signature)).toBe(true);
    for (const result of results)
      expect(follower.verifies(resultStatement(0, result), result.signature)).toBe(true);
    expect(distinct(results.map(({ root }) => root))).toBe(2);
  });

  it('sends as leader one draft to each half, whole and signed', () => {
    const leader = watch(name('equivocate'), 'leader');
    const [first] = leader.moments.filter(({ sent }) => sent.some(({ message }) => message.type === 'draft'));
    const drafts = first!.sent.flatMap(({ message }) => (message.type === 'draft' ? [message] : []));
    expect(drafts).toHaveLength(BANKS - 1);
    const values = drafts.map(({ draft }) => draftDigest(draft.header));
    expect(distinct(values)).toBe(2);
    expect(toHex(values[0]!)).toBe(toHex(values[2]!));
    for (const { draft, signature } of drafts) {
      expect(isWhole(draft)).toBe(true);
      const { epoch, slot } = draft.header;
      expect(leader.verifies(proposalStatement(epoch, slot, draftDigest(draft.header)), signature)).toBe(
        true,
      );
    }
  });

  it('is proven by evidence', () => {
    const accused = follower.record.evidence.flat().map((evidence) => evidence.accused);
    expect(new Set(accused)).toEqual(new Set([follower.bank]));
  });
});

describe('double-vote', () => {
  it('sends two of every vote, both signed, and changes nothing else', () => {
    const { moments, of, verifies, all } = watch(name('double-vote'), 'follower');
    expect(changesOnly(moments, 'vote')).toBe(true);
    const wanted = moments.flatMap(({ wanted }) => wanted).filter(({ type }) => type === 'vote');
    expect(wanted.length).toBeGreaterThan(0);
    expect(all.filter(({ message }) => message.type === 'vote')).toHaveLength(2 * wanted.length);
    for (const vote of of('vote')) expect(verifies(ballotStatement(vote, BANKS), vote.signature)).toBe(true);
  });

  it('shows as leader both of its own votes to another bank', () => {
    const { all, bank, record } = watch(name('double-vote'), 'leader');
    const shown = all.filter(({ message }) => message.type === 'vote');
    expect(shown.length).toBeGreaterThanOrEqual(2);
    expect(shown.every(({ to }) => to !== bank)).toBe(true);
    expect(record.evidence.flat().some(({ accused }) => accused === bank)).toBe(true);
  });
});

describe('delay', () => {
  it('sends all that its core wants, each message up to four Δ later', () => {
    const { moments, all, manifest } = watch(name('delay'), 'follower');
    expect(changesOnly(moments)).toBe(true);
    const { delta } = manifest.parameters;
    for (const { after } of all) expect(after).toBeLessThan(4 * delta);
    expect(all.some(({ after }) => after > delta)).toBe(true);
  });
});

describe('replay', () => {
  it('sends all that its core wants, and old messages of its own and of others', () => {
    const { moments } = watch(name('replay'), 'follower');
    const known = new Set<string>();
    let replays = 0;
    let foreign = 0;
    for (const { wanted, sent, context } of moments) {
      expect(sent.slice(0, wanted.length).map(({ message }) => message)).toEqual(wanted);
      const { input } = context;
      if (input.type === 'message') known.add(toHex(input.bytes));
      for (const { message, to } of sent.slice(wanted.length)) {
        const bytes = toHex(context.encode(message));
        expect(known.has(bytes)).toBe(true);
        expect(to).not.toBe(context.index);
        replays++;
        if (message.type === 'open' || message.type === 'draft') foreign++;
      }
      for (const { message } of sent.slice(0, wanted.length)) known.add(toHex(context.encode(message)));
    }
    expect(replays).toBeGreaterThan(3);
    expect(foreign).toBeGreaterThan(0);
  });
});

describe('lying-leader', () => {
  it('sends all banks one draft with a false table, whole, canonical and signed', () => {
    const lies = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5]) {
      const { moments, verifies, manifest } = watch(name('lying-leader'), 'leader', seed);
      expect(changesOnly(moments, 'draft', 'timeout', 'forward')).toBe(true);
      for (const { wanted, sent } of moments) {
        const drafts = sent.flatMap(({ message }) => (message.type === 'draft' ? [message] : []));
        if (drafts.length === 0) continue;
        const truth = (wanted.find(({ type }) => type === 'draft') as MessageOf<'draft'>).draft;
        expect(distinct(drafts.map(({ draft }) => draftDigest(draft.header)))).toBe(1);
        const { draft, signature } = drafts[0]!;
        const { epoch, slot, inputs } = draft.header;
        expect(isWhole(draft)).toBe(true);
        expect(verifies(proposalStatement(epoch, slot, draftDigest(draft.header)), signature)).toBe(true);
        const codec = conflictTableCodec(inputs.length, classRule(manifest), 1000);
        const [right, wrong] = [decode(codec, truth.table).rows, decode(codec, draft.table).rows];
        const columns = (rows: typeof right) => rows.map(({ id, column }) => `${toHex(id)} ${column}`);
        const added = columns(wrong).filter((row) => !columns(right).includes(row));
        expect(columns(right).filter((row) => !columns(wrong).includes(row))).toHaveLength(1);
        expect(added.length).toBeLessThanOrEqual(1);
        lies.add(added.length === 0 ? 'row left out' : 'column changed');
      }
    }
    expect([...lies].sort()).toEqual(['column changed', 'row left out']);
  });

  it('signs no second draft and shows none: it lies, but it does not equivocate', () => {
    for (const seed of [1, 2, 3]) {
      const { of, record } = watch(name('lying-leader'), 'leader', seed);
      for (const { proposal } of of('timeout')) expect(proposal).toBeNull();
      expect(record.evidence.flat()).toEqual([]);
    }
  });

  it('denies the common root where there is no difference to lie about', () => {
    const same = generate({ banks: BANKS, records: 20, divergence: 0, random: new Random(1), honest: [0] });
    const { moments } = epochUnder(name('lying-leader'), 'leader', 1, same.datasets);
    const [first] = moments.filter(({ sent }) => sent.some(({ message }) => message.type === 'draft'));
    const { draft } = first!.sent.find(({ message }) => message.type === 'draft')!
      .message as MessageOf<'draft'>;
    const truth = (first!.wanted.find(({ type }) => type === 'draft') as MessageOf<'draft'>).draft;
    expect(toHex(draft.table)).toBe(toHex(truth.table));
    expect(equalBytes(draft.header.commonRoot, truth.header.commonRoot)).toBe(false);
  });

  it('is honest while it does not lead', () => {
    const { moments, of } = watch(name('lying-leader'), 'follower');
    expect(of('draft')).toEqual([]);
    expect(changesOnly(moments)).toBe(true);
  });
});

describe('garbage-sketch', () => {
  it('sends random symbols, as many and signed, and changes nothing else', () => {
    const { moments, of, verifies } = watch(name('garbage-sketch'), 'follower');
    expect(changesOnly(moments, 'commitment', 'sketch')).toBe(true);
    const [sent] = of('commitment');
    const wanted = moments.flatMap(({ wanted }) => wanted).find(({ type }) => type === 'commitment');
    const { commitment, sketch } = wanted as MessageOf<'commitment'>;
    expect(sent!.commitment).toEqual(commitment);
    expect(sent!.sketch.symbols).toHaveLength(sketch.symbols.length);
    expect(equalBytes(sent!.sketch.symbols, sketch.symbols)).toBe(false);
    expect(verifies(sketchStatement(sent!.sketch), sent!.sketch.signature)).toBe(true);
  });
});
