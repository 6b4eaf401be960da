import { loadBls } from '../../src/crypto/bls-load.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { hash } from '../../src/crypto/hash.js';
import { BankSecrets, publicKeys } from '../../src/crypto/keys.js';
import { Dataset } from '../../src/data/dataset.js';
import { reconcileOutcome } from '../../src/data/outcome.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { Bank } from '../../src/protocol/bank.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { Effects, Input, Output } from '../../src/protocol/effects.js';
import {
  DEFAULT_PARAMETERS,
  genesisCommitment,
  Manifest,
  type ManifestBody,
  manifestDigest,
  type Parameters,
} from '../../src/protocol/manifest.js';
import { messageCodec } from '../../src/protocol/message-codec.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { type Statement, statementDigest } from '../../src/protocol/statement.js';
import type { Suite } from '../../src/protocol/suite.js';
import { BLS_STATEMENTS } from '../../src/protocol/testimony.js';
import { memoisedSuite } from '../../src/sim/suite.js';

/** A table small enough to run a hundred epochs in a test. */
export const LEDGER: Schema = defineSchema({
  name: 'ledger',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: { id: { type: 'integer' }, amount: { type: 'integer' }, note: { type: 'string' } },
});

/** Δ of every consortium here, in milliseconds. */
export const DELTA = 1000;
/** What a message takes unless a test says otherwise. */
const LATENCY = 100;

/** A consortium with everybody's secrets, and books that differ a little: bank i errs on record i. */
export interface Fixture {
  readonly manifest: Manifest;
  readonly secrets: readonly BankSecrets[];
  readonly suite: Suite;
  readonly datasets: readonly Dataset[];
  /** Signs any statement for any bank, asking no journal. */
  sign(bank: number, statement: Statement): Uint8Array;
  encode(message: Message): Uint8Array;
  decode(bytes: Uint8Array): Message;
}

export const RECORDS = 24;

export function ledger(errors: Readonly<Record<number, number>> = {}, records = RECORDS): Dataset {
  return Dataset.fromRecords(
    LEDGER,
    Array.from({ length: records }, (_, i) => [BigInt(i), BigInt(errors[i] ?? 10 * i), `payment ${i}`]),
  );
}

export async function consortium(
  banks: number,
  faults: number,
  options: { parameters?: Partial<Parameters>; name?: string; schema?: Schema; rehearsal?: boolean } = {},
): Promise<Fixture> {
  const suite = memoisedSuite(signedOnce(provenOnce(defaultSuite(await loadBls()))));
  const ids = Array.from({ length: banks }, (_, i) => `bank-${i}`);
  const secrets = ids.map(secretsOf);
  const body: ManifestBody = {
    name: options.name ?? 'test',
    faults,
    schema: options.schema ?? LEDGER,
    parameters: { ...DEFAULT_PARAMETERS, delta: DELTA, ...options.parameters },
    ...(options.rehearsal === undefined ? {} : { rehearsal: options.rehearsal }),
    banks: ids.map((id, i) => {
      const genesisShare = hash('simulation', utf8('share'), utf8(id));
      return {
        id,
        ...publicKeys(suite.bls, secrets[i]!),
        genesisShare,
        genesisCommitment: genesisCommitment(id, genesisShare),
      };
    }),
  };
  const signed = manifestDigest(body);
  const signatures = secrets.map((secret) => suite.identity.sign(secret.identity, signed));
  const manifest = Manifest.assemble(body, signatures, suite);
  const codec = messageCodec(banks);
  return {
    manifest,
    secrets,
    suite,
    datasets: secrets.map((_, i) => ledger({ [i]: 7 })),
    sign(bank, statement) {
      const digest = statementDigest(manifest.consortiumId, statement);
      return BLS_STATEMENTS.has(statement.type)
        ? suite.bls.sign(secrets[bank]!.bls, digest)
        : suite.identity.sign(secrets[bank]!.identity, digest);
    },
    encode: (message) => encode(codec, message),
    decode: (bytes) => decode(codec, bytes),
  };
}

