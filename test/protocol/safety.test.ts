import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import {
  type Ballot,
  ballotStatement,
  type Certificate,
  type TimeoutCertificate,
} from '../../src/protocol/certificate.js';
import { Journal, type LogEntry, logEntryCodec } from '../../src/protocol/journal.js';
import { Outbox } from '../../src/protocol/outbox.js';
import { Safety } from '../../src/protocol/safety.js';
import { compareSlots, type Slot } from '../../src/protocol/slot.js';
import type { Suite } from '../../src/protocol/suite.js';
import { consortium, type Fixture } from './network.js';

const EPOCH = 5;
const [A, B] = [new Uint8Array(32).fill(0xaa), new Uint8Array(32).fill(0xbb)];
let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

/** One bank's rules with its log; `suite` may stand in for real signatures where only the rules matter. */
class Subject {
  readonly outbox = new Outbox();
  readonly journal: Journal;
  readonly safety: Safety;
  readonly log: Uint8Array[] = [];

  constructor(log: readonly Uint8Array[] = [], suite: Suite = fixture.suite) {
    const { manifest, secrets } = fixture;
    const { outbox } = this;
    this.journal = new Journal({
      banks: 4,
      consortiumId: manifest.consortiumId,
      secrets: secrets[0]!,
      suite,
      outbox,
    });
    this.safety = new Safety(EPOCH, 4, this.journal);
    for (const bytes of log) {
      const entry = decode(logEntryCodec(4), bytes) as LogEntry;
      this.journal.restore(entry);
      this.safety.restore(entry);
      this.log.push(bytes);
    }
  }

  entries(): LogEntry[] {
    this.log.push(...this.outbox.take().persist);
    return this.log.map((bytes) => decode(logEntryCodec(4), bytes) as LogEntry);
  }

  restarted(suite?: Suite): Subject {
    this.entries();
    return new Subject(this.log, suite);
  }
}

const at = (view: number, index = 0): Slot => ({ view, index });
const ballot = (slot: Slot, value = A, electorate: readonly number[] | null = [0, 1, 2]): Ballot => ({
  phase: 'prepare',
  epoch: EPOCH,
  slot,
  value,
  electorate,
});
const prepared = (slot: Slot, value = A, change: Partial<Certificate> = {}): Certificate => ({
  phase: 'prepare',
  epoch: EPOCH,
  slot,
  value,
  attested: true,
  signers: [0, 1, 2],
  signature: new Uint8Array(96),
  ...change,
});
const ended = (view: number, certificate: Certificate | null = null, epoch = EPOCH): TimeoutCertificate => ({
  epoch,
  view,
  signers: [0, 1, 2],
  highs: [certificate?.slot ?? null, null, null],
  certificate,
  signature: new Uint8Array(96),
});
const signed = (result: Uint8Array | string): boolean => typeof result !== 'string';

describe('a first-phase vote', () => {
  it('is signed for a fresh draft in view 0, and in a later view whose quorum reports nothing', () => {
    expect(signed(new Subject().safety.prepare(ballot(at(0)), null))).toBe(true);
    expect(signed(new Subject().safety.prepare(ballot(at(1)), ended(0)))).toBe(true);
    expect(signed(new Subject().safety.prepare(ballot(at(9, 3)), ended(8)))).toBe(true);
  });

  it('goes to one slot at a time, upwards', () => {
    const { safety } = new Subject();
    safety.prepare(ballot(at(1, 1)), ended(0));
    for (const slot of [at(1, 1), at(1, 0)]) {
      expect(safety.prepare(ballot(slot), ended(0))).toBe('slot-passed');
      expect(safety.prepare(ballot(slot, B), ended(0))).toBe('slot-passed');
    }
    expect(safety.prepare(ballot(at(0, 2)), null)).toBe('slot-passed');
    expect(signed(safety.prepare(ballot(at(1, 2), B), ended(0)))).toBe(true);
  });

  it('is not given in a slot in which the second phase was signed, or below it', () => {
    const { safety } = new Subject();
    safety.commit(prepared(at(0, 2)));
    expect(safety.prepare(ballot(at(0, 2)), null)).toBe('slot-passed');
    expect(safety.prepare(ballot(at(0, 1)), null)).toBe('slot-passed');
  });

  it('is never given against a prepare certificate of the same view', () => {
    const { safety } = new Subject();
    safety.hold(prepared(at(0, 0)));
    expect(safety.prepare(ballot(at(0, 1), B), null)).toBe('against-lock');
    expect(signed(safety.prepare(ballot(at(0, 1), A), null))).toBe(true);
  });

  it('is not given below a view of which a prepare certificate is held', () => {
    const { safety } = new Subject();
    safety.hold(prepared(at(0, 0)));
    safety.hold(prepared(at(2, 0), B));
    expect(safety.prepare(ballot(at(0, 1), B), null)).toBe('view-abandoned');
    expect(safety.prepare(ballot(at(1, 0), B), ended(0))).toBe('view-abandoned');
  });

  it('is not given in a view above 0 without its justification', () => {
    const { safety } = new Subject();
    expect(safety.prepare(ballot(at(1)), null)).toBe('unjustified');
    expect(safety.prepare(ballot(at(2)), ended(0))).toBe('unjustified');
    expect(safety.prepare(ballot(at(2)), ended(2))).toBe('unjustified');
    expect(safety.prepare(ballot(at(2)), ended(1, null, EPOCH + 1))).toBe('unjustified');
  });

  it('is not given against its justification, whatever the lock is', () => {
    for (const lock of [null, prepared(at(0), B)]) {
      const { safety } = new Subject();
      if (lock) safety.hold(lock);
      expect(safety.prepare(ballot(at(1), B), ended(0, prepared(at(0, 1), A)))).toBe('against-justification');
      expect(signed(safety.prepare(ballot(at(1), A, null), ended(0, prepared(at(0, 1), A))))).toBe(true);
    }
  });

  it('is given without attestation to a prepared value only', () => {
    const { safety } = new Subject();
    expect(safety.prepare(ballot(at(0), A, null), null)).toBe('unattested');
    expect(safety.prepare(ballot(at(1), A, null), ended(0))).toBe('unattested');
    safety.hold(prepared(at(0)));
    expect(safety.prepare(ballot(at(1), A, null), ended(0))).toBe('unattested');
    expect(safety.prepare(ballot(at(1), B, null), ended(0, prepared(at(0))))).toBe('against-justification');
  });

  it('is not given in a view that was given up on', () => {
    const { safety } = new Subject();
    safety.abandon(2);
    for (const view of [0, 1, 2])
      expect(safety.prepare(ballot(at(view)), view ? ended(view - 1) : null)).toBe('view-abandoned');
    expect(signed(safety.prepare(ballot(at(3)), ended(2)))).toBe(true);
  });
});

