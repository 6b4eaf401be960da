import { describe, expect, it } from 'vitest';
import { type ConcordatError, isConcordatError } from '../../src/crypto/error.js';
import type { LogError } from '../../src/node/log-error.js';
import { LogFile, type LogIdentity } from '../../src/node/log-file.js';
import { Disk, systemError } from './disk.js';

const PATH = '/bank/log';
const OWNER: LogIdentity = { kind: 'log', consortiumId: new Uint8Array(32).fill(7), bank: 'bank-a' };
/** Of all sizes that matter: none, short, a sector and more, and zeros as a sector has that was never written. */
const RECORDS = [
  new Uint8Array(0),
  Uint8Array.of(1, 2, 3),
  new Uint8Array(700).map((_, i) => i % 251),
  Uint8Array.of(0, 0, 0, 0),
  new Uint8Array(90).fill(9),
];

interface Found {
  readonly records: Uint8Array[];
  readonly dropped: number;
}

async function reopen(disk: Disk, owner = OWNER): Promise<Found> {
  const records: Uint8Array[] = [];
  const { log, dropped } = await LogFile.open(disk, PATH, owner, (record) => records.push(record.slice()));
  await log.close();
  return { records, dropped: dropped?.bytes ?? 0 };
}

async function refusal(action: Promise<unknown>): Promise<LogError> {
  try {
    await action;
  } catch (error) {
    if (isConcordatError(error)) return (error as ConcordatError<LogError>).detail;
    throw error;
  }
  return expect.unreachable();
}

/** A disk with a log of these records. */
async function written(records = RECORDS): Promise<Disk> {
  const disk = new Disk();
  const log = await LogFile.create(disk, PATH, OWNER);
  for (const record of records) await log.append(record);
  await log.close();
  return disk;
}

const withBytes = (bytes: Uint8Array): Disk => {
  const disk = new Disk();
  disk.put(PATH, bytes);
  return disk;
};

