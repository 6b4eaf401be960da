import { beforeAll, describe, expect, it } from 'vitest';
import { type Codec, decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { BankStore, type SealedOutput, type StoreOptions } from '../../src/node/store.js';
import { type ChainState, genesisChain } from '../../src/protocol/chain.js';
import { type LogEntry, logEntryCodec } from '../../src/protocol/journal.js';
import { encodeSealedEpoch } from '../../src/protocol/recall.js';
import { consortium, type Fixture, Net } from '../protocol/network.js';
import { Disk, systemError } from './disk.js';

let fixture: Fixture;
/** A sealed epoch; its number, in the store, is what a test says. */
let sealed: SealedOutput;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const net = new Net(fixture);
  net.start().run(1e6, () => net.output(0, 'sealed').length > 0);
  sealed = net.output(0, 'sealed')[0] as SealedOutput;
});

const codec = logEntryCodec(4) as Codec<LogEntry>;
const disclosed = (): Uint8Array =>
  encode(codec, {
    type: 'disclosed',
    to: 3,
    epoch: 0,
    value: new Uint8Array(32),
    ids: [new Uint8Array(8)],
    signature: new Uint8Array(64),
  });
const at = (epoch: number): ChainState => ({ ...genesisChain(fixture.manifest), epoch });

let process = 0;
const open = (disk: Disk, options: Partial<StoreOptions> = {}): Promise<BankStore> =>
  BankStore.open({
    directory: '/bank',
    manifest: fixture.manifest,
    bank: 'bank-0',
    fileSystem: disk,
    processes: { self: { host: 'h', pid: ++process, started: '' }, isRunning: () => false },
    ...options,
  });

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (isConcordatError(error)) return error.code;
    throw error;
  }
  return 'none';
}

describe('a store', () => {
  it('goes on to the next epoch however many requests for records it has kept', async () => {
    const disk = new Disk();
    const store = await open(disk, { log: 'new' });
    const entry = disclosed();
    const count = 66_000;
    await store.append(new Array(count / 2).fill(entry));
    await store.append(new Array(count / 2).fill(entry));
    await store.advance(at(1), [entry]);
    // What counts for one epoch only has gone to the history, all of it.
    expect(store.entries.map((each) => decode(codec, each).type)).toEqual(['sealed', 'disclosed']);
    expect(disk.content('/bank/history').length).toBeGreaterThan(count * entry.length);
    await store.close();
    const again = await open(disk);
    expect(again.chain.epoch).toBe(1);
    await again.close();
  });

  it('is not made anew where sealed epochs are, unless their log is said to be lost', async () => {
    const disk = new Disk();
    const store = await open(disk, { log: 'new' });
    await store.keep(sealed);
    await store.close();
    await disk.remove('/bank/log');
    const before = disk.content('/bank/history').slice();
    expect(await codeOf(open(disk, { log: 'new' }))).toBe('LOG_EXISTS');
    expect(await codeOf(open(disk))).toBe('LOG_MISSING');
    expect(disk.content('/bank/history')).toEqual(before);
    await (await open(disk, { log: 'lost' })).close();
    expect(disk.content('/bank/history.lost-1')).toEqual(before);
  });

  it('is made again where the machine stopped while it was made', async () => {
    for (let stopAt = 1; stopAt < 30; stopAt++) {
      const disk = new Disk();
      disk.fault = (_, __, count) => {
        if (count >= stopAt) throw systemError('STOPPED');
        return undefined;
      };
      await open(disk, { log: 'new' }).catch(() => {});
      const after = disk.stop('written', (durable) => durable);
      const code = await codeOf(open(after, { log: 'new' }));
      expect(code === 'none' || (code === 'LOG_EXISTS' && (await after.exists('/bank/log')))).toBe(true);
    }
  });

  it('says nothing of epochs from one on that is before its history, and that there are none after it', async () => {
    const disk = new Disk();
    const store = await open(disk, { log: 'new', chain: at(100) });
    expect(await store.page(99)).toBeNull();
    expect(await store.page(100)).toEqual([]);
    for (const epoch of [100, 101]) await store.keep({ ...sealed, epoch });
    await store.advance(at(102), []);
    await store.close();
    const again = await open(disk);
    const bytes = encodeSealedEpoch(fixture.manifest, sealed);
    for (const [epoch, page] of [
      [0, null],
      [99, null],
      [100, [bytes, bytes]],
      [101, [bytes]],
      [102, []],
      [200, []],
    ] as const)
      expect(await again.page(epoch), `from ${epoch} on`).toEqual(page);
    await again.close();
  });

  it('refuses what was changed in its history while it was open', async () => {
    const disk = new Disk();
    const store = await open(disk, { log: 'new' });
    const begin = disk.content('/bank/history').length;
    await store.keep(sealed);
    disk.content('/bank/history')[begin + 8] = 0xff; // the kind of record
    expect(await codeOf(store.page(0))).toBe('LOG_CORRUPT');
    disk.content('/bank/history').fill(0, begin, begin + 4); // its length
    expect(await codeOf(store.page(0))).toBe('LOG_CORRUPT');
  });
});
