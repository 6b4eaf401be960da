import { verifyAttestations } from '../../src/protocol/attestations.js';
import { draftDigest, proposalStatement } from '../../src/protocol/draft.js';
import type { Parameters } from '../../src/protocol/manifest.js';
import type { Message } from '../../src/protocol/messages.js';
import { agreedValue } from '../../src/protocol/value.js';
import {
  consortium,
  DELTA,
  type Fixture,
  type Letter,
  ledger,
  type NetOptions,
} from '../protocol/network.js';
import { GoldenTrace } from './golden-trace.js';

/** An epoch that is written down. */
export interface GoldenCase {
  readonly name: string;
  readonly happens: string;
  readonly interesting: string;
  /** Runs it, and gives its lines. */
  run(): Promise<string>;
}

/** What a case is made of; banks are places in the schedule of leaders. */
interface Script {
  readonly name: string;
  readonly happens: string;
  readonly interesting: string;
  readonly banks?: number;
  readonly parameters?: Partial<Parameters>;
  /** Records by place; nobody has any when left out. */
  readonly books?: (place: number) => ReturnType<typeof ledger>;
  readonly options?: (cast: Cast) => Omit<NetOptions, 'onStep' | 'datasets'>;
  /** What is done to the banks while it runs. */
  readonly play?: (trace: GoldenTrace, cast: Cast) => void;
}

/** Which bank is who: `cast.bank(0)` leads view 0. */
interface Cast {
  readonly fixture: Fixture;
  bank(place: number): number;
  /** Whether the letter goes from one to another of these places. */
  goes(letter: Letter, from: number, to: number): boolean;
}

/** Milliseconds that a message takes: Δ/10. */
const LATENCY = 100;
const NONE = { statistics: 'none' } as const;
const isDraft = ({ type }: Message): boolean => type === 'draft';

