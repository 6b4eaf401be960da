import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { verifySeal } from '../../src/protocol/verify-seal.js';
import { createConsortium, freshKeys } from '../../src/sim/consortium.js';
import { Random } from '../../src/sim/random.js';
import { loadRememberingBls, reconcile, simulate } from './remembered.js';

const schema = defineSchema({
  name: 'accounts',
  version: 1,
  absence: 'abstain',
  key: ['account'],
  fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
});
const copyOf = (balance: string) => Dataset.fromObjects(schema, [{ account: 1, balance }]);
const ids = ['north', 'south', 'east', 'west'];
const datasets = Object.fromEntries(ids.map((id, i) => [id, copyOf(i < 3 ? '12.50' : '99.00')]));
type Manifest = Awaited<ReturnType<typeof reconcile>>['manifest'];
const keysOf = ({ banks }: Manifest): string[] =>
  banks.flatMap(({ bls, identity, vrf, x25519 }) => [bls, identity, vrf, x25519]);

describe('reconcile', () => {
  it('draws keys that no other run has, and says that no seed repeats it', async () => {
    const seeded = await Promise.all([1, 0].map((seed) => reconcile({ schema, datasets, seed })));
    const drawn = [await reconcile({ schema, datasets }), await reconcile({ schema, datasets })];
    const known = new Set(seeded.flatMap(({ manifest }) => keysOf(manifest)));
    const keys = drawn.flatMap(({ manifest }) => keysOf(manifest));
    expect(new Set(keys).size).toBe(2 * 4 * 4);
    for (const key of keys) expect(known.has(key)).toBe(false);
    for (const { report, rows, seal } of drawn) {
      expect(report).toMatchObject({ seed: null, agreement: true, violations: [] });
      expect(report.parameters.seed).toBe('random');
      expect(rows[0]?.values).toEqual([1n, 1250n]);
      expect(seal).not.toBeNull();
    }
    const ofConsortium = [...seeded, ...drawn].map(({ manifest }) => manifest.consortiumId);
    expect(new Set(ofConsortium).size).toBe(4);
  });

  it('gives the same again under a seed, and refuses one that is none', async () => {
    const [once, again] = [
      await reconcile({ schema, datasets, seed: 1 }),
      await reconcile({ schema, datasets, seed: 1 }),
    ];
    expect(once.report.seed).toBe(1);
    expect(again.manifest).toEqual(once.manifest);
    expect(again.seal).toEqual(once.seal);
    for (const seed of [-1, 0.5, Number.NaN])
      await expect(reconcile({ schema, datasets, seed })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('marks its manifest as a rehearsal, with a seed and without, and its seal is told as one', async () => {
    for (const seed of [{}, { seed: 1 }]) {
      const { manifest, seal } = await reconcile({ schema, datasets, ...seed });
      expect(manifest.rehearsal).toBe(true);
      expect((await verifySeal(manifest, seal)).rehearsal).toBe(true);
    }
  });
});

describe('a consortium with all keys in one process', () => {
  it('is a rehearsal whatever the keys, also where they were drawn', async () => {
    const suite = defaultSuite(await loadRememberingBls());
    const common = { name: 'four', ids, faults: 1, schema, suite, random: new Random(1) };
    const keys = ids.map(() => freshKeys(suite.bls));
    for (const { manifest } of [createConsortium(common), createConsortium({ ...common, keys })])
      expect(manifest.rehearsal).toBe(true);
    expect(new Set(keys.map(({ publicKeys }) => publicKeys.identity.join())).size).toBe(4);
  });
});

describe('simulate', () => {
  it('keeps seed 1 where none is given: it makes data, and nobody relies on its seal', async () => {
    const small = { banks: 4, records: 20 };
    const [left, said] = [await simulate(small), await simulate({ ...small, seed: 1 })];
    expect(left.seed).toBe(1);
    expect({ ...left, durationMs: 0 }).toEqual({ ...said, durationMs: 0 });
  });
});