/** Secrets as good as derived ones, in none of the time; the same for a bank of the same name everywhere. */
function secretsOf(id: string): BankSecrets {
  const secret = (purpose: string): Uint8Array => hash('simulation', utf8(purpose), utf8(id));
  const bls = secret('bls');
  bls[0]! &= 0x3f; // below the order of the group
  const [identity, vrf] = [secret('identity'), secret('vrf')];
  return new BankSecrets({ bls, identity, vrf, x25519: secret('x25519'), vault: secret('vault') });
}

/** Checks each possession once: it costs as much as all else in a test. */
function provenOnce(suite: Suite): Suite {
  const { bls } = suite;
  const proveKey: typeof bls.proveKey = (key, possession) => {
    const name = toHex(key) + toHex(possession);
    const known = proven.get(name) ?? bls.proveKey(key, possession);
    proven.set(name, known);
    return known;
  };
  return { ...suite, bls: { ...bls, proveKey } };
}
const proven = new Map<string, ReturnType<Suite['bls']['proveKey']>>();

/** Signs each message once with each key: epochs of one consortium begin alike, and signatures are deterministic. */
function signedOnce(suite: Suite): Suite {
  const { bls, vrf, identity } = suite;
  const once =
    (scheme: string, sign: (secret: Uint8Array, message: Uint8Array) => Uint8Array) =>
    (secret: Uint8Array, message: Uint8Array): Uint8Array => {
      const name = `${scheme} ${toHex(secret)} ${toHex(message)}`;
      const known = signed.get(name) ?? sign(secret, message);
      signed.set(name, known);
      return known.slice();
    };
  return {
    ...suite,
    bls: { ...bls, sign: once('bls', bls.sign) },
    vrf: { ...vrf, prove: once('vrf', vrf.prove) },
    identity: { ...identity, sign: once('identity', identity.sign) },
  };
}
const signed = new Map<string, Uint8Array>();

/** A message on its way. */
export interface Letter {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

export interface NetOptions {
  readonly datasets?: readonly Dataset[];
  /** Milliseconds a letter takes, null to lose it; {@link LATENCY} when left out. */
  readonly delay?: (letter: Letter, now: number) => number | null;
  /** What Byzantine banks send in place of what their cores would. */
  readonly byzantine?: Readonly<Record<number, (letter: Letter, net: Net) => readonly Letter[]>>;
  /** Banks that take no part at all. */
  readonly absent?: readonly number[];
  /** Outcome handed to a bank for its `reconcile`; the right one when left out. */
  readonly onStep?: (bank: number, input: Input, effects: Effects) => void;
}

/** A consortium driven by hand: real banks, letters and timers in order of time, everything they did on record. */
export class Net {
  readonly banks: Bank[];
  readonly logs: Uint8Array[][];
  readonly outputs: Output[][];
  readonly sent: Letter[] = [];
  now = 0;
  #events: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  #order = 0;
  readonly #timers: Map<string, number>[];
  readonly #down: Set<number>;

  constructor(
    readonly fixture: Fixture,
    private readonly options: NetOptions = {},
  ) {
    const { manifest, secrets, suite } = fixture;
    this.banks = secrets.map((secret, index) => new Bank({ manifest, index, secrets: secret, suite }));
    this.logs = secrets.map(() => []);
    this.outputs = secrets.map(() => []);
    this.#timers = secrets.map(() => new Map());
    this.#down = new Set(options.absent);
  }

  /** The datasets of the epoch; a bank uses its own. */
  dataset(bank: number): Dataset {
    return (this.options.datasets ?? this.fixture.datasets)[bank]!;
  }

  start(): this {
    for (const bank of this.banks.keys()) this.input(bank, { type: 'start', dataset: this.dataset(bank) });
    return this;
  }