const SCRIPTS: readonly Script[] = [
  {
    name: 'fault-free',
    happens: 'All banks are honest, their books are the same, statistics are off.',
    interesting: `Agreement takes seven delays, and every message goes to or from the leader A: eight for each other
bank, and the seal once more to D, whose result comes when three others have made the seal.`,
    parameters: NONE,
  },
  {
    name: 'fault-free-with-slices',
    happens: 'All banks are honest, their books are the same, totals of the columns are opened.',
    interesting: `Every bank deals shares of its statistics to every other before it attests: one delay more, and all to
all. Nobody gives back a share before it has seen the commit certificate.`,
  },
  {
    name: 'disputed-keys',
    happens: 'Two banks have one amount of a record, two another. Statistics are off.',
    interesting: `No version has a majority that liars could not have made: the key is disputed, and all four deal their
version. What is dealt can be read only after agreement, by k = 2 slices of each. Two against two, the schema's rule, a
majority, does not decide it either: it stays unresolved, and everybody has both versions.`,
    parameters: NONE,
    books: (place) => ledger({ 1: place % 2 }, 2),
  },
  {
    name: 'symbols-asked',
    happens: 'C has ten records that no other bank has. Eight symbols travel with a Commitment.',
    interesting: `Ten differences do not decode from eight symbols: the leader asks once for as many more as it estimates,
which is two delays. Records that one bank alone has never leave it.`,
    parameters: { ...NONE, sketchSymbols: 8 },
    books: (place) => ledger({}, place === 2 ? 12 : 2),
  },
  {
    name: 'silent-leader',
    happens: 'A, which leads view 0, never says anything.',
    interesting: `The others give up on it after 12 Δ and B leads. Its draft leaves A out, so it is thin: each shows it to
A, and waits 2 Δ for an amendment that does not come.`,
    parameters: NONE,
    options: ({ bank }) => ({ absent: [bank(0)] }),
  },
  {
    name: 'equivocating-leader',
    happens: 'A sends D another draft than B and C, both signed.',
    interesting: `D cannot attest what it got, so neither draft is attested by all of its inputs and none is decided. The
timeouts show what each bank saw: two signatures of A in one slot are proof against it.`,
    parameters: NONE,
    options: ({ fixture, bank }) => ({
      byzantine: {
        [bank(0)]: (letter) => {
          const { message } = letter;
          if (message.type !== 'draft' || letter.to !== bank(3)) return [letter];
          const commonRoot = message.draft.header.commonRoot.map((byte) => byte ^ 1);
          const header = { ...message.draft.header, commonRoot };
          const statement = proposalStatement(header.epoch, header.slot, draftDigest(header));
          const signature = fixture.sign(bank(0), statement);
          return [{ ...letter, message: { ...message, draft: { ...message.draft, header }, signature } }];
        },
      },
    }),
  },
  {
    name: 'partition-heals',
    happens:
      'From the draft on until 20 Δ, A and B cannot reach C and D. What is sent in between arrives when it heals.',
    interesting: `Neither half is a quorum, so nothing is decided in it, whatever it does. When links heal, the timeouts of
both halves make a certificate together, all enter view 1 at once, and B decides.`,
    parameters: NONE,
    options: ({ bank }) => {
      const isLeft = (index: number): boolean => index === bank(0) || index === bank(1);
      const heals = 20 * DELTA;
      return {
        delay: ({ from, to }, now) =>
          isLeft(from) !== isLeft(to) && now >= 2 * LATENCY && now < heals ? heals - now + LATENCY : LATENCY,
      };
    },
  },
  {
    name: 'thin-draft-amended',
    happens: "C's Commitment never reaches the leader. Totals are opened.",
    interesting: `With n = 3f + 1 a draft without C is thin: B and D show it to C, which amends it, and refuse to attest.
The leader drafts again with C taken in as its amendment says; C itself need not attest, and acknowledges what it holds.`,
    options: (cast) => ({
      delay: (letter) => (cast.goes(letter, 2, 0) && letter.message.type === 'commitment' ? null : LATENCY),
    }),
  },
  {
    name: 'different-slices',
    happens: 'What B deals never reaches D. Totals are opened.',
    interesting: `D waits, shows B the draft, waits again, and attests without B's slices. The lists differ, so the leader
proposes W, what q banks hold, in a slot of its own: two delays more. B is in W, so D lacks a summand of the totals. It cannot give
its share to A, which is due to have it from D, and 3 Δ after agreement both ask others.`,
    options: (cast) => ({
      delay: (letter) => (cast.goes(letter, 1, 3) && letter.message.type === 'slices' ? null : LATENCY),
    }),
  },
  {
    name: 'acknowledgement-omitted',
    happens: `The leader A does not hear C, and has to take it in. A keeps its own slices from D, so that lists differ, and
proposes W without C's acknowledgement. Then it says nothing more in that view.`,
    interesting: `W must count what C holds, or a leader could have opened less than it should. Whoever has the
acknowledgement refuses to vote, and sends it to the leader, which has no excuse then. A does not propose again, so the
view ends, and B drafts with all four.`,
    options: (cast) => ({
      delay: (letter) =>
        (cast.goes(letter, 2, 0) && letter.message.type === 'commitment') ||
        (cast.goes(letter, 0, 3) && letter.message.type === 'slices' && letter.message.slot.view === 0)
          ? null
          : LATENCY,
      byzantine: {
        [cast.bank(0)]: (letter) =>
          letter.message.type === 'timeout'
            ? []
            : [{ ...letter, message: withoutAcknowledgements(cast, letter.message) }],
      },
    }),
  },
  {
    name: 'late-joiner',
    happens: 'D begins the epoch when the others have sealed, and has two of their four records only.',
    interesting: `It is no input: its amendment comes too late. What reached it before it began it has kept, so it knows at
once what was agreed and what the result is. What it does not have is the data: it asks A for symbols of the records that the
inputs hold alike, finds the two that it lacks, fetches them, and comes to the same root.`,
    parameters: NONE,
    books: (place) => ledger({}, place === 3 ? 2 : 4),
    play: ({ net }, { fixture, bank }) => {
      const late = bank(3);
      for (const each of fixture.secrets.keys())
        if (each !== late) net.input(each, { type: 'start', dataset: net.dataset(each) });
      net.run(30 * DELTA);
      net.input(late, { type: 'start', dataset: net.dataset(late) });
      net.run();
    },
  },
  {
    name: 'crash-and-restart',
    happens: 'B crashes when it has attested, and starts again from its log 5 Δ later.',
    interesting: `Its attestation counts, so the draft is prepared without it. The process that starts again signs nothing
that contradicts the log. Nobody knows that it missed the decision until its timer runs out and it says so: then it is
given the seal. A host that starts may ask at once, with a catch-up input, which this one does not.`,
    parameters: NONE,
    play: (trace, { bank }) => {
      const { net } = trace;
      const b = bank(1);
      net.start();
      net.run(3 * LATENCY);
      net.crash(b);
      trace.mark(b, 'crashes');
      net.run(5 * DELTA);
      trace.mark(b, 'restarts from its log');
      net.restart(b);
      net.run();
    },
  },
  {
    name: 'lock-repeated',
    banks: 7,
    happens: `Seven banks, two of them Byzantine. A has a draft prepared, shows the certificate to C, D and E only, and is
silent from then on. B, the next leader, is silent from the start.`,
    interesting: `C, D and E are locked on the draft: it may be decided somewhere. Each timeout certificate names it, so the
first honest leader C must repeat it, collects nothing, and it is decided five delays later.`,
    parameters: NONE,
    options: (cast) => ({
      absent: [cast.bank(1)],
      byzantine: {
        [cast.bank(0)]: (letter) => {
          const shown = [2, 3, 4].map((place) => cast.bank(place));
          if (letter.message.type === 'certificate')
            return letter.message.certificate.phase === 'prepare' && shown.includes(letter.to)
              ? [letter]
              : [];
          return letter.message.type === 'open' || isDraft(letter.message) ? [letter] : [];
        },
      },
    }),
  },
];

