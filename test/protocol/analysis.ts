import { Bank } from '../../src/protocol/bank.js';
import type { Input } from '../../src/protocol/effects.js';
import type { MessageType } from '../../src/protocol/messages.js';
import { openingTimeout } from '../../src/protocol/pacemaker.js';
import { maxFaults } from '../../src/protocol/quorum.js';
import type { Suite } from '../../src/protocol/suite.js';
import { methodsOf } from '../../src/sim/suite.js';
import { consortium, DELTA, type Fixture, ledger, Net, type NetOptions } from './network.js';

/** Milliseconds that every message takes. */
export const LATENCY = 100;

/** An epoch to be measured: everybody has the same records, nothing is disputed. */
export interface Subject {
  readonly banks: number;
  /** Whether totals are opened, so that everybody deals. */
  readonly dealt: boolean;
  /** Leaders of the first views that never say anything, at most f. */
  readonly silent?: number;
  /** Δ during which no quorum can talk, from the first draft on; what is sent meanwhile arrives when it heals. */
  readonly partition?: number;
}

/** How often one bank did what costs. An aggregate's check counts once. */
export type Operations = Record<(typeof OPERATIONS)[number], number>;

const OPERATIONS = [
  'identity sign',
  'identity verify',
  'vrf prove',
  'vrf verify',
  'bls sign',
  'bls verify',
  'bls fast aggregate verify',
  'bls aggregate verify',
  'dealing decoded',
  'statistics decoded',
] as const;

/** What an epoch took. */
export interface Measured {
  readonly messages: Readonly<Partial<Record<MessageType, number>>>;
  /** Of the messages of each type: the least and the most that one of them has. */
  readonly bytes: ReadonlyMap<
    MessageType,
    { readonly total: number; readonly least: number; readonly most: number }
  >;
  /** Milliseconds from the start to the commit certificate at the last bank. */
  readonly agreedMs: number;
  readonly views: number;
  readonly leader: Operations;
  /** Of the bank that did most among those that do not lead. */
  readonly follower: Operations;
  /** Bytes that each bank wrote to its log. */
  readonly logBytes: readonly number[];
  /** What went into the leader, to be replayed. */
  readonly inputs: readonly Input[];
}

const fixtures = new Map<string, Promise<Fixture>>();

/** Consortia are made once: their keys take longer than an epoch. */
export function fixtureOf(banks: number, dealt: boolean): Promise<Fixture> {
  const name = `${banks}/${dealt}`;
  const parameters = { statistics: dealt ? 'aggregate' : 'none' } as const;
  const made = fixtures.get(name) ?? consortium(banks, maxFaults(banks), { parameters });
  fixtures.set(name, made);
  return made;
}

/** Runs the epoch. @throws when somebody who is there has not sealed */
export async function measure(subject: Subject): Promise<Measured> {
  const { banks, dealt, silent = 0, partition = 0 } = subject;
  const counts = noOperations();
  const plain = await fixtureOf(banks, dealt);
  const fixture = { ...plain, suite: countingSuite(plain.suite, counts) };
  const { schedule } = new Net(plain).banks[0]!.chain;
  const byBank = schedule.map(noOperations);
  const books = ledger({}, 24);
  const inputs: Input[] = [];
  const leader = schedule[silent]!;
  const agreedAt: number[] = [];
  const options: NetOptions = {
    datasets: schedule.map(() => books),
    absent: schedule.slice(0, silent),
    delay: ({ from, to }, now) => {
      const apart = schedule.indexOf(from) % 2 !== schedule.indexOf(to) % 2;
      const heals = partition * DELTA;
      return apart && now >= 2 * LATENCY && now < heals ? heals - now + LATENCY : LATENCY;
    },
    onStep: (bank, input, { output }) => {
      if (bank === leader) inputs.push(input);
      if (output.some(({ type }) => type === 'agreed')) agreedAt.push(net.now);
      for (const name of OPERATIONS) {
        byBank[bank]![name] += counts[name];
        counts[name] = 0;
      }
    },
  };
  const net: Net = new Net(fixture, options);
  Object.assign(counts, noOperations());
  net.start().run(10_000 * DELTA);
  const present = schedule.slice(silent);
  if (!net.sealed(present)) throw new Error(`${JSON.stringify(subject)}: not sealed`);
  const followers = present.filter((bank) => bank !== leader).map((bank) => byBank[bank]!);
  const total = (operations: Operations): number => Object.values(operations).reduce((sum, n) => sum + n, 0);
  return {
    ...weighed(fixture, net),
    agreedMs: Math.max(...agreedAt),
    views: net.output(leader, 'agreed')[0]!.slot.view + 1,
    leader: byBank[leader]!,
    follower: followers.reduce((most, each) => (total(each) > total(most) ? each : most)),
    logBytes: net.logs.map((log) => log.reduce((sum, { length }) => sum + length, 0)),
    inputs,
  };
}

function weighed({ encode }: Fixture, { sent }: Net): Pick<Measured, 'messages' | 'bytes'> {
  const messages: Partial<Record<MessageType, number>> = {};
  const bytes = new Map<MessageType, { total: number; least: number; most: number }>();
  for (const { message } of sent) {
    const { length } = encode(message);
    const { total, least, most } = bytes.get(message.type) ?? { total: 0, least: Infinity, most: 0 };
    messages[message.type] = (messages[message.type] ?? 0) + 1;
    bytes.set(message.type, {
      total: total + length,
      least: Math.min(least, length),
      most: Math.max(most, length),
    });
  }
  return { messages, bytes };
}

