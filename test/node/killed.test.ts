import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Node } from '../../src/node/node.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { Witness } from '../../src/protocol/evidence.js';
import { Random } from '../../src/sim/random.js';
import type { Fixture } from '../protocol/network.js';
import { signedIn } from '../protocol/signed.js';
import { booksOf, founded, type Said, type Told } from './bank-process.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Epochs, and kills in each; more by `KILLED_EPOCHS=50`. */
const EPOCHS = Number(process.env.KILLED_EPOCHS ?? 1);
const KILLS = 3;
/** Messages that an epoch has of one bank, about. */
const LETTERS = 12;

let fixture: Fixture;
let folder: string;
beforeAll(async () => {
  fixture = await founded();
  folder = await mkdtemp(join(tmpdir(), 'concordat-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await build({
    entryPoints: [join(ROOT, 'test/node/bank-process.ts')],
    outfile: join(folder, 'bank.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    packages: 'external',
    logLevel: 'error',
  });
  const start = `import { main } from './bank.mjs'; const [, , directory, bank, log] = process.argv;
    await main(directory, Number(bank), log);`;
  await writeFile(join(folder, 'start.mjs'), start);
});
afterAll(() => rm(folder, { recursive: true }));

/** Three banks in this process, and one in processes of its own that are killed. */
class Consortium {
  readonly nodes = new Map<number, Node>();
  /** What must not have happened. */
  readonly failures: string[] = [];
  /** Signatures of the bank in its own process, so far. */
  signatures = 0;
  readonly #witness = new Witness(fixture.manifest, fixture.suite);
  readonly #receivers = new Map<number, (from: number, bytes: Uint8Array) => void>();
  /** Bodies of what that bank signed in the epoch under way. */
  readonly #signed: Buffer[] = [];
  #epoch = 0;
  readonly #sealed = new Map<number, string>();
  #process: ChildProcess | null = null;

  constructor(readonly apart: number) {}

  async open(): Promise<this> {
    const { manifest, secrets, suite } = fixture;
    for (const [bank, { id }] of manifest.banks.entries()) {
      if (bank === this.apart) continue;
      const node = await Node.open({
        directory: join(folder, id),
        manifest,
        bank: id,
        secrets: secrets[bank]!,
        suite,
        log: 'new',
        transport: {
          start: (receive) => {
            this.#receivers.set(bank, receive);
          },
          send: (to, bytes) => this.#carry(bank, to, bytes),
          stop: () => {
            this.#receivers.delete(bank);
          },
        },
        onFailure: (error) => this.failures.push(String(error)),
      });
      this.nodes.set(bank, node);
    }
    await this.start('new');
    return this;
  }

  /** Starts the process, and waits until its node is open. */
  async start(log: 'new' | 'existing'): Promise<void> {
    const directory = join(folder, 'apart');
    const child = fork(join(folder, 'start.mjs'), [directory, `${this.apart}`, log], {
      serialization: 'advanced',
      execArgv: [],
    });
    this.#process = child;
    this.#sealed.clear(); // it begins the epoch again, and gives its result again
    await new Promise<void>((ready, reject) => {
      child.on('message', (said: Said) => {
        if (said.type === 'ready') ready();
        if (said.type === 'letter') this.#carry(this.apart, said.to, said.bytes);
        if (said.type === 'sealed' && this.#process === child) this.#sealed.set(said.epoch, toHex(said.root));
        if (said.type === 'failed') this.failures.push(said.what);
      });
      child.on('exit', (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
    });
    this.#tell({ type: 'start' });
  }

  /** Kills it at the moment when so many more letters of it are here, or after 300 ms; returns once it is gone. */
  async kill(letters: number): Promise<void> {
    const child = this.#process!;
    expect([child.exitCode, child.signalCode], 'it ended by itself').toEqual([null, null]);
    const gone = once(child, 'exit');
    const end = (): boolean => child.kill('SIGKILL');
    child.on('message', () => {
      if (--letters < 0) end();
    });
    const late = setTimeout(end, 300);
    await gone;
    clearTimeout(late);
    this.#process = null;
  }

  /** How many statements it sent in this epoch that its log does not have. */
  async unlogged(): Promise<number> {
    const log = await readFile(join(folder, 'apart', 'log'));
    return this.#signed.filter((body) => !log.includes(body)).length;
  }

  /** Begins the epoch in this process; resolves with the roots that its banks sealed. */
  begin(epoch: number): Promise<string[]> {
    this.#signed.length = 0;
    this.#epoch = epoch;
    const runs = [...this.nodes].map(([bank, node]) => node.reconcile(booksOf(bank, epoch)));
    return Promise.all(runs.map(async (run) => toHex((await run).seal.root)));
  }

  /** The root that the bank in its own process sealed in this epoch. */
  async sealedApart(epoch: number): Promise<string> {
    while (!this.#sealed.has(epoch)) {
      expect(this.failures).toEqual([]);
      await pause(5);
    }
    return this.#sealed.get(epoch)!;
  }

  next(): void {
    this.#tell({ type: 'start' });
  }

  proven(): number[] {
    return [...fixture.manifest.banks.keys()].filter((bank) => this.#witness.isProven(bank));
  }

  async close(): Promise<void> {
    if (this.#process) await this.kill(0);
    for (const node of this.nodes.values()) await node.close();
  }

  #carry(from: number, to: number, bytes: Uint8Array): void {
    for (const testimony of signedIn(fixture, from, fixture.decode(bytes), () => undefined)) {
      this.#witness.observe(from, testimony, false);
      if (from !== this.apart || testimony.statement.epoch !== this.#epoch) continue;
      this.signatures++;
      this.#signed.push(Buffer.from(testimony.statement.body));
    }
    if (to === this.apart) this.#tell({ type: 'letter', from, bytes });
    else setImmediate(() => this.#receivers.get(to)?.(from, bytes));
  }

  #tell(told: Told): void {
    if (this.#process?.connected) this.#process.send(told, () => {}); // who is killed hears nothing more
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

describe('a process that is killed at any moment', () => {
  it(
    'and started again finishes the epoch, and signs nothing that contradicts what it sent',
    async () => {
      const random = new Random('killed');
      const { schedule } = genesisChain(fixture.manifest);
      const all = await new Consortium(schedule[0]!).open();
      try {
        for (let epoch = 0; epoch < EPOCHS; epoch++) {
          if (epoch > 0) all.next();
          const roots = all.begin(epoch);
          for (let kill = 0; kill < KILLS; kill++) {
            await all.kill(random.int(LETTERS));
            expect(await all.unlogged(), `epoch ${epoch}, kill ${kill}`).toBe(0);
            await all.start('existing');
          }
          expect(new Set([...(await roots), await all.sealedApart(epoch)]).size).toBe(1);
        }
        expect(all.signatures).toBeGreaterThan(3 * EPOCHS);
        expect(all.failures).toEqual([]);
        expect(all.proven()).toEqual([]);
      } finally {
        await all.close();
      }
    },
    60_000 + 30_000 * EPOCHS,
  );
});