describe('a second-phase vote', () => {
  it('is signed for what a certificate prepared, by attesters and by others', () => {
    expect(signed(new Subject().safety.commit(prepared(at(0))))).toBe(true);
    const { safety } = new Subject();
    safety.prepare(ballot(at(0)), null);
    expect(signed(safety.commit(prepared(at(0))))).toBe(true);
  });

  it('needs a prepare certificate of this epoch', () => {
    const { safety } = new Subject();
    expect(safety.commit(prepared(at(0), A, { phase: 'commit' }))).toBe('not-prepared');
    expect(safety.commit(prepared(at(0), A, { epoch: EPOCH - 1 }))).toBe('not-prepared');
    expect(safety.lock).toBeNull();
  });

  it('is not given below a slot in which anything was signed', () => {
    const { safety } = new Subject();
    safety.prepare(ballot(at(0, 1), B), null);
    expect(safety.commit(prepared(at(0, 0)))).toBe('slot-passed');
    expect(signed(safety.commit(prepared(at(0, 1), B)))).toBe(true);
    expect(safety.commit(prepared(at(0, 0)))).toBe('slot-passed');
  });

  it('is not given after a timeout for the view or one above', () => {
    for (const view of [0, 3]) {
      const { safety } = new Subject();
      safety.abandon(view);
      expect(safety.commit(prepared(at(0)))).toBe('view-abandoned');
      expect(safety.commit(prepared(at(view)))).toBe('view-abandoned');
    }
  });

  it('is given to one value a slot', () => {
    const { safety } = new Subject();
    safety.commit(prepared(at(0)));
    expect(safety.commit(prepared(at(0), B))).toBe('already-signed');
  });

  it('locks what it is given to before it is signed', () => {
    const subject = new Subject();
    subject.safety.commit(prepared(at(0)));
    expect(subject.entries().map(({ type }) => type)).toEqual(['locked', 'signed']);
  });
});

describe('a timeout', () => {
  it('is signed once a view, upwards, and reports the lock of that moment', () => {
    const { safety } = new Subject();
    safety.hold(prepared(at(0)));
    expect(signed(safety.abandon(0))).toBe(true);
    safety.hold(prepared(at(0, 1), B));
    expect(safety.reported!.value).toEqual(A);
    for (const view of [0, -1]) expect(safety.abandon(view)).toBe('already-signed');
    expect(signed(safety.abandon(4))).toBe(true);
    expect(safety.reported!.value).toEqual(B);
    expect(safety.abandon(2)).toBe('already-signed');
  });

  it('never reports less than a commit vote was given to', () => {
    const { safety } = new Subject();
    safety.commit(prepared(at(1, 1)));
    safety.hold(prepared(at(1, 0), B));
    safety.abandon(1);
    expect(safety.reported!.slot).toEqual(at(1, 1));
  });
});

