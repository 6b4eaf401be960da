import { beforeAll, describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { ballotStatement, timeoutStatement } from '../../src/protocol/certificate.js';
import {
  type Equivocation,
  type Evidence,
  evidenceCodec,
  evidenceName,
  verifyEvidence,
  Witness,
} from '../../src/protocol/evidence.js';
import {
  REPEATABLE,
  STATEMENT_TYPES,
  type Statement,
  type StatementType,
} from '../../src/protocol/statement.js';
import { BLS_STATEMENTS } from '../../src/protocol/testimony.js';
import { consortium, type Fixture, Net } from './network.js';

let fixture: Fixture;
let foreign: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
  foreign = await consortium(4, 1, { name: 'elsewhere' });
});

const UNIQUE = STATEMENT_TYPES.filter((type) => !REPEATABLE.has(type));
const statement = (type: StatementType, change: Partial<Statement> = {}): Statement => ({
  type,
  epoch: 4,
  slot: { view: 1, index: 0 },
  body: Uint8Array.of(1, 2),
  ...change,
});
const other = { body: Uint8Array.of(1, 3) };
const testimony = (bank: number, said: Statement, by = fixture) => ({
  statement: said,
  signature: by.sign(bank, said),
});
const proof = (type: StatementType, accused = 2): Equivocation => ({
  kind: 'equivocation',
  accused,
  first: testimony(accused, statement(type)),
  second: testimony(accused, statement(type, other)),
});
const reasonOf = (evidence: Evidence, by = fixture): string => {
  try {
    verifyEvidence(by.manifest, evidence, by.suite);
    return 'holds';
  } catch (error) {
    if (!isConcordatError(error, 'EVIDENCE_INVALID')) throw error;
    return (error.detail as unknown as { reason: string }).reason;
  }
};

describe('evidence', () => {
  it('holds for two statements of every kind of which one bank may sign one', () => {
    for (const type of UNIQUE) expect(reasonOf(proof(type)), type).toBe('holds');
  });

  it('is none of two requests, of which a bank may sign many', () => {
    for (const type of REPEATABLE) expect(reasonOf(proof(type)), type).toBe('not-in-conflict');
  });

  it('is none of the same statement twice, or of statements in different places', () => {
    for (const type of UNIQUE) {
      const good = proof(type);
      expect(reasonOf({ ...good, second: good.first })).toBe('not-in-conflict');
      for (const change of [
        { ...other, epoch: 5 },
        { ...other, slot: { view: 1, index: 1 } },
        { ...other, slot: { view: 0, index: 0 } },
        { ...other, slot: null },
        { ...other, type: type === 'prepare' ? ('commit' as const) : ('prepare' as const) },
      ]) {
        const second = testimony(2, statement(type, change));
        expect(reasonOf({ ...good, second })).toBe('not-in-conflict');
        expect(reasonOf({ ...good, first: second, second: good.first })).toBe('not-in-conflict');
      }
    }
  });

  it('accuses nobody but the bank that signed both', () => {
    for (const type of UNIQUE) {
      const good = proof(type);
      for (const accused of [0, 1, 3]) expect(reasonOf({ ...good, accused })).toBe('signature');
      for (const accused of [4, 65535]) expect(reasonOf({ ...good, accused })).toBe('unknown-bank');
      const second = testimony(3, statement(type, other));
      expect(reasonOf({ ...good, second })).toBe('signature');
    }
  });

  it('falls with either signature, and with one of the other scheme', () => {
    for (const type of UNIQUE) {
      const good = proof(type);
      const flipped = good.first.signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
      expect(reasonOf({ ...good, first: { ...good.first, signature: flipped } })).toBe('signature');
      expect(reasonOf({ ...good, second: { ...good.second, signature: good.first.signature } })).toBe(
        'signature',
      );
      expect(reasonOf({ ...good, second: { ...good.second, signature: new Uint8Array(0) } })).toBe(
        'signature',
      );
      const elsewhere: StatementType = BLS_STATEMENTS.has(type) ? 'open' : 'result';
      const borrowed = fixture.sign(2, { ...statement(type, other), type: elsewhere });
      expect(reasonOf({ ...good, second: { ...good.second, signature: borrowed } })).toBe('signature');
    }
  });

  it('does not carry over to another consortium with the same keys', () => {
    for (const type of UNIQUE) {
      expect(reasonOf(proof(type), foreign)).toBe('signature');
      const mixed = { ...proof(type), second: testimony(2, statement(type, other), foreign) };
      expect(reasonOf(mixed)).toBe('signature');
      expect(reasonOf(mixed, foreign)).toBe('signature');
    }
  });

  it('has a name, and one byte form', () => {
    expect(UNIQUE.map((type) => evidenceName(proof(type)))).toEqual([
      'two-opens',
      'two-commitments',
      'two-sketches',
      'two-amendments',
      'two-proposals',
      'two-slices',
      'two-acknowledgements',
      'two-prepares',
      'two-commits',
      'two-timeouts',
      'two-results',
      'two-successions',
    ]);
    const encoded = encode(evidenceCodec, proof('commit'));
    expect(decode(evidenceCodec, encoded)).toEqual(proof('commit'));
    for (let cut = 0; cut < encoded.length; cut++)
      expect(() => decode(evidenceCodec, encoded.subarray(0, cut))).toThrow();
  });

  it('of which any byte is flipped proves nothing', () => {
    const encoded = encode(evidenceCodec, proof('commit'));
    for (let i = 0; i < encoded.length; i++) {
      const bad = encoded.slice();
      bad[i]! ^= 1 << (i % 8);
      let verdict: string;
      try {
        verdict = reasonOf(decode(evidenceCodec, bad));
      } catch {
        verdict = 'refused';
      }
      expect(verdict, `byte ${i}`).not.toBe('holds');
    }
  });
});

