import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/crypto/bytes.js';
import type { Slice } from '../../src/crypto/slices.js';
import type { Dataset, Entry } from '../../src/data/dataset.js';
import type { Certificate } from '../../src/protocol/certificate.js';
import type { Message } from '../../src/protocol/messages.js';
import { type Adversary, type AttackContext, defineAdversary } from '../../src/sim/adversary.js';
import { LeakSearch, secretsOf } from '../../src/sim/leak-search.js';
import {
  CoalitionSearch,
  type Leak,
  subsets,
  type Transcript,
  transcriptOf,
} from './confidentiality-fixture.js';
import { AMOUNT, booksOf, CUSTOMER, REFERENCE, type Setup } from './disputed-fixture.js';

/**
 * Books in which all can happen to a record: 12 keys are unanimous, 8 disputed in two camps, 8 in as many versions as
 * there are banks; every bank errs on a key that the others settle, lacks one, and holds two that nobody else has.
 */
function booksFor(banks: number): Dataset[] {
  const records = 28 + 4 * banks;
  return booksOf(banks, records, (truth, i, bank) => {
    if (i < 12) return truth;
    if (i < 20)
      return (i + bank) % 2 === 0 ? truth : truth.with(REFERENCE, `${truth[REFERENCE]}/second camp`);
    if (i < 28)
      return truth
        .with(CUSTOMER, `${truth[CUSTOMER]}, ${bank}`)
        .with(AMOUNT, 2n ** 70n + BigInt(99 * i + bank));
    const whose = (i - 28) >> 2 === bank;
    const kind = (i - 28) % 4;
    if (kind === 0) return whose ? truth.with(CUSTOMER, `${truth[CUSTOMER]} (mistaken)`) : truth;
    if (kind === 1) return whose ? null : truth;
    return whose ? truth : null;
  });
}

const faultsOf = (banks: number): number => Math.floor((banks - 1) / 3);

function leaksOf(transcript: Transcript, coalitions?: readonly (readonly number[])[]): Leak[] {
  const banks = transcript.books.length;
  const search = new CoalitionSearch(transcript);
  const all = coalitions ?? subsets([...Array(banks).keys()], faultsOf(banks));
  return all.flatMap((coalition) => search.leaksTo(coalition));
}

describe('what any f banks can read', () => {
  it.each([
    [4, 'none'],
    [4, 'aggregate'],
    [4, 'open'],
    [7, 'none'],
    [7, 'aggregate'],
    [7, 'open'],
  ] as const)('of %i honest banks, statistics %s, is what the rules let out', (banks, statistics) => {
    const transcript = transcriptOf(booksFor(banks), { parameters: { statistics } });
    expect(transcript.violations).toEqual([]);
    expect(new CoalitionSearch(transcript).size.dealings).toBe(banks);
    expect(leaksOf(transcript)).toEqual([]);
  });

  it('of ten honest banks is what the rules let out', () => {
    const transcript = transcriptOf(booksFor(10));
    const sixth = subsets([...Array(10).keys()], 3).filter((_, i) => i % 6 === 0);
    expect(sixth).toHaveLength(20);
    expect(leaksOf(transcript, sixth)).toEqual([]);
  });

  it.each([
    [4, 'falsify', 'aggregate'],
    [4, 'collude', 'none'],
    [4, 'silent', 'open'],
    [4, 'lying-leader', 'aggregate'],
    [4, 'equivocate', 'aggregate'],
    [7, 'collude', 'open'],
    [7, 'silent', 'aggregate'],
    [4, 'feigned-lack', 'none'],
    [7, 'feigned-lack', 'aggregate'],
    [4, 'copycat', 'aggregate'],
    [4, 'censor', 'open'],
    [4, 'late-thin', 'aggregate'],
    [4, 'split-slices', 'open'],
    [4, 'bad-shares', 'aggregate'],
    [4, 'withhold-slices', 'aggregate'],
    [4, 'corrupt-slices', 'open'],
    [4, 'false-attestation', 'none'],
    [7, 'forge-stats', 'aggregate'],
  ] as const)(
    'of %i banks, the last f of them %s, statistics %s, is what the rules let out',
    (banks, name, statistics) => {
      const liars = Object.fromEntries(
        Array.from({ length: faultsOf(banks) }, (_, i) => [banks - 1 - i, name]),
      );
      const transcript = transcriptOf(booksFor(banks), { liars, parameters: { statistics } });
      expect(transcript.violations).toEqual([]);
      expect(leaksOf(transcript)).toEqual([]);
    },
  );

  it('stays shut beyond the quota', () => {
    const transcript = transcriptOf(booksFor(4), { parameters: { disclosureQuota: 3 } });
    expect(transcript.violations).toEqual([]);
    expect(leaksOf(transcript)).toEqual([]);
  });
});

