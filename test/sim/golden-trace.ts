import { toHex } from '../../src/crypto/bytes.js';
import { highestSlot } from '../../src/protocol/certificate.js';
import { electorateOf, isThin } from '../../src/protocol/draft.js';
import type { Effects, Input, Output } from '../../src/protocol/effects.js';
import { evidenceName } from '../../src/protocol/evidence.js';
import type { Message } from '../../src/protocol/messages.js';
import type { Slot } from '../../src/protocol/slot.js';
import type { Holding } from '../../src/protocol/value.js';
import { DELTA, type Fixture, type Letter, Net, type NetOptions } from '../protocol/network.js';

/** One thing that happened, to one bank or at several alike. */
interface Event {
  readonly at: number;
  /** Who did it, as a letter; none for what happens at `to` itself. */
  readonly from: Set<string>;
  readonly to: Set<string>;
  readonly arrow: string;
  readonly text: string;
}

/** Outputs of the core that a trace has no line for: the host's business, and what each draws from the rest. */
const QUIET: ReadonlySet<Output['type']> = new Set(['reconcile', 'disclosed', 'recall']);

/**
 * Writes down what happens in an epoch, for people. Banks are letters, in the order in which they lead views: A leads view
 * 0. Values are #1, #2 … in the order in which they first appear. Messages are noted when they arrive, or when they are
 * sent if they never do; equal ones of one moment share a line.
 */
export class GoldenTrace {
  readonly net: Net;
  readonly #events: Event[] = [];
  readonly #letters: readonly string[];
  readonly #values = new Map<string, string>();
  readonly #started = new Set<number>();

  /** @param options `onStep` is the trace's own */
  constructor(
    private readonly fixture: Fixture,
    options: Omit<NetOptions, 'onStep'>,
  ) {
    const { delay } = options;
    this.net = new Net(fixture, {
      ...options,
      delay: (letter, now) => {
        const took = delay ? delay(letter, now) : 100;
        if (took === null) this.#note(now, letter, '×');
        return took;
      },
      onStep: (bank, input, effects) => this.#onStep(bank, input, effects),
    });
    const { schedule } = this.net.banks[0]!.chain;
    this.#letters = fixture.secrets.map((_, bank) => String.fromCharCode(65 + schedule.indexOf(bank)));
  }

  /** Something that the script does to a bank. */
  mark(bank: number, text: string): void {
    this.#add({ at: this.net.now, from: null, to: this.#name(bank), arrow: '', text });
  }

  /** All lines so far. */
  get text(): string {
    return mergeSenders(this.#events).map(formatted).join('\n');
  }

  #onStep(bank: number, input: Input, effects: Effects): void {
    const { now } = this.net;
    if (input.type === 'message') {
      const message = this.fixture.decode(input.bytes);
      this.#note(now, { from: input.from, to: bank, message }, '→');
    } else if (input.type === 'start' && !this.#started.has(bank)) {
      this.#started.add(bank);
      this.mark(bank, `starts, with ${count(input.dataset.size, 'record')}`);
    } else if (input.type === 'timer' && effects.send.length + effects.output.length > 0)
      this.mark(bank, `timer ${input.id.slice(input.id.indexOf('/') + 1)}`);
    for (const output of effects.output) this.#noteOutput(bank, output);
  }