/** Messages by type of an epoch in which everybody has the same records, and `silent` leaders in a row say nothing. */
export function expectedMessages({ banks: n, dealt, silent: k = 0 }: Subject): Measured['messages'] {
  const f = maxFaults(n);
  const present = n - k;
  // With n = 3f + 1 every bank is an executor, and those that were left out are told the results.
  const executors = Math.min(present, 3 * f + 1);
  const leftOut = Math.max(0, 3 * f + 1 - present);
  const counts: Measured['messages'] = {
    open: n - 1,
    commitment: present - 1,
    draft: n - 1,
    vote: 2 * (present - 1),
    certificate: 2 * (n - 1),
    result: executors - 1 + executors * leftOut,
    seal: n - 1 + (executors - (2 * f + 1)),
    // One when a view is given up on, and one every 12 Δ of each later view, which is no longer.
    timeout: k === 0 ? 0 : (2 * k - 1) * present * (n - 1),
    forward: present * k,
    slices: dealt ? present * (n - 1) : 0,
    release: dealt ? present * (n - 1) : 0,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Messages of an epoch without faults, in which nothing is dealt: linear in n. */
export const linearMessages = (n: number): number => 8 * (n - 1) + 4 * maxFaults(n);

/** Milliseconds from the start to the commit certificate at every bank, after so many silent leaders, n = 3f + 1. */
export function expectedAgreementMs({ dealt, silent = 0, partition = 0 }: Subject): number {
  const dealing = dealt ? LATENCY : 0;
  if (partition > 0) {
    // The draft is what was held back; once a view was given up on, the timeouts, and then there is a view to go through.
    const isInView = partition * DELTA < openingTimeout({ faults: 0, delta: DELTA }, 0);
    return partition * DELTA + dealing + (isInView ? 5 : 8) * LATENCY;
  }
  if (silent === 0) return dealing + 7 * LATENCY;
  let entered = 0;
  for (let view = 0; view < silent; view++)
    entered += openingTimeout({ faults: silent, delta: DELTA }, view) + LATENCY;
  // 2 Δ for commitments and 2 Δ for amendments, with one delay for the draft in between and four to the certificate.
  return entered + 4 * DELTA + 5 * LATENCY;
}

/** What the leader, or another bank, does in an epoch without faults in which everybody has the same records. */
export function expectedOperations(n: number, dealt: boolean, leads: boolean): Operations {
  return {
    'identity sign': (leads ? 3 : 2) + (dealt ? n + 1 : 0),
    'identity verify': (leads ? 3 * n : n + 2) + (dealt ? 2 * n : 0),
    'vrf prove': leads ? 2 : 0,
    'vrf verify': leads ? 6 : 4,
    'bls sign': 3,
    'bls verify': 0,
    'bls fast aggregate verify': leads ? 6 : 4,
    'bls aggregate verify': 0,
    'dealing decoded': 0,
    'statistics decoded': dealt ? n : 0,
  };
}

/** A bank that has lived the leader's epoch: for a measurement of what it keeps. */
export async function replayed(subject: Subject, inputs: readonly Input[]): Promise<Bank> {
  const { manifest, secrets, suite } = await fixtureOf(subject.banks, subject.dealt);
  const index = new Bank({ manifest, index: 0, secrets: secrets[0]!, suite }).chain.schedule[
    subject.silent ?? 0
  ]!;
  const bank = new Bank({ manifest, index, secrets: secrets[index]!, suite });
  for (const input of inputs) bank.step(input);
  return bank;
}

function noOperations(): Operations {
  return Object.fromEntries(OPERATIONS.map((name) => [name, 0])) as Operations;
}

/** A suite that counts what it is asked for, whether or not it was computed before. */
function countingSuite(suite: Suite, counts: Operations): Suite {
  const { bls, vrf, identity, dispersal } = suite;
  const counted =
    <A extends readonly unknown[], R>(name: keyof Operations, compute: (...args: A) => R) =>
    (...args: A): R => {
      counts[name]++;
      return compute(...args);
    };
  return {
    bls: {
      ...methodsOf(bls),
      sign: counted('bls sign', bls.sign.bind(bls)),
      verify: counted('bls verify', bls.verify.bind(bls)),
      fastAggregateVerify: counted('bls fast aggregate verify', bls.fastAggregateVerify.bind(bls)),
      aggregateVerify: counted('bls aggregate verify', bls.aggregateVerify.bind(bls)),
    },
    vrf: {
      suite: vrf.suite,
      publicKey: (secret) => vrf.publicKey(secret),
      prove: counted('vrf prove', vrf.prove.bind(vrf)),
      proofToHash: (proof) => vrf.proofToHash(proof),
      verify: counted('vrf verify', vrf.verify.bind(vrf)),
    },
    identity: {
      sign: counted('identity sign', identity.sign.bind(identity)),
      verify: counted('identity verify', identity.verify.bind(identity)),
    },
    dispersal: {
      dealing: counted('dealing decoded', dispersal.dealing.bind(dispersal)),
      statistics: counted('statistics decoded', dispersal.statistics.bind(dispersal)),
    },
  };
}