/** Does something once, when this message comes in. */
const when = (
  type: Message['type'],
  leak: (context: AttackContext, message: Message) => readonly { to: number; bytes: Uint8Array }[],
): Adversary =>
  defineAdversary({
    name: `leaks on ${type}`,
    attack: (outgoing, context) => {
      const { input, memory } = context;
      if (input.type !== 'message' || memory.has('done')) return outgoing;
      const message = context.decode(input.bytes);
      if (message.type === 'slices') remember(context, input.from, message.envelope.slice);
      if (message.type !== type) return outgoing;
      memory.set('done', true);
      return [...outgoing, ...leak(context, message)];
    },
  });

function remember({ memory }: AttackContext, dealer: number, slice: Slice | null): void {
  const slices = (memory.get('slices') ?? []) as { dealer: number; slice: Slice }[];
  if (slice) memory.set('slices', [...slices, { dealer, slice }]);
}

const LEAKER = 2;
const ACCOMPLICE = 0;
const BOOKS = booksFor(4);
/** A record that the leaker alone holds. */
const PRIVATE = BOOKS[LEAKER]!.entries.find(({ keyDigest }) =>
  BOOKS.every((book, bank) => bank === LEAKER || !book.get(keyDigest)),
)!;
/** A version of a disputed key that the leaker alone holds: it is let out after commit, and not before. */
const DISPUTED = BOOKS[LEAKER]!.entries.find(
  ({ keyDigest, values }) =>
    (values[AMOUNT] as bigint) > 2n ** 64n && BOOKS.every((book) => book.get(keyDigest)),
)!;

/** What the leaker's accomplice can read, though the leaker is said to be honest. */
function planted(leaker: Adversary, setup: Setup = {}): Leak[] {
  const transcript = transcriptOf(BOOKS, { ...setup, liars: { [LEAKER]: leaker } }, [LEAKER]);
  return leaksOf(transcript, [[ACCOMPLICE]]);
}
const FORGED: Certificate = {
  phase: 'commit',
  epoch: 0,
  slot: { view: 0, index: 0 },
  value: new Uint8Array(32),
  attested: false,
  signers: [0, 1, 2],
  signature: new Uint8Array(96),
};
const at = (phase: Leak['phase'], ...whats: string[]) =>
  whats.map((what) => ({ coalition: [ACCOMPLICE], phase, what }));

