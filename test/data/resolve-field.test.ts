import { describe, expect, it } from 'vitest';
import { type Claim, type Resolver, resolveField } from '../../src/data/resolve.js';
import { claim } from './resolve-fixture.js';

describe('a field', () => {
  const environment = {
    faults: 1,
    withheld: 0,
    bankIds: ['bank-0', 'bank-1', 'bank-2'],
    instants: (name: string) => (bank: number) => (name === 'updated' ? BigInt(bank) : null),
  };
  const said = claim(1n, 5n, 5n);
  const ruleOf = (resolve: Parameters<typeof resolveField>[0]['resolve'], more = {}) =>
    resolveField({ resolve, tolerance: null }, said, { ...environment, ...more });

  it('is resolved by the rule of its schema', () => {
    expect(ruleOf('majority')).toMatchObject({ rule: 'majority', value: 5n });
    expect(ruleOf('median')).toMatchObject({ rule: 'median', value: 5n });
    expect(ruleOf('trimmed-mean')).toMatchObject({ rule: 'trimmed-mean', value: 5n });
    expect(ruleOf({ latest: 'updated' })).toMatchObject({ rule: 'latest', value: 5n });
    expect(ruleOf({ latest: 'closed' }).state).toBe('unresolved');
    expect(ruleOf({ authority: ['bank-0'] })).toMatchObject({ rule: 'authority: bank-0', value: 1n });
  });

  it('is resolved within its tolerance', () => {
    const near = resolveField({ resolve: 'majority', tolerance: 2n }, claim(1n, 3n, 9n), environment);
    expect(near).toMatchObject({ value: 1n, supporters: [0, 1] });
  });

  it('is resolved by a function of the host, and stays open when there is none of that name', () => {
    const largest: Resolver = (claims, { faults }) => ({
      state: 'unresolved',
      reason: `${claims.length} claims, ${faults} faults`,
    });
    const functions = new Map([['largest', largest]]);
    expect(ruleOf({ function: 'largest' }, { functions })).toMatchObject({ reason: '3 claims, 1 faults' });
    expect(ruleOf({ function: 'toString' }, { functions })).toEqual({
      state: 'unresolved',
      reason: 'no function "toString" is registered',
    });
    expect(ruleOf({ function: 'largest' }).state).toBe('unresolved');
  });

  it('stays open when a function of the host throws, and the reason is what it says', () => {
    const thrown = (error: unknown) => {
      const functions = new Map<string, Resolver>([
        [
          'broken',
          () => {
            throw error;
          },
        ],
      ]);
      return ruleOf({ function: 'broken' }, { functions });
    };
    const reason = (text: string) => ({ state: 'unresolved', reason: `function "broken" failed: ${text}` });
    expect(thrown(new Error('out of tune'))).toEqual(reason('out of tune'));
    expect(thrown('plain text')).toEqual(reason('plain text'));
    expect(thrown(undefined)).toEqual(reason('undefined'));
    expect(thrown(Object.create(null))).toEqual(reason('it threw what has no text'));
    expect(thrown(new Error('x'.repeat(5000)))).toEqual(reason('x'.repeat(200)));
  });

  it('stays open when a function of the host returns no resolution', () => {
    const good = {
      state: 'decided',
      value: 5n,
      rule: 'mine',
      supporters: [1, 2],
      dissenters: [0],
      margin: 0,
    };
    const returned = (answer: unknown) =>
      ruleOf({ function: 'mine' }, { functions: new Map([['mine', (() => answer) as unknown as Resolver]]) });
    expect(returned(good)).toEqual(good);
    const { margin: _, ...incomplete } = good;
    for (const bad of [
      undefined,
      null,
      5n,
      [],
      Promise.resolve(good),
      incomplete,
      { ...good, state: 'Decided' },
      { ...good, value: 5 },
      { ...good, value: undefined },
      { ...good, value: {} },
      { ...good, rule: 7 },
      { ...good, supporters: [3] },
      { ...good, supporters: [-1] },
      { ...good, supporters: ['bank-1'] },
      { ...good, supporters: new Set([1]) },
      { ...good, dissenters: new Array(1e6).fill(0) },
      { ...good, margin: 0.5 },
      { state: 'unresolved' },
    ])
      expect(returned(bad)).toEqual({
        state: 'unresolved',
        reason: 'function "mine" returned no resolution',
      });
    const trap = {
      get state(): string {
        throw new Error('caught in the act');
      },
    };
    expect(returned(trap)).toEqual({
      state: 'unresolved',
      reason: 'function "mine" failed: caught in the act',
    });
  });

  it('shows a function of the host copies, which it may ruin', () => {
    const banks = [...environment.bankIds];
    const claims = claim(1n, 5n, 5n);
    const vandal: Resolver = (given, { bankIds }) => {
      (bankIds as string[]).length = 0;
      (given[0]!.banks as number[]).push(2);
      (given as Claim[]).pop();
      return { state: 'unresolved', reason: 'done' };
    };
    const resolve = { function: 'vandal' };
    const given = { ...environment, bankIds: banks, functions: new Map([['vandal', vandal]]) };
    expect(resolveField({ resolve, tolerance: null }, claims, given)).toMatchObject({ reason: 'done' });
    expect([banks, claims]).toEqual([environment.bankIds, claim(1n, 5n, 5n)]);
  });

  it('is resolved knowing who is withheld', () => {
    const withheld = { withheld: 1, withholds: (bank: number) => bank === 0 };
    const open = said.slice(1);
    const by = (resolve: Parameters<typeof resolveField>[0]['resolve']) =>
      resolveField({ resolve, tolerance: null }, open, { ...environment, ...withheld });
    expect(by('majority')).toMatchObject({ value: 5n, margin: 0 });
    expect(by('median')).toMatchObject({ reason: 'median needs 3 numbers, 2 are claimed' });
    expect(by({ latest: 'updated' })).toMatchObject({ value: 5n });
    expect(by({ authority: ['bank-0', 'bank-1'] }).state).toBe('unresolved');
    expect(by({ authority: ['bank-1'] })).toMatchObject({ value: 5n });
  });
});
