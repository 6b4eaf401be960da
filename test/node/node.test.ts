import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { Node } from '../../src/node/node.js';
import { BankStore, type SealedOutput } from '../../src/node/store.js';
import { Witness } from '../../src/protocol/evidence.js';
import { type LogEntry, logEntryCodec } from '../../src/protocol/journal.js';
import { REPEATABLE } from '../../src/protocol/statement.js';
import { assembleSuccession, Lineage } from '../../src/protocol/succession.js';
import { consortium, type Fixture, type Letter, ledger } from '../protocol/network.js';
import { signedIn } from '../protocol/signed.js';
import { Cluster } from './cluster.js';
import { Disk, systemError } from './disk.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
});
const ALL = [0, 1, 2, 3];
/** Books that differ a little, another way in each epoch. */
const books = (epoch: number) => (bank: number) => ledger({ [bank]: 7 + epoch });
const rootsOf = (sealed: readonly SealedOutput[]): Set<string> =>
  new Set(sealed.map(({ seal, outcome }) => `${toHex(seal.root)}/${outcome ? toHex(outcome.root) : 'none'}`));

/** A consortium whose disks are in memory. */
async function inMemory(): Promise<{ cluster: Cluster; disks: Disk[] }> {
  const disks = ALL.map(() => new Disk());
  const cluster = new Cluster(fixture, (bank) => ({ directory: '/bank', fileSystem: disks[bank]! }));
  return { cluster: await cluster.openAll(), disks };
}

/** Who can be proven faulty by all that was sent. */
function proven(letters: readonly Letter[]): number[] {
  const witness = new Witness(fixture.manifest, fixture.suite);
  for (const { from, message } of letters)
    for (const testimony of signedIn(fixture, from, message, () => undefined))
      witness.observe(from, testimony, false);
  return ALL.filter((bank) => witness.isProven(bank));
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (isConcordatError(error)) return error.code;
    throw error;
  }
  return 'none';
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe('nodes with files', () => {
  it('agree epoch after epoch, keep their files to themselves, and a log no longer than an epoch', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'concordat-'));
    folders.push(folder);
    const cluster = new Cluster(fixture, (bank) => ({ directory: join(folder, `bank-${bank}`) }));
    await cluster.openAll();
    const sizes: number[] = [];
    for (const epoch of [0, 1, 2]) {
      const sealed = await cluster.epoch(books(epoch));
      expect(rootsOf(sealed).size).toBe(1);
      expect(sealed.every(({ outcome, seal }) => outcome && toHex(outcome.root) === toHex(seal.root))).toBe(
        true,
      );
      sizes.push((await stat(join(folder, 'bank-0', 'log'))).size);
    }
    expect(Math.max(...sizes)).toBeLessThan(1.5 * Math.min(...sizes));
    for (const name of ['log', 'history', 'lock'])
      expect((await stat(join(folder, 'bank-0', name))).mode & 0o777, name).toBe(0o600);
    expect((await stat(join(folder, 'bank-0'))).mode & 0o777).toBe(0o700);
    // Twice at once is refused; after the end of one, not.
    const { manifest, secrets, suite } = fixture;
    const second = {
      directory: join(folder, 'bank-0'),
      manifest,
      bank: 'bank-0',
      secrets: secrets[0]!,
      suite,
    };
    const transport = { start: () => {}, send: () => {}, stop: () => {} };
    const processes = { self: { host: 'here', pid: 99, started: '' }, isRunning: () => true };
    expect(await codeOf(Node.open({ ...second, transport, processes }))).toBe('LOG_LOCKED');
    await cluster.close();
    const again = await Node.open({ ...second, transport });
    expect(again.epoch).toBe(3);
    await again.close();
  });
});

