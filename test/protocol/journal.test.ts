import { beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  Journal,
  type LogEntry,
  logEntryCodec,
  outlivesItsEpoch,
  SUCCESSION_AHEAD,
} from '../../src/protocol/journal.js';
import { Outbox } from '../../src/protocol/outbox.js';
import {
  REPEATABLE,
  STATEMENT_TYPES,
  type Statement,
  statementDigest,
} from '../../src/protocol/statement.js';
import { consortium, type Fixture } from './network.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(1, 0);
});

const outbox = new Outbox();
const journal = (log: readonly Uint8Array[] = []): Journal => {
  const { manifest, secrets, suite } = fixture;
  const made = new Journal({
    banks: 1,
    consortiumId: manifest.consortiumId,
    secrets: secrets[0]!,
    suite,
    outbox,
  });
  for (const entry of log) made.restore(decode(logEntryCodec(1), entry) as LogEntry);
  return made;
};
const statement = (change: Partial<Statement> = {}): Statement => ({
  type: 'prepare',
  epoch: 1,
  slot: { view: 0, index: 0 },
  body: Uint8Array.of(1),
  ...change,
});
const other = { body: Uint8Array.of(2) };
const refuses = (made: Journal, what: Statement): boolean => {
  try {
    made.sign(what);
    return false;
  } catch (error) {
    return isConcordatError(error, 'JOURNAL_CONFLICT');
  }
};

describe('a signature', () => {
  it('is made in the step that puts its statement into the log', () => {
    for (const type of STATEMENT_TYPES) {
      const made = journal();
      outbox.take();
      const signed = statement({ type });
      const signature = made.sign(signed);
      const log = outbox.take().persist.map((entry) => decode(logEntryCodec(1), entry));
      expect(log).toEqual(REPEATABLE.has(type) ? [] : [{ type: 'signed', statement: signed }]);
      const digest = statementDigest(fixture.manifest.consortiumId, signed);
      expect(fixture.suite.identity.verify(fixture.manifest.banks[0]!.identity, digest, signature)).toBe(
        true,
      );
      const vote = made.signVote(signed);
      expect(fixture.suite.bls.verify(fixture.manifest.keys[0]!, digest, vote)).toBe(true);
    }
  });

  it('is made again for the same statement, without another entry', () => {
    const made = journal();
    const first = made.sign(statement());
    outbox.take();
    expect(made.sign(statement())).toEqual(first);
    expect(outbox.take().persist).toEqual([]);
  });

  it('is never made for a second statement in the same place', () => {
    for (const type of STATEMENT_TYPES.filter((each) => !REPEATABLE.has(each)))
      for (const slot of [null, { view: 0, index: 0 }, { view: 7, index: 2 }]) {
        const made = journal();
        made.sign(statement({ type, slot }));
        outbox.take();
        expect(made.permits(statement({ type, slot, ...other }))).toBe(false);
        expect(refuses(made, statement({ type, slot, ...other }))).toBe(true);
        expect(() => made.signVote(statement({ type, slot, ...other }))).toThrow(/was signed in this slot/);
        expect(outbox.take().persist).toEqual([]);
      }
  });

  it('is made for other statements in other places', () => {
    const made = journal();
    made.sign(statement());
    for (const place of [
      { type: 'commit' },
      { epoch: 2 },
      { slot: { view: 1, index: 0 } },
      { slot: { view: 0, index: 1 } },
      { slot: null },
    ] as const)
      expect(refuses(made, statement({ ...other, ...place }))).toBe(false);
  });

  it('of a succession is the last one from its epoch on, and is not made where there is one already', () => {
    const succession = (epoch: number, body = 1): Statement =>
      statement({ type: 'succession', epoch, slot: null, body: Uint8Array.of(body) });
    for (const restarted of [false, true]) {
      outbox.take();
      let made = journal();
      made.sign(statement({ epoch: 4 }));
      made.write({ type: 'sealed', epoch: 4 });
      expect(() => made.sign(succession(7))).toThrow(
        expect.objectContaining({ code: 'JOURNAL_TOO_FAR_AHEAD' }),
      );
      expect(refuses(made, succession(4))).toBe(true);
      expect(refuses(made, succession(3))).toBe(true);
      expect(refuses(made, succession(6))).toBe(false);
      const log = outbox.take().persist;
      if (restarted) made = journal(log);
      // Neither other votes from then on, nor another successor of any epoch; what came before goes on.
      for (const epoch of [6, 7, 60])
        for (const type of STATEMENT_TYPES.filter((each) => !REPEATABLE.has(each) && each !== 'succession'))
          expect(refuses(made, statement({ type, epoch }))).toBe(true);
      for (const other of [succession(6, 2), succession(5)]) expect(refuses(made, other)).toBe(true);
      expect(refuses(made, succession(6))).toBe(false);
      expect(refuses(made, statement({ epoch: 5 }))).toBe(false);
      made.write({ type: 'sealed', epoch: 5 });
      expect(refuses(made, statement({ epoch: 6 }))).toBe(true);
      // Sealed without it: nobody else can have got a quorum for it.
      made.write({ type: 'sealed', epoch: 6 });
      expect(refuses(made, statement({ epoch: 7 }))).toBe(false);
      for (const epoch of [5, 6]) expect(refuses(made, succession(epoch, 3))).toBe(true);
      const kept = log.filter((entry) => outlivesItsEpoch(decode(logEntryCodec(1), entry) as LogEntry));
      expect(kept).toHaveLength(1);
      // A log of the epochs after, which begins with what it still has of those before.
      for (const [epoch, silent] of [
        [5, true],
        [6, false],
      ] as const) {
        outbox.take();
        journal().write({ type: 'sealed', epoch });
        const later = journal([...outbox.take().persist, ...kept]);
        expect(refuses(later, statement({ epoch: epoch + 1 }))).toBe(silent);
      }
    }
  });

  it('of a succession is made again only after the epochs for which one may have been lost with a log', () => {
    const succession = (epoch: number, body: number): Statement =>
      statement({ type: 'succession', epoch, slot: null, body: Uint8Array.of(body) });
    // Others know that epoch 2 is sealed; the bank itself was in the epoch after the next one.
    const shown = 3;
    const before = journal();
    before.write({ type: 'sealed', epoch: shown });
    before.sign(succession(shown + 1 + SUCCESSION_AHEAD, 1));
    const after = journal();
    after.beginAt(shown);
    after.write({ type: 'forgotten' });
    const through = shown + 1 + SUCCESSION_AHEAD;
    after.write({ type: 'abstained', through });
    for (let epoch = shown; epoch < through; epoch++) {
      expect(refuses(after, succession(epoch + 1, 2))).toBe(true);
      after.write({ type: 'sealed', epoch });
    }
    expect(refuses(after, succession(through + 1, 2))).toBe(true);
    after.write({ type: 'sealed', epoch: through });
    expect(refuses(after, succession(through + 1, 2))).toBe(false);
  });

  it('of a request is made as often as asked for', () => {
    const made = journal();
    for (const type of REPEATABLE)
      for (const body of [1, 2, 1, 3])
        expect(refuses(made, statement({ type, body: Uint8Array.of(body) }))).toBe(false);
  });
});

