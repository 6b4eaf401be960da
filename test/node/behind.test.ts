import { beforeAll, describe, expect, it } from 'vitest';
import { consortium, type Fixture, ledger } from '../protocol/network.js';
import { Cluster } from './cluster.js';
import { Disk } from './disk.js';

/** Misses the seal of epoch 0. */
const BEHIND = 2;
/** Silent from then on: the one fault. */
const SILENT = 3;
const AHEAD = [0, 1];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
});

/** Epoch 0, sealed everywhere but at the bank that is behind; that one and the silent one are down. */
async function sealedWithoutIt(): Promise<Cluster> {
  const disks = [0, 1, 2, 3].map(() => new Disk());
  const cluster = new Cluster(fixture, (bank) => ({ directory: '/bank', fileSystem: disks[bank]! }));
  await cluster.openAll();
  cluster.tamper = (letter) => {
    const { message } = letter;
    const ends = message.type === 'seal' || message.type === 'release' || message.type === 'certificate';
    return letter.to === BEHIND && ends ? null : letter;
  };
  const done = new Set<number>();
  for (const bank of [0, 1, 2, 3])
    cluster.nodes[bank]!.reconcile(ledger({ [bank]: 7 })).then(
      () => done.add(bank),
      () => {},
    );
  await cluster.run(() => [...AHEAD, SILENT].every((bank) => done.has(bank)));
  cluster.kill(BEHIND);
  cluster.kill(SILENT);
  cluster.tamper = (letter) => letter;
  return cluster;
}

describe('a bank that is exactly one epoch behind', () => {
  const cases: Record<string, (cluster: Cluster) => Promise<unknown>> = {
    'still remember it': async () => {},
    'were closed since': async (cluster) => {
      for (const bank of AHEAD) await cluster.nodes[bank]!.close();
      for (const bank of AHEAD) {
        cluster.kill(bank);
        await cluster.open(bank);
      }
    },
    'were killed in the next one': async (cluster) => {
      for (const bank of AHEAD) cluster.nodes[bank]!.reconcile(ledger({ [bank]: 8 })).catch(() => {});
      await cluster.run(() => false, 5_000);
      for (const bank of AHEAD) {
        cluster.kill(bank);
        await cluster.open(bank);
      }
    },
  };
  for (const [what, happens] of Object.entries(cases))
    it(`ends it, and the next epoch too, where those who sealed it ${what}`, async () => {
      const cluster = await sealedWithoutIt();
      await happens(cluster);
      await cluster.open(BEHIND);
      const sealed = new Set<string>();
      const take = (bank: number): void => {
        const { epoch } = cluster.nodes[bank]!;
        cluster.nodes[bank]!.reconcile(ledger({ [bank]: 7 + epoch })).then(
          (output) => {
            sealed.add(`${bank}:${output.epoch}`);
            if (output.epoch === 0) take(bank);
          },
          () => {},
        );
      };
      for (const bank of [...AHEAD, BEHIND]) take(bank);
      await cluster.run(() => [...AHEAD, BEHIND].every((bank) => sealed.has(`${bank}:1`)), 500_000);
      expect([...sealed].sort()).toEqual(expect.arrayContaining(['0:1', '1:1', '2:0', '2:1']));
      await cluster.close();
    });
});
