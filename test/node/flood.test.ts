import { beforeAll, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/node/file-system.js';
import { MAX_WAITING, MESSAGE_COST } from '../../src/node/inbox.js';
import { Node } from '../../src/node/node.js';
import { BankStore, type SealedOutput } from '../../src/node/store.js';
import { type ChainState, genesisChain } from '../../src/protocol/chain.js';
import type { Output } from '../../src/protocol/effects.js';
import { consortium, type Fixture, type Letter, Net } from '../protocol/network.js';
import { Disk } from './disk.js';

let fixture: Fixture;
let sealed: SealedOutput;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const net = new Net(fixture);
  net.start().run(1e6, () => net.output(0, 'sealed').length > 0);
  sealed = net.output(0, 'sealed')[0] as SealedOutput;
});

interface Host {
  readonly node: Node;
  readonly outputs: Output[];
  readonly sent: Letter[];
  deliver(from: number, bytes: Uint8Array): void;
}

async function host(options: { fileSystem?: FileSystem; chain?: ChainState } = {}): Promise<Host> {
  const { manifest, secrets, suite } = fixture;
  const outputs: Output[] = [];
  const sent: Letter[] = [];
  let deliver: Host['deliver'] = () => expect.unreachable();
  const { fileSystem = new Disk() } = options;
  const node = await Node.open({
    directory: '/bank',
    manifest,
    bank: 'bank-0',
    secrets: secrets[0]!,
    suite,
    log: (await fileSystem.exists('/bank/log')) ? 'existing' : 'new',
    transport: {
      start: (receive) => {
        deliver = receive;
      },
      send: (to, bytes) => sent.push({ from: 0, to, message: fixture.decode(bytes) }),
      stop: () => {},
    },
    clock: { after: () => () => {} },
    onOutput: (output) => outputs.push(output),
    ...options,
    fileSystem,
  });
  await node.settled();
  return { node, outputs, sent, deliver };
}

const JUNK = Uint8Array.of(255, 1, 2);
const ask = (epoch: number): Uint8Array =>
  fixture.encode({ type: 'recall', epoch, incarnation: new Uint8Array(16) });
const refusals = ({ outputs }: Host): number => outputs.filter(({ type }) => type === 'refused').length;
const answers = ({ sent }: Host): [number, number][] =>
  sent.flatMap(({ to, message }) => (message.type === 'history' ? [[to, message.epochs.length]] : []));

describe('a node that is flooded', () => {
  it('answers the others first, and lets timers and links do their work', async () => {
    const it = await host();
    const flood = 3000;
    for (let i = 0; i < flood; i++) it.deliver(1, JUNK);
    it.deliver(2, ask(0));
    let done = -1;
    setImmediate(() => {
      done = refusals(it);
    });
    while (answers(it).length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBeGreaterThan(-1);
    expect(done).toBeLessThan(100);
    expect(refusals(it)).toBeLessThan(200);
    await it.node.settled();
    expect(refusals(it)).toBe(flood);
    await it.node.close();
  });

  it('drops what is too much, says so once, and hears that bank again afterwards', async () => {
    const it = await host();
    const flood = MAX_WAITING / MESSAGE_COST + 7000;
    for (let i = 0; i < flood; i++) it.deliver(1, new Uint8Array(0));
    const full = (): Output[] =>
      it.outputs.filter((output) => output.type === 'refused' && output.code === 'NODE_INBOX_FULL');
    expect(full()).toEqual([{ type: 'refused', from: 1, code: 'NODE_INBOX_FULL' }]);
    await it.node.settled();
    expect(refusals(it)).toBeLessThan(flood);
    it.deliver(1, ask(0));
    await it.node.settled();
    expect(answers(it)).toEqual([[1, 0]]);
    expect(full().length).toBe(1);
    await it.node.close();
  });

  it('whose listener throws on hearing of it stops, and nothing is thrown at the transport', async () => {
    const it = await host();
    it.outputs.push = () => {
      throw new Error('no more');
    };
    expect(() => it.deliver(1, new Uint8Array(MAX_WAITING))).not.toThrow();
    expect(it.node.failure).toMatchObject({ code: 'NODE_LISTENER_FAILED' });
    await it.node.close();
  });

  it('with requests for sealed epochs reads one answer at a time, and each bank’s latest', async () => {
    const disk = new Disk();
    const { manifest } = fixture;
    const store = await BankStore.open({
      directory: '/bank',
      manifest,
      bank: 'bank-0',
      log: 'new',
      fileSystem: disk,
    });
    await store.keep(sealed);
    await store.close();
    let [reading, most] = [0, 0];
    const slow: FileSystem = {
      makeDirectory: () => disk.makeDirectory(),
      exists: (path) => disk.exists(path),
      rename: (from, to) => disk.rename(from, to),
      link: (from, to) => disk.link(from, to),
      remove: (path) => disk.remove(path),
      syncDirectory: (path) => disk.syncDirectory(path),
      open: async (path, how) => {
        const file = await disk.open(path, how);
        return {
          ...file,
          read: async (into, position) => {
            most = Math.max(most, ++reading);
            await new Promise((resolve) => setImmediate(resolve));
            reading--;
            return file.read(into, position);
          },
        };
      },
    };
    const it = await host({ fileSystem: slow });
    for (let i = 0; i < 10; i++) for (const from of [1, 2, 3]) it.deliver(from, ask(0));
    await it.node.settled();
    expect(most).toBe(1);
    const told = answers(it);
    expect(new Set(told.map(([to]) => to))).toEqual(new Set([1, 2, 3]));
    expect(told.every(([, epochs]) => epochs === 1)).toBe(true);
    expect(told.length).toBeLessThan(15); // not one for each request
    await it.node.close();
  });
});

describe('a node whose history begins later than is asked', () => {
  it('leaves the answer to others, and answers who asks for what it has', async () => {
    const it = await host({ chain: { ...genesisChain(fixture.manifest), epoch: 100 } });
    it.deliver(1, ask(0));
    it.deliver(2, ask(100));
    it.deliver(3, ask(99));
    await it.node.settled();
    expect(answers(it)).toEqual([[2, 0]]);
    await it.node.close();
  });
});
