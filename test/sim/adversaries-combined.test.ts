import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import type { Adversary, AttackContext } from '../../src/sim/adversary.js';
import { combined } from '../../src/sim/combined.js';
import { Random } from '../../src/sim/random.js';
import { triggered } from '../../src/sim/triggers.js';
import { BOOKS, contextOf, leader, messagesIn, named, read, sentBy } from './attack-fixture.js';

describe('combined', () => {
  it('hands what is sent from one attack to the next, and noise past them', () => {
    const both = combined([named('bad-encoding'), named('forge-vrf')]);
    expect(both.name).toBe('bad-encoding+forge-vrf');
    const sent = both.attack!(sentBy(leader, 'open'), contextOf(leader, 3));
    expect(sent.some(({ bytes }) => read(bytes) === null)).toBe(true);
    const proofs = ({ proof, saltProof }: MessageOf<'open'>): string => toHex(proof) + toHex(saltProof);
    const genuine = new Set(messagesIn(sentBy(leader, 'open'), 'open').map(proofs));
    expect(messagesIn(sent, 'open').length).toBeGreaterThan(0);
    for (const open of messagesIn(sent, 'open')) expect(genuine.has(proofs(open))).toBe(false);
  });

  it('lets be what an attack cannot be carried out on', () => {
    const helpless: Adversary = {
      name: 'helpless',
      attack: (outgoing, { decode }) => {
        decode(new Uint8Array(0));
        return outgoing;
      },
    };
    const wanted = sentBy(leader, 'open');
    expect(combined([named('silent'), helpless]).attack!(wanted, contextOf(leader))).toEqual([]);
    expect(combined([helpless, helpless]).attack!(wanted, contextOf(leader))).toEqual(wanted);
  });

  it('keeps the notes of its strategies apart, alters records by all and hears what all let through', () => {
    const noting = (name: string, hears: boolean): Adversary => ({
      name,
      records: (dataset, context) => named('dispute-storm').records!(dataset, context),
      hears: () => hears,
      attack: (outgoing, { memory }) => {
        expect(memory.get('mine') ?? name).toBe(name);
        memory.set('mine', name);
        return outgoing;
      },
    });
    const context = contextOf(leader);
    const deaf = combined([noting('one', true), noting('two', false)]);
    for (let i = 0; i < 2; i++) deaf.attack!([], context);
    expect(deaf.hears!(context)).toBe(false);
    expect(combined([noting('one', true), noting('two', true)]).hears!(context)).toBe(true);
    const records = { index: 0, accomplices: [0], random: new Random(1), common: new Random(2) };
    const once = named('dispute-storm').records!(BOOKS.datasets[0]!, { ...records, random: new Random(1) });
    expect(deaf.records!(BOOKS.datasets[0]!, records).entries).not.toEqual(once.entries);
  });
});

describe('triggered', () => {
  const acts = (trigger: Parameters<typeof triggered>[1], changes: Partial<AttackContext> = {}) =>
    triggered(named('silent'), trigger).trigger!(contextOf(leader, 1, changes));

  it('acts when its trigger says so, and then only', () => {
    expect(acts({ kind: 'always' })).toBe(true);
    expect([0, 1].map((share) => acts({ kind: 'chance', share }))).toEqual([false, true]);
    const between = { kind: 'between', fromMs: 10, untilMs: 20 } as const;
    expect([9, 10, 19, 20].map((now) => acts(between, { now }))).toEqual([false, true, true, false]);
    const after = { kind: 'after', heard: 'open' } as const;
    const memory = new Map();
    const [open] = messagesIn(sentBy(leader, 'open'), 'open');
    expect([null, open!, null].map((heard) => acts(after, { heard, memory }))).toEqual([false, true, true]);
  });

  it('does not act when its own trigger says no', () => {
    const never = triggered({ ...named('silent'), trigger: () => false }, { kind: 'always' });
    expect(never.trigger!(contextOf(leader))).toBe(false);
  });
});
