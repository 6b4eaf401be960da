import { beforeAll, describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { encode } from '../../src/crypto/encoding.js';
import { type ConflictTable, encodeConflictTable } from '../../src/data/conflict.js';
import { commitmentStatement, type SignedCommitment } from '../../src/protocol/commitment.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  type DraftHeader,
  differenceLimit,
  draftDigest,
  draftHeaderCodec,
  draftSalt,
  isWhole,
  MAX_TABLE_ROWS,
  maxTableRows,
  proposalStatement,
  tableDigest,
} from '../../src/protocol/draft.js';
import { DEFAULT_PARAMETERS } from '../../src/protocol/manifest.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { maxFaults } from '../../src/protocol/quorum.js';
import { agreedAlike, agreedValue } from '../../src/protocol/value.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';

let fixture: Fixture;
let leader: number;
let honest: Draft;
let table: ConflictTable;
beforeAll(async () => {
  fixture = await consortium(4, 1);
  const net = new Net(fixture).start().run();
  leader = net.leader(0);
  honest = net.letters('draft')[0]!.message.draft;
  table = net.output(0, 'sealed')[0]!.table!;
});

const flip = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
/** A draft whose header names its parts, whatever these are. */
const consistent = (draft: Draft, header: Partial<DraftHeader> = {}): Draft => ({
  ...draft,
  header: {
    ...draft.header,
    table: tableDigest(draftSalt(draft.saltProof), draft.table),
    commitments: commitmentsDigest(draft.commitments),
    ...header,
  },
});

/** What honest banks say to a draft that their leader sends in place of an honest one. */
function answers(alter: (draft: Draft) => Draft): { codes: Set<string>; votes: Set<number> } {
  const digests: Uint8Array[] = [];
  const attests = ({ value, holdings }: MessageOf<'vote'>): boolean =>
    holdings !== null &&
    digests.some((digest) => equalBytes(agreedValue(digest, agreedAlike(fixture.manifest, holdings)), value));
  const net = new Net(fixture, {
    byzantine: {
      [leader]: (letter) => {
        const { message } = letter;
        if (message.type !== 'draft' || message.draft.header.slot.index > 0) return [letter];
        const draft = alter(message.draft);
        digests.push(draftDigest(draft.header));
        const statement = proposalStatement(0, draft.header.slot, draftDigest(draft.header));
        return [{ ...letter, message: { ...message, draft, signature: fixture.sign(leader, statement) } }];
      },
    },
  });
  net.start().run(700);
  const followers = others(fixture, leader);
  return {
    codes: new Set(followers.flatMap((bank) => net.output(bank, 'refused').map(({ code }) => code))),
    votes: new Set(
      net
        .letters('vote')
        .filter(({ from, message }) => from !== leader && attests(message))
        .map(({ from }) => from),
    ),
  };
}

describe('a conflict table', () => {
  it('cannot be filled by f liars that differ as much as an input may, however many banks there are', () => {
    for (let banks = 1; banks <= 256; banks++) {
      const manifest = { faults: maxFaults(banks), parameters: DEFAULT_PARAMETERS };
      expect(manifest.faults * differenceLimit(manifest)).toBeLessThan(maxTableRows(manifest));
      expect(maxTableRows(manifest)).toBeLessThanOrEqual(MAX_TABLE_ROWS);
    }
  });
});

