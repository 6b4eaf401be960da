import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode, nullable } from '../../src/crypto/encoding.js';
import { BankSecrets } from '../../src/crypto/keys.js';
import type { Ballot, Certificate, TimeoutCertificate } from '../../src/protocol/certificate.js';
import { Journal, type LogEntry, logEntryCodec } from '../../src/protocol/journal.js';
import { Outbox } from '../../src/protocol/outbox.js';
import { type Refusal, Safety } from '../../src/protocol/safety.js';
import { slotCodec } from '../../src/protocol/slot.js';
import type { Statement } from '../../src/protocol/statement.js';
import type { Suite } from '../../src/protocol/suite.js';
import { type Space, VALUES } from './bounds.js';
import type { Call, Ended } from './call.js';
import type { Removal } from './removals.js';

const EPOCH = 0;
const digests = [...VALUES].map((_, value) => new Uint8Array(32).fill(value));
/** What is signed is in the log; nobody in the model reads the signature itself. */
const suite = { bls: { sign: () => new Uint8Array(96) } } as unknown as Suite;
const secret = new Uint8Array(32);
const secrets = new BankSecrets({
  bls: secret,
  identity: secret,
  vrf: secret,
  x25519: secret,
  vault: secret,
});

/** The state of one honest bank: its log, and what can be read off it. */
export interface Local {
  readonly id: number;
  /** What the rules depend on: the lock, then everything signed, in the order of its places. */
  readonly log: readonly LogEntry[];
  /** First-phase votes, as a mask of {@link Space.bit}. */
  readonly prepared: number;
  readonly committed: number;
  /** By view, the order of the slot that the bank's timeout reports; −1 when it reports none, undefined before it. */
  readonly timeouts: readonly (number | undefined)[];
  /** Order of the slot of the highest certificate held, −1 for none. */
  readonly lock: number;
}

/**
 * The states of one honest bank and the steps between them, found by asking the rules of the protocol: for each call a
 * {@link Safety} and a {@link Journal} are restored from the bank's log, as after a restart, and what they write makes the
 * next state. Steps are remembered.
 */
export class Locals {
  readonly #known: Local[] = [];
  readonly #byName = new Map<string, Local>();
  readonly #steps: Map<Call, Local | Refusal>[] = [];
  readonly #codec = logEntryCodec(1);
  readonly initial: Local;

  constructor(
    readonly space: Space,
    private readonly removal: Removal | null = null,
  ) {
    this.initial = this.#intern([]);
  }

  /** States found so far. */
  get size(): number {
    return this.#known.length;
  }

  /** All states found so far. */
  get all(): readonly Local[] {
    return this.#known;
  }

  get(id: number): Local {
    return this.#known[id]!;
  }

  /** The state of a bank with this log. */
  taken(log: readonly LogEntry[]): Local {
    return this.#intern(log);
  }

  /** The state after this call, or why nothing was signed. Remembered for as long as the very same call is asked. */
  ask(local: Local, call: Call): Local | Refusal {
    const steps = this.#steps[local.id]!;
    let next = steps.get(call);
    if (next === undefined) {
      next = this.#ask(local, call);
      steps.set(call, next);
    }
    return next;
  }

  #ask(local: Local, call: Call): Local | Refusal {
    const { removal } = this;
    const outbox = new Outbox();
    const journal = new Journal({ banks: 1, consortiumId: secret, secrets, suite, outbox });
    const safety = new Safety(EPOCH, 1, journal);
    for (const entry of local.log) {
      if (!removal?.unjournalled) journal.restore(entry);
      if (!removal?.overlooks?.(entry, call)) safety.restore(entry);
    }
    const result = put(safety, removal?.asks?.(call) ?? call);
    if (typeof result === 'string') return result;
    const written = outbox.take().persist.map((bytes) => decode(this.#codec, bytes) as LogEntry);
    const kept = written.filter((entry) => !removal?.loses?.(entry, call));
    return kept.length === 0 ? local : this.#intern([...local.log, ...kept]);
  }

  /** A log without what no rule looks at any more: older locks, and the order in which things were signed. */
  #intern(log: readonly LogEntry[]): Local {
    const lock = log.findLast((entry) => entry.type === 'locked');
    const signed = log.flatMap((entry) => (entry.type === 'signed' ? [entry] : []));
    const named = signed.map((entry) => ({ entry, name: nameOfStatement(entry.statement) }));
    const once = [...new Map(named.map((each) => [each.name, each])).values()];
    once.sort((a, b) => (a.name < b.name ? -1 : 1));
    const held = lock ? `${this.space.order(lock.certificate.slot)}/${lock.certificate.value[0]} ` : '';
    const name = held + once.map((each) => each.name).join(' ');
    const known = this.#byName.get(name);
    if (known) return known;
    const canonical = [...(lock ? [lock] : []), ...once.map(({ entry }) => entry)];
    const local = this.#read(canonical, lock ? this.space.order(lock.certificate.slot) : -1);
    this.#known.push(local);
    this.#byName.set(name, local);
    this.#steps.push(new Map());
    return local;
  }

  #read(log: readonly LogEntry[], lock: number): Local {
    const masks = { prepare: 0, commit: 0 };
    const timeouts: (number | undefined)[] = [];
    for (const entry of log) {
      if (entry.type !== 'signed') continue;
      const { type, slot, body } = entry.statement;
      if (type === 'timeout') {
        const high = decode(nullable(slotCodec), body);
        timeouts[slot!.view] = high ? this.space.order(high) : -1;
      } else masks[type as 'prepare' | 'commit'] |= this.space.bit(slot!, body[0]!);
    }
    return {
      id: this.#known.length,
      log,
      prepared: masks.prepare,
      committed: masks.commit,
      timeouts,
      lock,
    };
  }
}

/** Asks the rules. `hold` signs nothing, and cannot be refused. */
function put(safety: Safety, call: Call): Uint8Array | Refusal {
  switch (call.act) {
    case 'prepare': {
      const electorate = call.vouched === 'itself' ? [0] : null;
      const ballot: Ballot = {
        phase: 'prepare',
        epoch: EPOCH,
        slot: call.slot,
        value: digests[call.value]!,
        electorate,
      };
      return safety.prepare(ballot, call.ended && proofOf(call.ended), call.vouched === 'by all inputs');
    }
    case 'commit':
      return safety.commit(certificateOf(call));
    case 'hold':
      safety.hold(certificateOf(call));
      return new Uint8Array(96);
    case 'timeout':
      return safety.abandon(call.view);
  }
}

const certificateOf = ({ slot, value }: Pick<Ballot, 'slot'> & { value: number }): Certificate => ({
  phase: 'prepare',
  epoch: EPOCH,
  slot,
  value: digests[value]!,
  attested: false,
  signers: [0],
  signature: new Uint8Array(96),
});

/** The slot of the certificate is for the verifier; the rules look at its value. */
const proofOf = ({ view, value }: Ended): TimeoutCertificate => ({
  epoch: EPOCH,
  view,
  signers: [0],
  highs: [null],
  certificate: value === null ? null : certificateOf({ slot: { view, index: 0 }, value }),
  signature: new Uint8Array(96),
});

function nameOfStatement({ type, slot, body }: Statement): string {
  return `${type}/${toHex(encode(slotCodec, slot!))}/${type === 'timeout' ? toHex(body) : `${body[0]}${body[32]}`}`;
}
