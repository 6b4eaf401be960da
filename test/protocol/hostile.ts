import { acknowledgementStatement } from '../../src/protocol/acknowledgements.js';
import {
  commitmentsDigest,
  draftDigest,
  draftSalt,
  proposalStatement,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import type { Input } from '../../src/protocol/effects.js';
import type { Message, MessageOf, MessageType } from '../../src/protocol/messages.js';
import { encodeSealedEpoch } from '../../src/protocol/recall.js';
import {
  amendmentStatement,
  compareStatement,
  fetchStatement,
  missingStatement,
} from '../../src/protocol/requests.js';
import { envelopeStatement, slicesRoot, slicesStatement } from '../../src/protocol/slice-header.js';
import { agreedValue } from '../../src/protocol/value.js';
import { consortium, type Fixture, type Letter, ledger, Net, type NetOptions, others } from './network.js';
import { draftIn, headerUnder } from './signed.js';

/** The life that banks are in who ask what was sealed. */
export const INCARNATION = new Uint8Array(16).fill(5);

/** What one bank was fed in an epoch, in order. */
export interface Life {
  readonly bank: number;
  readonly inputs: readonly Input[];
}

/** What was said in epochs of four banks in which much went wrong: what liars make their messages from. */
export interface Corpus {
  readonly fixture: Fixture;
  /** The first of the epochs. */
  readonly net: Net;
  readonly lives: readonly Life[];
  /** Letters by type: a liar picks among types, not among the many votes. */
  readonly byType: readonly (readonly Letter[])[];
  /** Log entries of all banks. */
  readonly log: readonly Uint8Array[];
}

/** Runs the epochs. @throws when one of them did not bring up what it is run for */
export async function makeCorpus(): Promise<Corpus> {
  const fixture = await consortium(4, 1, { parameters: { sketchSymbols: 16 } });
  const lives: Life[] = [];
  const nets = EPOCHS.map((epoch) => {
    const inputs: Input[][] = [[], [], [], []];
    const datasets = [0, 1, 2, 3].map((i) => ledger({ [i]: 1, 20: i % 2 }, 24 + i));
    const net = new Net(fixture, {
      datasets,
      ...epoch(fixture),
      onStep: (bank, input) => inputs[bank]!.push(input),
    });
    net.start().run(200_000);
    lives.push(...inputs.map((each, bank) => ({ bank, inputs: each })));
    return net;
  });
  const letters = [...nets.flatMap(({ sent }) => sent), ...history(fixture, nets[0]!)];
  const types = new Map<MessageType, Letter[]>();
  for (const letter of letters)
    types.set(letter.message.type, [...(types.get(letter.message.type) ?? []), letter]);
  const absent = EXPECTED.filter((type) => !types.has(type));
  if (absent.length > 0) throw new Error(`no epoch has ${absent.join(', ')}`);
  const log = nets.flatMap(({ logs }) => logs.flat());
  return { fixture, net: nets[0]!, lives, byType: [...types.values()], log };
}

const EXPECTED: readonly MessageType[] = [
  'open',
  'commitment',
  'symbols',
  'sketch',
  'draft',
  'slices',
  'forward',
  'amendment',
  'refusal',
  'acknowledgement',
  'proposal',
  'repeat',
  'vote',
  'certificate',
  'timeout',
  'fetch',
  'records',
  'release',
  'missing',
  'compare',
  'common',
  'result',
  'seal',
  'evidence',
  'recall',
  'history',
];

const leaderOf = (fixture: Fixture): number => new Net(fixture).leader(0);

const EPOCHS: readonly ((fixture: Fixture) => NetOptions)[] = [
  // A bank is left out, amends, is brought back; slices and releases are lost.
  (fixture) => {
    const leader = leaderOf(fixture);
    const [left, unlucky] = others(fixture, leader) as [number, number];
    let releases = 0;
    return {
      delay: ({ from, to, message }) => {
        if (from === left && message.type === 'commitment') return null;
        if (to === unlucky && from === leader && message.type === 'slices') return null;
        return message.type === 'release' && releases++ < 12 ? null : 100;
      },
    };
  },
  // One that stays out and catches up, and a view that fails with something prepared.
  (fixture) => {
    const left = others(fixture, leaderOf(fixture))[0]!;
    return {
      delay: ({ from, message }, now) =>
        (from === left && ['commitment', 'amendment'].includes(message.type)) ||
        (now < 14_000 && message.type === 'vote' && message.phase === 'commit')
          ? null
          : 100,
    };
  },
  // A leader that proposes two drafts.
  (fixture) => {
    const leader = leaderOf(fixture);
    const victim = others(fixture, leader)[0]!;
    return {
      byzantine: {
        [leader]: (letter, net) => {
          const { message } = letter;
          if (message.type !== 'draft' || letter.to !== victim) return [letter];
          const commonRoot = message.draft.header.commonRoot.map((byte) => byte ^ 1);
          const draft = { ...message.draft, header: { ...message.draft.header, commonRoot } };
          return [{ ...letter, message: resigned(fixture, net, { ...message, draft }, leader) }];
        },
      },
    };
  },
  // A dealer whose slices are bad.
  (fixture) => {
    const liar = others(fixture, leaderOf(fixture))[0]!;
    return {
      byzantine: {
        [liar]: (letter, net) => {
          const { message } = letter;
          if (message.type !== 'slices' || !message.envelope.slice) return [letter];
          const { slice } = message.envelope;
          const fragment = slice.fragment.map((byte) => byte ^ 1);
          const envelope = { ...message.envelope, slice: { ...slice, fragment } };
          return [{ ...letter, message: resigned(fixture, net, { ...message, envelope }, liar) }];
        },
      },
    };
  },
];

/** What a bank that was away asks, and is told. */
function history(fixture: Fixture, net: Net): Letter[] {
  const epochs = [0].flatMap((bank) =>
    net.output(bank, 'sealed').map((sealed) => encodeSealedEpoch(fixture.manifest, sealed)),
  );
  const asked = { epoch: 0, incarnation: INCARNATION };
  return [
    { from: 0, to: 1, message: { type: 'recall', ...asked } },
    { from: 1, to: 0, message: { type: 'history', ...asked, epochs } },
  ];
}

/** The message as its sender would send it who lies and knows how to sign: what it has changed is signed again. */
export function resigned(fixture: Fixture, net: Net, message: Message, from: number): Message {
  switch (message.type) {
    case 'draft': {
      const { table, commitments, symbols, saltProof, header: old } = message.draft;
      const salt = draftSalt(saltProof);
      const parts = { table: tableDigest(salt, table), commitments: commitmentsDigest(commitments) };
      const header = { ...old, ...parts, symbols: symbolsDigest(salt, symbols) };
      const statement = proposalStatement(header.epoch, header.slot, draftDigest(header));
      return { ...message, draft: { ...message.draft, header }, signature: fixture.sign(from, statement) };
    }
    case 'forward': {
      const { view } = message.draft.draft.header.slot;
      const draft = resigned(fixture, net, { type: 'draft', ...message.draft }, net.leader(view));
      return draft.type === 'draft' ? { ...message, draft } : message;
    }
    case 'repeat': {
      const { slot, contents } = message;
      const value = agreedValue(draftDigest(contents.draft.header), contents.agreed);
      return { ...message, signature: fixture.sign(from, proposalStatement(0, slot, value)) };
    }
    case 'slices':
      return resignedSlices(fixture, net, message, from);
    case 'amendment':
      return { ...message, signature: fixture.sign(from, amendmentStatement(message)) };
    case 'acknowledgement':
      return { ...message, signature: fixture.sign(from, acknowledgementStatement(message)) };
    case 'compare':
      return { ...message, signature: fixture.sign(from, compareStatement(message)) };
    case 'missing':
      return { ...message, signature: fixture.sign(from, missingStatement(message)) };
    case 'fetch':
      return { ...message, signature: fixture.sign(from, fetchStatement(message)) };
    default:
      return message;
  }
}

function resignedSlices(fixture: Fixture, net: Net, message: MessageOf<'slices'>, from: number): Message {
  const draft = draftIn(net)(message);
  if (!draft) return message;
  const header = headerUnder(fixture, draft, from, message);
  const { slot, envelope } = message;
  const dealing = { ...message.dealing, signature: fixture.sign(from, slicesStatement(header)) };
  const name = { epoch: 0, slot, root: slicesRoot(header) };
  const receiver = envelope.slice ? envelope.slice.index % 4 : from;
  const signature = fixture.sign(from, envelopeStatement(name, receiver, envelope));
  return { ...message, dealing, envelope: { ...envelope, signature } };
}