describe('a draft', () => {
  it('is attested by all inputs when it is what they hold', () => {
    const { codes, votes } = answers((draft) => draft);
    expect([...codes]).toEqual([]);
    expect(votes.size).toBe(3);
  });

  it('is attested by nobody when its header or a part of it is wrong', () => {
    const inHeader = (change: Partial<DraftHeader>) => (draft: Draft) => consistent(draft, change);
    const recommitted = (change: Partial<SignedCommitment>, signed: boolean) => (draft: Draft) =>
      consistent({
        ...draft,
        commitments: draft.commitments.map((commitment) => {
          if (commitment.bank !== leader) return commitment;
          const changed = { ...commitment, ...change };
          return signed
            ? { ...changed, signature: fixture.sign(leader, commitmentStatement(changed)) }
            : changed;
        }),
      });
    const retabled = (rows: ConflictTable['rows']) => (draft: Draft) =>
      consistent({ ...draft, table: encodeConflictTable({ inputs: 4, rows }, classRule(fixture.manifest)) });
    const cases: readonly (readonly [string, string, (draft: Draft) => Draft])[] = [
      ['another parent', 'wrong-chain', inHeader({ parent: new Uint8Array(32) })],
      ['another schedule', 'wrong-chain', inHeader({ schedule: [...honest.header.schedule].reverse() })],
      ['another opening', 'wrong-opening', inHeader({ opening: flip(honest.header.opening) })],
      ['another common root', 'common-root-wrong', inHeader({ commonRoot: flip(honest.header.commonRoot) })],
      ['another count', 'common-root-wrong', inHeader({ commonRecords: honest.header.commonRecords + 1 })],
      ['a commitment unsigned', 'commitment-invalid', recommitted({ dataRoot: new Uint8Array(32) }, false)],
      ['a commitment of another epoch', 'commitment-invalid', recommitted({ epoch: 1 }, true)],
      ['a table of another digest', 'not-whole', (draft) => ({ ...draft, table: Uint8Array.of(0) })],
      [
        'a commitment missing',
        'not-whole',
        (draft) => consistent({ ...draft, commitments: draft.commitments.slice(1) }),
      ],
      [
        'commitments out of order',
        'not-whole',
        (draft) => consistent({ ...draft, commitments: [...draft.commitments].reverse() }),
      ],
      [
        'a table cut short',
        'table-malformed',
        (draft) => consistent({ ...draft, table: draft.table.subarray(0, -1) }),
      ],
      [
        'a table that is none',
        'table-malformed',
        (draft) => consistent({ ...draft, table: new Uint8Array(40).fill(7) }),
      ],
      ['no table', 'common-root-wrong', retabled([])],
      ['a row left out', 'common-root-wrong', retabled(table.rows.slice(1))],
    ];
    for (const [what, code, alter] of cases) {
      const { codes, votes } = answers(alter);
      expect([...codes], what).toContain(code);
      expect([...votes], what).toEqual([]);
    }
  });

  it('is not attested by the banks whose column or commitment it misstates', () => {
    const victim = others(fixture, leader)[0]!;
    const row = table.rows.find(({ column }) => column[victim] !== column[(victim + 1) % 4])!;
    const swapped = answers((draft) => {
      const column = row.column.map((version) => (version === 1 ? 2 : 1));
      const rows = table.rows.map((each) => (each === row ? { ...row, column } : each));
      return consistent({
        ...draft,
        table: encodeConflictTable({ inputs: 4, rows }, classRule(fixture.manifest)),
      });
    });
    expect(swapped.votes.has(victim)).toBe(false);
    const foreign = answers((draft) =>
      consistent({
        ...draft,
        commitments: draft.commitments.map((commitment) => {
          if (commitment.bank !== victim) return commitment;
          const changed = { ...commitment, dataRoot: new Uint8Array(32) };
          return { ...changed, signature: fixture.sign(victim, commitmentStatement(changed)) };
        }),
      }),
    );
    expect([...foreign.codes]).toContain('own-commitment-wrong');
    expect(foreign.votes.has(victim)).toBe(false);
  });

  it('of fewer inputs than a quorum is refused', () => {
    const { codes, votes } = answers((draft) =>
      consistent({ ...draft, commitments: draft.commitments.slice(0, 2) }, { inputs: [0, 1] }),
    );
    expect([...codes]).toEqual(['too-few-inputs']);
    expect(votes.size).toBe(0);
  });

  it('is whole only with the parts its header names', () => {
    expect(isWhole(honest)).toBe(true);
    expect(isWhole({ ...honest, table: flip(honest.table) })).toBe(false);
    expect(isWhole({ ...honest, commitments: honest.commitments.slice(1) })).toBe(false);
    expect(isWhole({ ...honest, header: { ...honest.header, inputs: [0, 1, 2] } })).toBe(false);
  });

  it('has another value for every field of its header', () => {
    const { header } = honest;
    const encoded = encode(draftHeaderCodec(4), header);
    const changes: Partial<DraftHeader>[] = [
      {},
      { epoch: 1 },
      { slot: { view: 0, index: 1 } },
      { parent: flip(header.parent) },
      { schedule: [...header.schedule].reverse() },
      { opening: flip(header.opening) },
      { inputs: [0, 1, 2] },
      { commonRoot: flip(header.commonRoot) },
      { commonRecords: 0 },
      { table: flip(header.table) },
      { commitments: flip(header.commitments) },
      { symbols: flip(header.symbols) },
    ];
    const values = changes.map((change) => toHex(draftDigest({ ...header, ...change })));
    expect(new Set(values).size).toBe(changes.length);
    expect(encoded.length).toBeGreaterThan(200);
  });

  it('is drafted again without the banks that do not attest it', () => {
    const mute = others(fixture, leader)[0]!;
    const net = new Net(fixture, {
      delay: ({ from, message }) => (from === mute && message.type === 'vote' ? null : 100),
      datasets: [0, 1, 2, 3].map(() => ledger()),
    });
    net.start().run();
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
    // Left out once, and taken in by its amendment.
    const drafts = net.letters('draft').filter(({ to }) => to === mute);
    expect(drafts.map(({ message }) => message.draft.header.inputs.includes(mute))).toEqual([
      true,
      false,
      true,
    ]);
    expect(drafts.map(({ message }) => message.draft.header.amended)).toEqual([[], [], [mute]]);
    const { slot } = net.output(leader, 'agreed')[0]!;
    expect(slot).toEqual({ view: 0, index: 2 });
    expect(net.output(leader, 'sealed')[0]!.inputs).toEqual([0, 1, 2, 3]);
  });
});