describe('a witness', () => {
  const observe = (witness: Witness, said: Statement, verified: boolean, signature = fixture.sign(2, said)) =>
    witness.observe(2, { statement: said, signature }, verified);

  it('makes evidence of a second statement, once, whether or not signatures were checked before', () => {
    for (const [first, second] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ] as const) {
      const witness = new Witness(fixture.manifest, fixture.suite);
      expect(observe(witness, statement('prepare'), first)).toBeNull();
      expect(reasonOf(observe(witness, statement('prepare', other), second)!)).toBe('holds');
      expect(observe(witness, statement('prepare', other), second)).toBeNull();
      expect(observe(witness, statement('commit'), true)).toBeNull();
      expect(observe(witness, statement('commit', other), true)).toBeNull();
      expect(witness.isProven(2)).toBe(true);
      expect([0, 1, 3].some((bank) => witness.isProven(bank))).toBe(false);
    }
  });

  it('is not led by a signature that does not hold, whichever comes first', () => {
    const bad = new Uint8Array(96);
    const early = new Witness(fixture.manifest, fixture.suite);
    expect(observe(early, statement('prepare'), false, bad)).toBeNull();
    expect(observe(early, statement('prepare', other), false)).toBeNull();
    expect(observe(early, statement('prepare'), false)).not.toBeNull();
    const late = new Witness(fixture.manifest, fixture.suite);
    expect(observe(late, statement('prepare'), false)).toBeNull();
    expect(observe(late, statement('prepare', other), false, bad)).toBeNull();
    expect(late.isProven(2)).toBe(false);
  });

  it('sees no fault in what one bank says in different places, or several say in one', () => {
    const witness = new Witness(fixture.manifest, fixture.suite);
    for (const type of UNIQUE)
      for (const [i, change] of [{}, { epoch: 5 }, { slot: { view: 2, index: 0 } }, { slot: null }].entries())
        for (const bank of [0, 1, 2, 3]) {
          const said = statement(type, { ...change, body: Uint8Array.of(bank, i) });
          expect(witness.observe(bank, testimony(bank, said), true)).toBeNull();
          expect(witness.observe(bank, testimony(bank, said), false)).toBeNull();
        }
  });
});

describe('honest banks', () => {
  it('sign nothing in an epoch, through redrafts and view changes, that accuses one of them', () => {
    const silent = new Net(fixture).leader(0);
    const net = new Net(fixture, {
      delay: ({ from, message }, now) =>
        from === silent && now < 16_000 && message.type !== 'timeout' ? null : 150,
    });
    net.start().run();
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
    expect(net.banks.flatMap((bank) => bank.evidence)).toEqual([]);
    const witness = new Witness(fixture.manifest, fixture.suite);
    for (const { from, message } of net.letters('vote')) {
      const said = ballotStatement(message, 4);
      expect(witness.observe(from, { statement: said, signature: message.signature }, false)).toBeNull();
    }
    for (const { from, message } of net.letters('timeout')) {
      const said = timeoutStatement(0, message.view, message.certificate?.slot ?? null);
      expect(witness.observe(from, { statement: said, signature: message.signature }, false)).toBeNull();
    }
  });
});