describe('a log file', () => {
  it('gives back every record, in order, and goes on after them', async () => {
    const disk = await written();
    expect(await reopen(disk)).toEqual({ records: RECORDS, dropped: 0 });
    const { log } = await LogFile.open(disk, PATH, OWNER, () => {});
    const place = await log.append(Uint8Array.of(42));
    expect(await log.read(place)).toEqual(Uint8Array.of(42));
    await log.close();
    expect((await reopen(disk)).records).toEqual([...RECORDS, Uint8Array.of(42)]);
  });

  it('that was opened keeps what is added, also where a process died before it made a replacement’s name durable', async () => {
    const disk = await written();
    const { log } = await LogFile.open(disk, PATH, OWNER, () => {});
    disk.fault = (operation, path) => {
      if (operation === 'fsync' && path === '/bank') throw systemError('KILLED');
      return undefined;
    };
    expect(await refusal(log.replace([Uint8Array.of(1)]))).toMatchObject({ code: 'LOG_FAILED' });
    // Nor does the next process begin while it cannot make it durable.
    expect(await refusal(reopen(disk))).toMatchObject({ code: 'LOG_FAILED', operation: 'fsync' });
    disk.fault = () => undefined;
    const { log: next } = await LogFile.open(disk, PATH, OWNER, () => {});
    await next.append(Uint8Array.of(2));
    const after = disk.stop('durable', (durable) => durable);
    expect((await reopen(after)).records).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  });

  it('is not read beyond its end, whatever stands at a place', async () => {
    const disk = await written();
    const { log } = await LogFile.open(disk, PATH, OWNER, () => {});
    const place = await log.append(new Uint8Array(90).fill(9));
    new DataView(disk.content(PATH).buffer).setUint32(place, 0xfffffff0);
    for (const offset of [place, log.size, log.size - 3])
      expect(await refusal(log.read(offset))).toMatchObject({ code: 'LOG_CORRUPT', offset });
  });

  it('cut anywhere gives back the records before the cut, or is refused; never anything else', async () => {
    const bytes = (await written()).content(PATH);
    let drops = 0;
    let refusals = 0;
    for (let cut = 0; cut < bytes.length; cut++)
      try {
        const { records, dropped } = await reopen(withBytes(bytes.slice(0, cut)));
        expect(records).toEqual(RECORDS.slice(0, records.length));
        expect(records.length).toBeLessThan(RECORDS.length);
        if (dropped > 0) drops++;
      } catch (error) {
        if (!isConcordatError(error)) throw error;
        expect(['LOG_FOREIGN', 'LOG_CORRUPT']).toContain(error.code);
        refusals++;
      }
    // Only a cut through the header is refused: a header is never written in part.
    expect(drops).toBeGreaterThan(800);
    expect(refusals).toBeLessThan(100);
  });

  it('with any bit flipped is refused, in its last record too', async () => {
    const bytes = (await written()).content(PATH);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << (at % 8);
      const { code } = await refusal(reopen(withBytes(flipped)));
      expect(['LOG_FOREIGN', 'LOG_CORRUPT'], `byte ${at}`).toContain(code);
    }
  });

  it('with a record left out, moved, said twice or taken from another log is refused', async () => {
    const frames = async (records: readonly Uint8Array[]): Promise<Uint8Array[]> => {
      const sizes: number[] = [];
      const disk = new Disk();
      const log = await LogFile.create(disk, PATH, OWNER);
      for (const record of records) {
        sizes.push(log.size);
        await log.append(record);
      }
      const bytes = disk.content(PATH);
      return [bytes.slice(0, sizes[0]), ...sizes.map((from, i) => bytes.slice(from, sizes[i + 1]))];
    };
    const [head, a, b, c] = (await frames(RECORDS.slice(1, 4))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const other = (await frames([Uint8Array.of(5), Uint8Array.of(6)]))[2]!;
    for (const parts of [
      [head, b, c],
      [head, a, c, b],
      [head, a, a, b],
      [head, a, other],
      [head, b, a, c],
    ]) {
      const { code } = await refusal(reopen(withBytes(Uint8Array.from(parts.flatMap((part) => [...part])))));
      expect(code).toBe('LOG_CORRUPT');
    }
  });

  it('made longer before its bytes came drops what was never written', async () => {
    const bytes = (await written()).content(PATH);
    for (const zeros of [8, 100, 5000]) {
      const longer = new Uint8Array(bytes.length + zeros);
      longer.set(bytes);
      expect(await reopen(withBytes(longer))).toEqual({ records: RECORDS, dropped: zeros });
    }
    // The last record's head came to the disk, and one of its sectors did not.
    const disk = await written([...RECORDS, new Uint8Array(2000).fill(3)]);
    const torn = disk.content(PATH).slice();
    const sector = Math.ceil((torn.length - 1500) / 512) * 512;
    torn.fill(0, sector, sector + 512);
    expect((await reopen(withBytes(torn))).records).toEqual(RECORDS);
    // The same in a record that others follow is no tear.
    const log = await LogFile.open(disk, PATH, OWNER, () => {});
    await log.log.append(Uint8Array.of(1));
    const rotten = disk.content(PATH).slice();
    rotten.fill(0, sector, sector + 512);
    expect((await refusal(reopen(withBytes(rotten)))).code).toBe('LOG_CORRUPT');
  });

  it('of another bank, consortium, kind or version, or of no bank, is refused', async () => {
    const disk = await written();
    for (const other of [
      { ...OWNER, bank: 'bank-b' },
      { ...OWNER, consortiumId: new Uint8Array(32) },
      { ...OWNER, kind: 'history' as const },
    ])
      expect((await refusal(reopen(disk, other))).code).toBe('LOG_FOREIGN');
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(500),
      new TextEncoder().encode('id,amount\n1,2\n'),
    ])
      expect((await refusal(reopen(withBytes(bytes)))).code).toBe('LOG_FOREIGN');
    expect((await refusal(reopen(new Disk()))).code).toBe('LOG_MISSING');
    expect((await refusal(LogFile.create(disk, PATH, OWNER))).code).toBe('LOG_EXISTS');
  });

  it('takes nothing more after any operation failed, even where it would succeed', async () => {
    for (const failing of ['write', 'fsync', 'rename', 'create'])
      for (const code of ['ENOSPC', 'EIO']) {
        const disk = new Disk();
        const log = await LogFile.create(disk, PATH, OWNER);
        await log.append(RECORDS[1]!);
        disk.fault = (operation) => {
          if (operation === failing) throw systemError(code);
          return undefined;
        };
        const act = () =>
          ['rename', 'create'].includes(failing) ? log.replace(RECORDS) : log.append(RECORDS[2]!);
        const first = await refusal(act());
        expect(first).toMatchObject({ code: 'LOG_FAILED', operation: failing, cause: code });
        disk.fault = () => undefined;
        expect(await refusal(log.append(RECORDS[2]!))).toEqual(first);
        expect(await refusal(log.replace([]))).toEqual(first);
        const { records } = await reopen(disk);
        expect(records[0]).toEqual(RECORDS[1]);
      }
  });

  it('that gives back a record has it on the disk, though the process that wrote it was killed before its fsync', async () => {
    const disk = await written();
    const { log } = await LogFile.open(disk, PATH, OWNER, () => {});
    disk.fault = (operation) => {
      if (operation === 'fsync') throw systemError('KILLED');
      return undefined;
    };
    await log.append(Uint8Array.of(42)).catch(() => {});
    disk.fault = () => undefined;
    const { records } = await reopen(disk);
    expect(records).toEqual([...RECORDS, Uint8Array.of(42)]);
    const after = disk.stop('durable', (durable) => durable);
    expect((await reopen(after)).records).toEqual(records);
  });

  it('writes what the system takes in pieces, and fails where it takes nothing', async () => {
    const disk = new Disk();
    const log = await LogFile.create(disk, PATH, OWNER);
    disk.fault = (operation) => (operation === 'write' ? 7 : undefined);
    for (const record of RECORDS) await log.append(record);
    expect((await reopen(disk)).records).toEqual(RECORDS);
    disk.fault = (operation) => (operation === 'write' ? 0 : undefined);
    expect((await refusal(log.append(RECORDS[1]!))).code).toBe('LOG_FAILED');
    expect((await reopen(disk)).records).toEqual(RECORDS);
  });

  it('has after a stop at any operation all that it acknowledged, and nothing that it was not given', async () => {
    const given = RECORDS.slice(1);
    const replacement = [Uint8Array.of(77), new Uint8Array(600).fill(78)];
    let points = 0;
    for (let stopAt = 1; ; stopAt++) {
      const disk = new Disk();
      let acknowledged: Uint8Array[] | null = null;
      let attempted: Uint8Array[][] = [[]];
      let done = false;
      disk.fault = (_, __, count) => {
        if (count >= stopAt) throw systemError('STOPPED');
        return undefined;
      };
      try {
        const log = await LogFile.create(disk, PATH, OWNER);
        acknowledged = [];
        for (const record of given) {
          attempted = [acknowledged, [...acknowledged, record]];
          await log.append(record);
          acknowledged = attempted[1]!;
        }
        attempted = [acknowledged, replacement];
        await log.replace(replacement);
        acknowledged = replacement;
        attempted = [replacement, [...replacement, given[0]!]];
        await log.append(given[0]!);
        acknowledged = attempted[1]!;
        done = true;
      } catch (error) {
        if (!isConcordatError(error, 'LOG_FAILED')) throw error;
      }
      const common = (a: Uint8Array, b: Uint8Array) => Math.min(a.length, b.length);
      for (const names of ['durable', 'written'] as const)
        for (const kept of [
          (durable: Uint8Array) => durable,
          (_: Uint8Array, all: Uint8Array) => all,
          (durable: Uint8Array, all: Uint8Array) => all.slice(0, (common(durable, all) + all.length) >> 1),
        ]) {
          points++;
          const after = disk.stop(names, kept);
          if (!(await after.exists(PATH))) {
            expect(acknowledged).toBeNull();
            continue;
          }
          const { records } = await reopen(after);
          const possible = acknowledged === null ? [[]] : [acknowledged, ...attempted];
          expect(possible, `stopped at ${stopAt}`).toContainEqual(records);
        }
      if (done) break;
    }
    expect(points).toBeGreaterThan(100);
  });
});