describe('a restart', () => {
  it('keeps every rule: the same call is refused for the same reason', () => {
    const subject = new Subject();
    subject.safety.prepare(ballot(at(0, 1)), null);
    subject.safety.commit(prepared(at(0, 1)));
    let { safety } = subject.restarted();
    expect(safety.lock).toEqual(prepared(at(0, 1)));
    expect(safety.prepare(ballot(at(0, 1), B), null)).toBe('slot-passed');
    expect(safety.prepare(ballot(at(0, 2), B), null)).toBe('against-lock');
    expect(safety.commit(prepared(at(0, 1), B))).toBe('already-signed');
    expect(safety.commit(prepared(at(0, 0)))).toBe('slot-passed');
    subject.safety.abandon(0);
    safety = subject.restarted().safety;
    expect(safety.abandoned).toBe(0);
    expect(safety.reported).toEqual(prepared(at(0, 1)));
    expect(safety.abandon(0)).toBe('already-signed');
    expect(safety.prepare(ballot(at(0, 2)), null)).toBe('view-abandoned');
    expect(safety.commit(prepared(at(0, 2)))).toBe('view-abandoned');
  });

  it('takes nothing over from another epoch', () => {
    const before = new Subject();
    const { manifest, secrets, suite } = fixture;
    const { outbox } = before;
    const elsewhere = new Journal({
      banks: 4,
      consortiumId: manifest.consortiumId,
      secrets: secrets[0]!,
      suite,
      outbox,
    });
    const past = new Safety(EPOCH - 1, 4, elsewhere);
    past.commit(prepared(at(3), A, { epoch: EPOCH - 1 }));
    past.abandon(4);
    const { safety } = before.restarted();
    expect([safety.lock, safety.abandoned]).toEqual([null, -1]);
  });
});

describe('any sequence of calls and restarts', () => {
  const slot = fc.record({ view: fc.nat(2), index: fc.nat(2) });
  const value = fc.constantFrom(A, B);
  const high = fc.option(slot);
  /** What the certificate of a slot is for: two quorums share an honest bank, so there is one value a slot. */
  const certified = fc.array(value, { minLength: 9, maxLength: 9 });
  const call = fc.oneof(
    fc.record({ call: fc.constant('prepare' as const), slot, value, attested: fc.boolean(), high }),
    fc.record({ call: fc.constant('commit' as const), slot }),
    fc.record({ call: fc.constant('hold' as const), slot }),
    fc.record({ call: fc.constant('abandon' as const), view: fc.nat(2) }),
    fc.record({ call: fc.constant('restart' as const) }),
  );

  it('signs one ballot a place, in order, and nothing the rules of agreement forbid', () => {
    const quick: Suite = { ...fixture.suite, bls: { ...fixture.suite.bls, sign: () => new Uint8Array(96) } };
    fc.assert(
      fc.property(certified, fc.array(call, { maxLength: 24 }), (values, calls) => {
        const certificate = (s: Slot): Certificate => prepared(s, values[3 * s.view + s.index]!);
        let subject = new Subject([], quick);
        for (const each of calls) {
          const { safety } = subject;
          if (each.call === 'prepare') {
            const required = each.high && certificate(each.high);
            const justification = ended(each.slot.view - 1, required);
            const vote = ballot(each.slot, each.value, each.attested ? [0, 1, 2] : null);
            const result = safety.prepare(vote, each.slot.view > 0 ? justification : null);
            if (signed(result) && each.slot.view > 0 && each.high)
              expect(each.value).toEqual(certificate(each.high).value);
            if (signed(result) && !each.attested) expect(each.slot.view > 0 && each.high !== null).toBe(true);
          } else if (each.call === 'commit') safety.commit(certificate(each.slot));
          else if (each.call === 'hold') safety.hold(certificate(each.slot));
          else if (each.call === 'abandon') safety.abandon(each.view);
          else subject = subject.restarted(quick);
        }
        checkLog(subject.entries());
      }),
      { numRuns: 1500 },
    );
  });

  /** Reads off the log alone whether what was signed kept to the rules. */
  function checkLog(entries: readonly LogEntry[]): void {
    const places = new Map<string, string>();
    let highest: Slot | null = null;
    let abandoned = -1;
    let lock: Certificate | null = null;
    const committed: Slot[] = [];
    for (const entry of entries) {
      if (entry.type === 'locked') {
        expect(lock === null || compareSlots(entry.certificate.slot, lock.slot) > 0).toBe(true);
        lock = entry.certificate;
      }
      if (entry.type !== 'signed') continue;
      const { type, slot, body } = entry.statement;
      const place = `${type}/${slot!.view}.${slot!.index}`;
      expect(places.has(place)).toBe(false);
      places.set(place, toHex(body));
      expect(slot!.view).toBeGreaterThan(type === 'timeout' ? abandoned : Math.max(abandoned, -1));
      if (type === 'timeout') {
        abandoned = slot!.view;
        continue;
      }
      const order = highest ? compareSlots(slot!, highest) : 1;
      expect(type === 'prepare' ? order > 0 : order >= 0).toBe(true);
      highest = slot!;
      const own = (v: Uint8Array): boolean => {
        const forms = [null, [0, 1, 2]].map((electorate) =>
          ballotStatement({ phase: type as 'prepare', epoch: EPOCH, slot: slot!, value: v, electorate }, 4),
        );
        return forms.some((form) => equalBytes(form.body, body));
      };
      if (type === 'prepare' && lock?.slot.view === slot!.view) expect(own(lock.value)).toBe(true);
      if (type === 'commit') committed.push(slot!);
      for (const earlier of committed)
        if (earlier.view === slot!.view) expect(lock && compareSlots(lock.slot, earlier) >= 0).toBe(true);
    }
  }
});