  /** Feeds one input to a bank and carries out its effects. */
  input(bank: number, input: Input): Effects | null {
    if (this.#down.has(bank)) return null;
    const effects = this.banks[bank]!.step(input);
    this.logs[bank]!.push(...effects.persist);
    this.options.onStep?.(bank, input, effects);
    const tamper = this.options.byzantine?.[bank];
    for (const { to, bytes } of effects.send) {
      const letter = { from: bank, to, message: this.fixture.decode(bytes) };
      for (const each of tamper ? tamper(letter, this) : [letter]) this.post(each);
    }
    for (const { id, after } of effects.timers) this.#setTimer(bank, id, after);
    for (const output of effects.output) {
      this.outputs[bank]!.push(output);
      if (output.type === 'reconcile')
        this.input(bank, {
          type: 'reconciled',
          epoch: output.epoch,
          outcome: reconcileOutcome(output.request),
        });
    }
    return effects;
  }

  /** Puts a letter on its way. */
  post(letter: Letter): void {
    this.sent.push(letter);
    const delay = this.options.delay ? this.options.delay(letter, this.now) : LATENCY;
    if (delay === null) return;
    const bytes = this.fixture.encode(letter.message);
    this.#at(this.now + delay, () => this.input(letter.to, { type: 'message', from: letter.from, bytes }));
  }

  /** Stops a bank: it loses its memory, its timers and what reaches it meanwhile. */
  crash(bank: number): void {
    this.#down.add(bank);
    this.#timers[bank]!.clear();
  }

  /** A new process of the bank, from its log. */
  restart(bank: number, dataset = this.dataset(bank)): void {
    const { manifest, secrets, suite } = this.fixture;
    const { chain } = this.banks[bank]!;
    this.#timers[bank]!.clear();
    this.#down.delete(bank);
    const log = this.logs[bank]!;
    this.banks[bank] = new Bank({ manifest, index: bank, secrets: secrets[bank]!, suite, log, chain });
    this.input(bank, { type: 'start', dataset });
  }

  /** Lets time pass until nothing moves, the limit, or `until`. */
  run(limit = 1_000_000, until?: () => boolean): this {
    const end = this.now + limit;
    while (!until?.()) {
      const next = this.#events[0];
      if (!next || next.at > end) {
        if (next) this.now = end;
        break;
      }
      this.#events.shift();
      this.now = next.at;
      next.run();
    }
    return this;
  }

  /** What a bank put out of one type. */
  output<T extends Output['type']>(bank: number, type: T): Extract<Output, { type: T }>[] {
    return this.outputs[bank]!.filter((o): o is Extract<Output, { type: T }> => o.type === type);
  }

  /** Letters of one type. */
  letters<T extends Message['type']>(type: T): (Letter & { readonly message: MessageOf<T> })[] {
    return this.sent.filter((l): l is Letter & { readonly message: MessageOf<T> } => l.message.type === type);
  }

  /** The leader of a view of the epoch under way at bank 0. */
  leader(view: number): number {
    const { schedule } = this.banks[0]!.chain;
    return schedule[view % schedule.length]!;
  }

  sealed(banks: readonly number[]): boolean {
    return banks.every((bank) => this.output(bank, 'sealed').length > 0);
  }

  #setTimer(bank: number, id: string, after: number | null): void {
    const timers = this.#timers[bank]!;
    timers.delete(id);
    if (after === null) return;
    const mark = ++this.#order;
    timers.set(id, mark);
    this.#at(this.now + after, () => {
      if (timers.get(id) !== mark) return;
      timers.delete(id);
      this.input(bank, { type: 'timer', id });
    });
  }

  #at(at: number, run: () => void): void {
    const event = { at, order: ++this.#order, run };
    let place = this.#events.length;
    while (place > 0 && this.#events[place - 1]!.at > at) place--;
    this.#events.splice(place, 0, event);
  }
}

/** All banks but these. */
export const others = (fixture: Fixture, ...but: number[]): number[] =>
  fixture.secrets.map((_, i) => i).filter((i) => !but.includes(i));
