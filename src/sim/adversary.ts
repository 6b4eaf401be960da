import { decode, encode } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import type { BankSecrets } from '../crypto/keys.js';
import type { Dataset } from '../data/dataset.js';
import type { Bank, BankOptions } from '../protocol/bank.js';
import type { Effects, Input } from '../protocol/effects.js';
import type { Manifest } from '../protocol/manifest.js';
import { messageCodec } from '../protocol/message-codec.js';
import type { Message } from '../protocol/messages.js';
import { type Statement, statementDigest } from '../protocol/statement.js';
import type { Suite } from '../protocol/suite.js';
import { BLS_STATEMENTS } from '../protocol/testimony.js';
import type { Random } from './random.js';

/** Why an adversary was refused. */
export type AdversaryError =
  /** No built-in strategy has this name; `known` lists those that there are. */
  | { readonly code: 'ADVERSARY_UNKNOWN'; readonly name: string; readonly known: readonly string[] }
  /** A strategy that cannot run. */
  | { readonly code: 'ADVERSARY_INVALID'; readonly reason: string };

/** A message that a Byzantine bank sends, `after` milliseconds from now (0 when left out). */
export interface AdversarialSend {
  /** Index of the receiver. */
  readonly to: number;
  /** Anything at all; an encoded message, if it is to be understood. */
  readonly bytes: Uint8Array;
  /** Milliseconds, 0 or more. */
  readonly after?: number;
}

/** What an attack sees and can use: everything the bank it controls has. */
export interface AttackContext {
  /** The bank's real protocol core; it goes on running whatever the attack sends. */
  readonly bank: Bank;
  /** The bank's place in the manifest. */
  readonly index: number;
  /** The bank's records of the epoch, after any lies. */
  readonly dataset: Dataset;
  /** The consortium's manifest. */
  readonly manifest: Manifest;
  /** The bank's own secrets, and nobody else's. */
  readonly secrets: BankSecrets;
  /** The cryptography that all banks of the simulation run on. */
  readonly suite: Suite;
  /** Indices of all Byzantine banks, this one included: they may act as one. */
  readonly accomplices: readonly number[];
  /** The input that made the core send. */
  readonly input: Input;
  /** The message in the input; null when it is none, or bytes that are no message. */
  readonly heard: Message | null;
  /** How many inputs this bank has had. */
  readonly step: number;
  /** Milliseconds since the simulation began. */
  readonly now: number;
  /** This bank's own stream of choices, decided by the seed. */
  readonly random: Random;
  /** Whatever the attack wants to remember, one map a bank. */
  readonly memory: Map<string, unknown>;
  /** Halts the bank for good: its core gets no further input. */
  stop(): void;
  /** The message in these bytes. */
  decode(bytes: Uint8Array): Message;
  /** The bytes of a message. */
  encode(message: Message): Uint8Array;
  /** Signs any statement with this bank's key, asking neither the safety rules nor the log. */
  sign(statement: Statement): Uint8Array;
}

/** What an attack on the records sees. */
export interface RecordsContext {
  /** The bank's place in the manifest. */
  readonly index: number;
  /** Indices of all Byzantine banks, this one included. */
  readonly accomplices: readonly number[];
  /** This bank's own stream of choices, decided by the seed. */
  readonly random: Random;
  /** A stream that all accomplices share, so that they can tell one lie. */
  readonly common: Random;
}

/** What takes the place of a Byzantine bank's core. */
export interface Core {
  /** Handles one input, as {@link Bank.step} does. */
  step(input: Input): Effects;
}

/** What a {@link Core} is made of. */
export interface CoreContext {
  /** The core that an honest bank would run. */
  readonly bank: Bank;
  /** Another core with the same keys, which knows of the first one's log and place in the chain what it is given. */
  readonly create: (restart?: Pick<BankOptions, 'log' | 'chain'>) => Bank;
  /** The bank's place in the manifest. */
  readonly index: number;
  /** The consortium's manifest. */
  readonly manifest: Manifest;
  /** This bank's own stream of choices, decided by the seed. */
  readonly random: Random;
}

/** A Byzantine strategy, as data: what to do and when. Any bank can be given any. */
export interface Adversary {
  /** What a report calls it, and a `simulate` option. */
  readonly name: string;
  /** What it does, for people. */
  readonly description?: string;
  /** Alters the bank's records before the epoch starts. */
  readonly records?: (dataset: Dataset, context: RecordsContext) => Dataset;
  /** What runs in place of the bank's core, for all epochs; the core itself, when left out. */
  readonly core?: (context: CoreContext) => Core;
  /** Whether the bank's core gets this input; always, when left out. What it does not hear, `attack` does not see. */
  readonly hears?: (context: AttackContext) => boolean;
  /** Gets what the core is about to send and returns what is sent instead. */
  readonly attack?: (
    outgoing: readonly AdversarialSend[],
    context: AttackContext,
  ) => readonly AdversarialSend[];
  /** When `attack` acts; always, when left out. */
  readonly trigger?: (context: AttackContext) => boolean;
}

/**
 * Defines a strategy of your own; pass it wherever the name of a built-in one may stand.
 *
 * @example
 * ```ts
 * const mute = defineAdversary({
 *   name: 'mute-after-a-second',
 *   attack: () => [],
 *   trigger: ({ now }) => now > 1000,
 * });
 * ```
 * @throws {@link AdversaryError} `ADVERSARY_INVALID` when it has no name or does nothing.
 */
export function defineAdversary(adversary: Adversary): Adversary {
  const invalid = (reason: string): never => {
    throw new ConcordatError<AdversaryError>(
      { code: 'ADVERSARY_INVALID', reason },
      `adversary refused: ${reason}`,
    );
  };
  if (typeof adversary.name !== 'string' || adversary.name === '') invalid('it has no name');
  if (!adversary.attack && !adversary.records && !adversary.hears && !adversary.core)
    invalid('it has none of `attack`, `records`, `hears` and `core`');
  return Object.freeze({ ...adversary });
}

/** The part of an {@link AttackContext} that does not change from step to step. */
export function attackTools(
  manifest: Manifest,
  secrets: BankSecrets,
  suite: Suite,
): Pick<AttackContext, 'decode' | 'encode' | 'sign'> {
  const codec = messageCodec(manifest.size);
  return {
    decode: (bytes) => decode(codec, bytes),
    encode: (message) => encode(codec, message),
    sign: (statement) => {
      const digest = statementDigest(manifest.consortiumId, statement);
      return BLS_STATEMENTS.has(statement.type)
        ? suite.bls.sign(secrets.bls, digest)
        : suite.identity.sign(secrets.identity, digest);
    },
  };
}