/** The leader's W as if nobody had acknowledged anything, signed. */
function withoutAcknowledgements({ fixture, bank }: Cast, message: Message): Message {
  if (message.type !== 'proposal') return message;
  const attestations = { ...message.attestations, acknowledged: [] };
  const verified = verifyAttestations(fixture.manifest, fixture.suite, message.header, attestations);
  if (!verified) return message;
  const value = agreedValue(draftDigest(message.header), verified.agreed);
  const statement = proposalStatement(message.header.epoch, message.slot, value);
  return { ...message, attestations, signature: fixture.sign(bank(0), statement) };
}

const fixtures = new Map<string, Promise<Fixture>>();

/** Making keys takes longer than an epoch: consortia are made once. */
function fixtureOf(banks: number, parameters: Partial<Parameters>): Promise<Fixture> {
  const name = JSON.stringify([banks, parameters]);
  const made = fixtures.get(name) ?? consortium(banks, Math.floor((banks - 1) / 3), { parameters });
  fixtures.set(name, made);
  return made;
}

/** The epochs, in the order in which to read them. */
export const goldenCases: readonly GoldenCase[] = SCRIPTS.map((script) => ({
  name: script.name,
  happens: script.happens,
  interesting: script.interesting,
  run: async () => {
    const { banks = 4, parameters = {}, books = () => ledger({}, 0), play } = script;
    const fixture = await fixtureOf(banks, parameters);
    const { schedule } = new GoldenTrace(fixture, {}).net.banks[0]!.chain;
    const cast: Cast = {
      fixture,
      bank: (place) => schedule[place]!,
      goes: ({ from, to }, sender, receiver) => from === schedule[sender] && to === schedule[receiver],
    };
    const datasets = schedule.map((_, bank) => books(schedule.indexOf(bank)));
    const trace = new GoldenTrace(fixture, { ...script.options?.(cast), datasets });
    if (play) play(trace, cast);
    else trace.net.start().run();
    return trace.text;
  },
}));

/** The file of a case: what it shows, and what happened. */
export const goldenText = (golden: GoldenCase, lines: string): string =>
  `${wrapped(`What happens: ${golden.happens}`)}

${wrapped(`Why it is interesting: ${golden.interesting}`)}

To run it: npx vitest run test/sim/golden.test.ts -t ${golden.name}
Time is in Δ, a message takes a tenth of it. A leads view 0, B view 1, and so on. × is a message that is lost.

${lines}
`;

/** The words of a text in lines of at most 110 characters. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= 110) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}