  #noteOutput(bank: number, output: Output): void {
    if (QUIET.has(output.type)) return;
    switch (output.type) {
      case 'view':
        if (output.view > 0) this.mark(bank, `is in view ${output.view}`);
        return;
      case 'agreed':
        this.mark(bank, `agreed on ${this.#value(output.value)} in ${slotName(output.slot)}`);
        return;
      case 'sealed': {
        const { totals } = output.seal;
        const keys = Object.entries(totals).flatMap(([name, keys]) => (keys > 0 ? [`${keys} ${name}`] : []));
        const inputs = this.#banks(output.inputs);
        this.mark(bank, `sealed: inputs ${inputs}${keys.length > 0 ? `; keys: ${keys.join(', ')}` : ''}`);
        return;
      }
      case 'evidence':
        this.mark(
          bank,
          `has proof against ${this.#name(output.evidence.accused)}: ${evidenceName(output.evidence)}`,
        );
        return;
      case 'suspected':
        this.mark(bank, `suspects ${this.#name(output.bank)}: ${output.reason}`);
        return;
      case 'refused':
        this.mark(bank, `refuses ${this.#name(output.from)}: ${output.code}`);
    }
  }

  #note(at: number, { from, to, message }: Letter, arrow: string): void {
    const facts = this.#facts(message);
    const text = facts === '' ? message.type : `${message.type.padEnd(12)} ${facts}`;
    this.#add({ at, from: this.#name(from), to: this.#name(to), arrow, text });
  }

  #add(event: { at: number; from: string | null; to: string; arrow: string; text: string }): void {
    const { at, from, to, arrow, text } = event;
    const alike = this.#events.findLast(
      (each) =>
        each.at === at &&
        each.text === text &&
        each.arrow === arrow &&
        (from === null || each.from.has(from)),
    );
    if (alike && !alike.to.has(to)) alike.to.add(to);
    else this.#events.push({ at, from: new Set(from ?? []), to: new Set(to), arrow, text });
  }

  /** What the message says, in a few words. */
  #facts(message: Message): string {
    switch (message.type) {
      case 'open': {
        const { view, justification } = message;
        if (!justification) return `view ${view}`;
        const high = highestSlot(justification.highs);
        const held = high ? `a value prepared in ${slotName(high)}` : 'nothing';
        return `view ${view}, the last ended by ${this.#banks(justification.signers)}, who hold ${held}`;
      }
      case 'commitment':
        return count(message.commitment.records, 'record');
      case 'symbols':
        return `part ${message.part}, for ${message.symbols.length} bytes of its own symbols`;
      case 'draft':
        return this.#draft(message.draft.header);
      case 'forward':
        return `of draft ${slotName(message.draft.draft.header.slot)}`;
      case 'slices':
        return [
          slotName(message.slot),
          ...(message.envelope.slice ? ['a slice'] : []),
          ...(message.envelope.share ? ['a share of the statistics'] : []),
        ].join(', ');
      case 'amendment':
        return `of draft ${slotName(message.slot)}`;
      case 'refusal':
        return `${slotName(message.slot)}, for ${this.#reason(message)}`;
      case 'acknowledgement':
        return `${slotName(message.slot)}, holds ${this.#holdings(message.holdings)}`;
      case 'proposal':
        return `${slotName(message.slot)}, W of draft ${slotName(message.header.slot)}, acknowledged by ${this.#banks(message.attestations.acknowledged.map(({ bank }) => bank))}`;
      case 'repeat':
        return `${slotName(message.slot)}, draft ${slotName(message.contents.draft.header.slot)}`;
      case 'vote': {
        const holds = message.holdings ? `, holds ${this.#holdings(message.holdings)}` : '';
        return `${message.phase} ${slotName(message.slot)} ${this.#value(message.value)}${holds}`;
      }
      case 'certificate': {
        const { phase, slot, value } = message.certificate;
        return `${phase} ${slotName(slot)} ${this.#value(value)}`;
      }
      case 'timeout': {
        const lock = message.certificate ? `holds ${slotName(message.certificate.slot)}` : 'holds nothing';
        return `view ${message.view}, ${lock}`;
      }
      case 'want':
        return message.value ? `the draft of ${this.#value(message.value)}` : 'the seal';
      case 'fetch':
        return count(message.ids.length, 'record');
      case 'records':
        return count(message.records.length, 'record');
      case 'release': {
        const slices =
          message.slices.length > 0 ? `slices of ${this.#banks(message.slices.map((s) => s.dealer))}` : '';
        const parts = [slices, message.share ? 'share of the totals' : ''].filter((part) => part !== '');
        return parts.length > 0 ? parts.join(', ') : 'the certificate alone';
      }
      case 'compare':
        return `${message.count} from ${message.from}`;
      case 'seal':
        return `by ${this.#banks(message.seal.executors)}`;
      case 'evidence':
        return `${message.evidence.kind} by ${this.#name(message.evidence.accused)}`;
      default:
        return '';
    }
  }

  #draft(header: Extract<Message, { type: 'draft' }>['draft']['header']): string {
    const thin = isThin(this.fixture.manifest, header.inputs) ? ', thin' : '';
    const amended = header.amended.length > 0 ? `, attested by ${this.#banks(electorateOf(header))}` : '';
    return `${slotName(header.slot)}, inputs ${this.#banks(header.inputs)}${amended}${thin}`;
  }

  #reason({ amendment, acknowledgement, certificate }: Extract<Message, { type: 'refusal' }>): string {
    if (amendment) return `the amendment of ${this.#name(amendment.commitment.bank)}`;
    if (acknowledgement) return `the acknowledgement of ${this.#name(acknowledgement.bank)}`;
    return certificate ? `the certificate of ${slotName(certificate.slot)}` : 'nothing';
  }

  #holdings(holdings: readonly Holding[]): string {
    return this.#banks(holdings.map(({ dealer }) => dealer));
  }

  #name(bank: number): string {
    return this.#letters[bank]!;
  }

  #banks(banks: readonly number[]): string {
    return banks.length === 0
      ? 'nobody'
      : banks
          .map((bank) => this.#name(bank))
          .sort()
          .join('');
  }

  #value(value: Uint8Array): string {
    const name = toHex(value);
    const known = this.#values.get(name) ?? `#${this.#values.size + 1}`;
    this.#values.set(name, known);
    return known;
  }
}

const slotName = ({ view, index }: Slot): string => `${view}.${index}`;
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Messages that several banks sent to the same at one moment, with the same facts, on one line. */
function mergeSenders(events: readonly Event[]): Event[] {
  const merged: Event[] = [];
  for (const event of events) {
    const alike = merged.findLast(
      (each) =>
        each.at === event.at &&
        each.text === event.text &&
        each.arrow === event.arrow &&
        event.from.size > 0 &&
        names(each.to) === names(event.to),
    );
    if (alike) for (const from of event.from) alike.from.add(from);
    else merged.push({ ...event, from: new Set(event.from) });
  }
  return merged;
}

const names = (banks: ReadonlySet<string>): string => [...banks].sort().join('');

/** `0.3  A → BCD   draft 0.0, inputs ABCD`; time in Δ. */
function formatted({ at, from, to, arrow, text }: Event): string {
  const time = String(Number((at / DELTA).toFixed(3))).padStart(6);
  const who = arrow === '' ? names(to) : `${names(from)} ${arrow} ${names(to)}`;
  return `${time}  ${who.padEnd(11)} ${text}`;
}