describe('a node', () => {
  it('is not opened without a log unless told why there is none, nor with the secrets of another bank', async () => {
    const { manifest, secrets, suite } = fixture;
    const transport = { start: () => {}, send: () => {}, stop: () => {} };
    const options = { directory: '/bank', fileSystem: new Disk(), manifest, suite, transport };
    const bank0 = { ...options, bank: 'bank-0', secrets: secrets[0]! };
    expect(await codeOf(Node.open(bank0))).toBe('LOG_MISSING');
    expect(await codeOf(Node.open({ ...bank0, secrets: secrets[1]! }))).toBe('NODE_KEYS_MISMATCH');
    expect(await codeOf(Node.open({ ...bank0, bank: 'nobody' }))).toBe('NODE_BANK_UNKNOWN');
    const node = await Node.open({ ...bank0, log: 'new' });
    await node.close();
    expect(await codeOf(node.reconcile(ledger()))).toBe('NODE_CLOSED');
    expect(await codeOf(Node.open({ ...bank0, log: 'new' }))).toBe('LOG_EXISTS');
    expect(await codeOf(Node.open(bank0))).toBe('none');
  });

  it('sends no signature before its statement is on the disk', async () => {
    const { cluster, disks } = await inMemory();
    let signatures = 0;
    cluster.tamper = (letter) => {
      const disk = disks[letter.from]!.stop('durable', (durable) => durable);
      for (const { statement } of signedIn(fixture, letter.from, letter.message, () => undefined)) {
        signatures++;
        expect(
          Buffer.from(disk.content('/bank/log')).includes(Buffer.from(statement.body)),
          statement.type,
        ).toBe(true);
      }
      return letter;
    };
    expect((await cluster.epoch(books(0))).length).toBe(4);
    expect(signatures).toBeGreaterThan(15);
  });

  it('whose disk fails at any moment stops, sends nothing more, and goes on from there after a repair', async () => {
    for (const [i, at] of [8, 14, 20, 26].entries()) {
      const { cluster, disks } = await inMemory();
      const bank = i % 4;
      const disk = disks[bank]!;
      const operation = i % 2 === 0 ? 'write' : 'fsync';
      let failed = false;
      disk.fault = (what, _, count) => {
        if (count < at || what !== operation) return undefined;
        failed = true;
        throw systemError('ENOSPC');
      };
      let after = 0;
      cluster.tamper = (letter) => {
        if (letter.from === bank && failed) after++;
        return letter;
      };
      const others = cluster.epoch(
        books(0),
        ALL.filter((each) => each !== bank),
      );
      const own = codeOf(cluster.nodes[bank]!.reconcile(books(0)(bank)));
      const sealed = await others;
      expect(failed, `at ${at}`).toBe(true);
      expect(await own).toBe('LOG_FAILED');
      expect(isConcordatError(cluster.nodes[bank]!.failure, 'LOG_FAILED')).toBe(true);
      expect(after).toBe(0);
      disk.fault = () => undefined;
      cluster.kill(bank);
      const node = await cluster.open(bank);
      let again: SealedOutput | null = null;
      void node.reconcile(books(0)(bank)).then((output) => {
        again = output;
      });
      await cluster.run(() => again !== null);
      expect(rootsOf([...sealed, again!]).size, `at ${at}`).toBe(1);
      expect(proven(cluster.letters)).toEqual([]);
    }
  });

  it('killed between any two writes to its disk signs nothing that contradicts what it sent', async () => {
    const stops = 5;
    for (let i = 0; i < stops; i++) {
      const { cluster, disks } = await inMemory();
      const bank = i % 4;
      const at = disks[bank]!.operations + 1 + 3 * i;
      // The machine goes with it: what was written and not synced is gone, or there in half.
      let stopped: Disk | null = null;
      disks[bank]!.fault = (_, __, count) => {
        if (count < at) return undefined;
        stopped ??= disks[bank]!.stop('durable', (durable, all) =>
          i % 2 === 0 ? durable : all.slice(0, (durable.length + all.length) >> 1),
        );
        throw systemError('STOPPED');
      };
      const run = cluster.epoch(
        books(0),
        ALL.filter((each) => each !== bank),
      );
      cluster.nodes[bank]!.reconcile(books(0)(bank)).catch(() => {});
      const sealed = await run;
      expect(stopped, `stop ${i}`).not.toBeNull();
      cluster.kill(bank);
      disks[bank] = stopped!;
      const node = await cluster.open(bank);
      let again: SealedOutput | null = null;
      void node.reconcile(books(0)(bank)).then((output) => {
        again = output;
      });
      await cluster.run(() => again !== null);
      expect(proven(cluster.letters), `stop ${i}`).toEqual([]);
      expect(rootsOf([...sealed, again!]).size).toBe(1);
    }
  });

  it('that leads and was restarted with other records refuses them, and takes the ones it had', async () => {
    const { cluster } = await inMemory();
    const leader = cluster.nodes[0]!.next.schedule[0]!;
    const others = ALL.filter((each) => each !== leader);
    const run = cluster.epoch(books(0), others);
    cluster.nodes[leader]!.reconcile(books(0)(leader)).catch(() => {});
    await cluster.run(() => cluster.letters.some(({ from }) => from === leader));
    await cluster.run(() =>
      cluster.letters.some(({ from, message }) => from === leader && message.type === 'draft'),
    );
    cluster.kill(leader);
    const node = await cluster.open(leader);
    expect(await codeOf(node.reconcile(ledger({ 5: 1, 6: 2 })))).toBe('JOURNAL_CONFLICT');
    let again: SealedOutput | null = null;
    void node.reconcile(books(0)(leader)).then((output) => {
      again = output;
    });
    const sealed = await run;
    await cluster.run(() => again !== null);
    expect(rootsOf([...sealed, again!]).size).toBe(1);
    expect(proven(cluster.letters)).toEqual([]);
  });

  it('that was away for epochs learns them from the others, and takes part again', async () => {
    const { cluster, disks } = await inMemory();
    await cluster.epoch(books(0));
    await cluster.nodes[3]!.close();
    cluster.kill(3);
    for (const epoch of [1, 2, 3, 4]) await cluster.epoch(books(epoch));
    await cluster.open(3);
    await cluster.run(() => cluster.nodes[3]!.epoch === 5);
    expect(cluster.output(3, 'sealed').map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    const sealed = await cluster.epoch(books(5));
    expect(rootsOf(sealed).size).toBe(1);
    expect(sealed.map(({ inputs }) => inputs.includes(3))).toEqual([true, true, true, true]);
    // It tells those who were away as long what it was told.
    await cluster.nodes[2]!.close();
    cluster.kill(2);
    for (const bank of [0, 1]) {
      await cluster.nodes[bank]!.close();
      cluster.kill(bank);
    }
    disks[0] = new Disk();
    await cluster.open(0, { log: 'new' });
    await cluster.run(() => cluster.nodes[0]!.epoch === 6);
    expect(
      cluster
        .output(0, 'sealed')
        .slice(-6)
        .map(({ epoch }) => epoch),
    ).toEqual([0, 1, 2, 3, 4, 5]);
    await cluster.close();
  });

  it('that lost its disk follows without a signature for three epochs, and then takes part again', async () => {
    const { cluster, disks } = await inMemory();
    await cluster.epoch(books(0));
    await cluster.epoch(books(1));
    // It loses its disk in the middle of epoch 2, after it has signed something in it.
    const others = [0, 1, 2];
    const third = cluster.epoch(books(2), others);
    cluster.nodes[3]!.reconcile(books(2)(3)).catch(() => {});
    await cluster.run(() => cluster.letters.some((l) => l.from === 3 && l.message.type === 'vote'), 5000);
    cluster.kill(3);
    disks[3] = new Disk();
    expect(await codeOf(cluster.open(3))).toBe('LOG_MISSING');
    const from = cluster.letters.length;
    const lost = await cluster.open(3, { log: 'lost' });
    let sealed: SealedOutput | null = null;
    lost.reconcile(books(2)(3)).then(
      (output) => {
        sealed = output;
      },
      () => {},
    );
    await third;
    await cluster.run(() => sealed !== null);
    const through = cluster.output(3, 'recovered')[0]!.through;
    expect(through).toBeGreaterThanOrEqual(4);
    for (let epoch = lost.epoch + 1; epoch <= through; epoch++) {
      // Nobody waits for it: the three others are a quorum, and it learns the result with them.
      const results = await cluster.epoch(books(epoch));
      expect(results.length).toBe(4);
      expect(rootsOf(results).size).toBe(1);
    }
    const unique = cluster.letters.slice(from).filter(({ from: sender, message }) => {
      if (sender !== 3) return false;
      return signedIn(fixture, 3, message, () => undefined).some(
        ({ statement }) => !REPEATABLE.has(statement.type),
      );
    });
    expect(unique.map(({ message }) => message.type)).toEqual([]);
    const back = await cluster.epoch(books(9));
    expect(back.every(({ inputs }) => inputs.includes(3))).toBe(true);
    expect(proven(cluster.letters)).toEqual([]);
    // Restarted in between, it still knows that it lost its log.
    await cluster.close();
    const store = await BankStore.open({
      ...fixture,
      directory: '/bank',
      bank: 'bank-3',
      fileSystem: disks[3]!,
    });
    const codec = logEntryCodec(4);
    const types = store.entries.map((entry) => (decode(codec, entry) as LogEntry).type);
    expect(types).toEqual(expect.arrayContaining(['forgotten', 'abstained']));
  });

  it('signs one successor of its manifest, which goes on where the old one ends', async () => {
    const { cluster } = await inMemory();
    await cluster.epoch(books(0));
    const successor = await consortium(5, 1, { parameters: { statistics: 'none' } });
    const other = await consortium(4, 1, { parameters: { statistics: 'none' }, name: 'another' });
    const calls = [0, 1, 2].map((bank) => cluster.nodes[bank]!.succeed(successor.manifest, 1));
    await cluster.run(() =>
      ALL.every((bank) => !cluster.nodes[bank] || cluster.output(0, 'succession').length > 0),
    );
    const signatures = await Promise.all(calls);
    expect(await codeOf(cluster.nodes[0]!.succeed(other.manifest, 1))).toBe('JOURNAL_CONFLICT');
    expect(await codeOf(cluster.nodes[3]!.succeed(other.manifest, 0))).toBe('JOURNAL_CONFLICT');
    const { manifest, suite } = fixture;
    const succession = assembleSuccession(manifest, successor.manifest, 1, signatures, suite);
    const lineage = new Lineage(manifest, suite, cluster.nodes[0]!.next);
    lineage.succeed(succession);
    // The promise survives a restart.
    await cluster.nodes[0]!.close();
    cluster.kill(0);
    await cluster.open(0);
    expect(await codeOf(cluster.nodes[0]!.succeed(other.manifest, 2))).toBe('JOURNAL_CONFLICT');
    await cluster.close();
    const disks = successor.secrets.map(() => new Disk());
    const after = new Cluster(successor, (bank) => ({ directory: '/bank', fileSystem: disks[bank]! }));
    for (const bank of disks.keys()) await after.open(bank, { log: 'new', chain: lineage.chain });
    const sealed = await after.epoch(books(1));
    expect(rootsOf(sealed).size).toBe(1);
    for (const { seal } of sealed) {
      expect(seal.header.epoch).toBe(1);
      new Lineage(successor.manifest, suite, lineage.chain).seal({ seal });
    }
    await after.close();
    const again = await after.open(4);
    expect(again.epoch).toBe(2);
    await after.close();
  });
});