describe('the search rings', () => {
  const records = (entry: Entry) =>
    when('draft', ({ encode }) => [
      {
        to: ACCOMPLICE,
        bytes: encode({
          type: 'records',
          epoch: 0,
          records: [{ id: new Uint8Array(8), record: entry.bytes }],
        }),
      },
    ]);

  it('when a record leaves before commit, though it may leave after', () => {
    expect(planted(records(DISPUTED))).toEqual(at('before commit', 'record', 'text', 'number'));
  });

  it('when a record leaves that nobody may have', () => {
    const leaks = planted(records(PRIVATE));
    expect(leaks).toEqual(expect.arrayContaining(at('before commit', 'record', 'text', 'number')));
    expect(leaks).toEqual(expect.arrayContaining(at('after commit', 'record', 'text', 'number')));
  });

  it('when a record hides in bytes that are no message', () => {
    const leaks = planted(
      when('draft', () => [{ to: ACCOMPLICE, bytes: concatBytes(Uint8Array.of(255, 7, 1), PRIVATE.bytes) }]),
    );
    expect(leaks).toEqual(expect.arrayContaining(at('before commit', 'record')));
  });

  it('when one value of a record stands somewhere', () => {
    const value = new TextEncoder().encode(`see ${PRIVATE.values[CUSTOMER]}!`);
    const leaks = planted(when('draft', () => [{ to: ACCOMPLICE, bytes: value }]));
    expect(leaks).toEqual([...at('before commit', 'text'), ...at('after commit', 'text')]);
  });

  it.each(['digest', 'keyDigest'] as const)('when the unsalted %s of a record stands in a field', (what) => {
    const name = what === 'digest' ? 'record digest' : 'key digest';
    const leaks = planted(
      when('draft', ({ encode }) => [
        {
          to: ACCOMPLICE,
          bytes: encode({ type: 'want', epoch: 0, value: PRIVATE[what], signature: new Uint8Array(64) }),
        },
      ]),
    );
    expect(leaks).toEqual([...at('before commit', name), ...at('after commit', name)]);
  });

  it('when slices are released before commit', () => {
    const early = when('certificate', ({ encode, memory }, message) => {
      const { certificate } = message as Extract<Message, { type: 'certificate' }>;
      const commit: Certificate = { ...certificate, phase: 'commit' };
      const slices = memory.get('slices') as { dealer: number; slice: Slice }[];
      const release = { type: 'release', certificate: commit, slices, share: null } as const;
      return [{ to: ACCOMPLICE, bytes: encode(release) }];
    });
    const leaks = planted(early);
    expect(leaks).toEqual(
      expect.arrayContaining(at('before commit', 'record', 'text', 'number', 'key of a dealing')),
    );
    // After commit all of it is let out, by release.
    expect(leaks.every(({ phase }) => phase === 'before commit')).toBe(true);
  });

  it("when a bank hands on its shares of another's statistics", () => {
    // As if they were of a sum: the bank's own share and the accomplice's are f + 1.
    const leaks = planted(
      when('slices', ({ encode }, message) => {
        const { share } = (message as Extract<Message, { type: 'slices' }>).envelope;
        return [
          { to: ACCOMPLICE, bytes: encode({ type: 'release', certificate: FORGED, slices: [], share }) },
        ];
      }),
      { parameters: { statistics: 'aggregate' } },
    );
    expect(leaks).toEqual(
      expect.arrayContaining([
        ...at('before commit', 'statistics of one bank'),
        ...at('after commit', 'statistics of one bank'),
      ]),
    );
  });

  it('for nothing, when nobody leaks', () => {
    expect(planted(when('draft', () => []))).toEqual([]);
  });
});

describe('a search through bytes', () => {
  const secrets = secretsOf(PRIVATE);
  const search = new LeakSearch(secrets);

  it('finds every secret wherever it stands, at the beginning and the end too', () => {
    for (const secret of secrets) {
      const { bytes } = secret;
      for (const around of [0, 1, 7, 300]) {
        const noise = new Uint8Array(around).fill(0x55);
        expect(search.find(concatBytes(noise, bytes, noise))).toContain(secret);
      }
    }
  });

  it('finds nothing in a secret that lacks a byte, or has another', () => {
    const digest = secrets.find(({ what }) => what === 'record digest')!;
    expect(search.find(digest.bytes.subarray(1))).toEqual([]);
    expect(search.find(digest.bytes.subarray(0, 31))).toEqual([]);
    for (const place of [0, 15, 31])
      expect(search.find(digest.bytes.with(place, digest.bytes[place]! ^ 1))).toEqual([]);
  });

  it('finds nothing in few bytes, or none', () => {
    for (const length of [0, 1, 7]) expect(search.find(new Uint8Array(length))).toEqual([]);
  });

  it('looks for nothing shorter than eight bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(new LeakSearch([{ name: '010203', what: 'short', bytes }]).find(bytes)).toEqual([]);
  });
});