describe('a log', () => {
  it('refuses after a restart whatever it refused before', () => {
    const before = journal();
    outbox.take();
    before.write({ type: 'sealed', epoch: 0 });
    const signed = STATEMENT_TYPES.filter((type) => !REPEATABLE.has(type)).map((type, i) =>
      statement({ type, slot: i % 2 === 0 ? null : { view: i, index: 1 } }),
    );
    // A succession is signed before anything else of its epoch.
    for (const each of signed)
      before.sign(each.type === 'succession' ? Object.assign(each, { epoch: 2 }) : each);
    const after = journal(outbox.take().persist);
    for (const each of signed) {
      expect(refuses(after, { ...each, ...other })).toBe(true);
      expect(refuses(after, each)).toBe(false);
      expect(after.signed(each)).toEqual(each.body);
    }
  });

  it('lets nothing be signed in epochs before the last sealed one, since it forgets what was', () => {
    for (const restarted of [false, true]) {
      outbox.take();
      let made = journal();
      for (const epoch of [1, 2, 3]) made.sign(statement({ epoch }));
      made.write({ type: 'sealed', epoch: 2 });
      const log = outbox.take().persist;
      if (restarted) made = journal(log);
      expect(made.signed(statement({ epoch: 1 }))).toBeUndefined();
      expect(refuses(made, statement({ epoch: 1 }))).toBe(true);
      expect(refuses(made, statement({ epoch: 0 }))).toBe(true);
      expect(refuses(made, statement({ epoch: 1, ...other }))).toBe(true);
      for (const epoch of [2, 3]) {
        expect(refuses(made, statement({ epoch, ...other }))).toBe(true);
        expect(refuses(made, statement({ epoch }))).toBe(false);
      }
      expect(refuses(made, statement({ type: 'want', epoch: 0 }))).toBe(false);
    }
  });

  it('entry is refused when it is damaged', () => {
    outbox.take();
    journal().sign(statement());
    const [entry] = outbox.take().persist as [Uint8Array];
    for (let cut = 0; cut < entry.length; cut++)
      expect(() => decode(logEntryCodec(1), entry.subarray(0, cut))).toThrow();
    expect(() => decode(logEntryCodec(1), Uint8Array.of(...entry, 0))).toThrow();
    expect(() => decode(logEntryCodec(1), Uint8Array.of(9, ...entry.subarray(1)))).toThrow();
  });
});
