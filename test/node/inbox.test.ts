import { describe, expect, it } from 'vitest';
import { Inbox, MAX_WAITING, MESSAGE_COST, type Waiting } from '../../src/node/inbox.js';
import { Recalls } from '../../src/node/recalls.js';

const EMPTY = new Uint8Array(0);
/** Who sent what is taken, or the id of a timer. */
const taken = (batch: readonly Waiting[]): (number | string)[] =>
  batch.map(({ input }) => (input.type === 'message' ? input.from : input.type === 'timer' ? input.id : '?'));

describe('an inbox', () => {
  it('takes the longest message of a bank and small ones beside it while a step takes long, and not a second of that length', () => {
    const inbox = new Inbox(4);
    const longest = new Uint8Array(96 << 20);
    expect([longest, longest, EMPTY].map((bytes) => inbox.receive(1, bytes))).toEqual([
      'taken',
      'full',
      'taken',
    ]);
  });

  it('gives banks turns: one that floods keeps the others waiting for a message of it at a time', () => {
    const inbox = new Inbox(4);
    for (let i = 0; i < 5000; i++) inbox.receive(1, Uint8Array.of(i));
    for (const from of [2, 3, 2]) inbox.receive(from, EMPTY);
    expect(taken(inbox.take()).slice(0, 5)).toEqual([1, 2, 3, 1, 2]);
    inbox.receive(3, EMPTY);
    expect(taken(inbox.take())).toContain(3);
  });

  it('gives few messages of one bank at a time, so that timers and links come in between', () => {
    const inbox = new Inbox(4);
    for (let i = 0; i < 5000; i++) inbox.receive(1, EMPTY);
    expect(inbox.take().length).toBe(8);
    for (let i = 0; i < 5000; i++) for (const from of [0, 2, 3]) inbox.receive(from, EMPTY);
    expect(inbox.take().length).toBe(32);
  });

  it('puts what this bank’s own host and timers say before what others send', () => {
    const inbox = new Inbox(4);
    for (let i = 0; i < 5000; i++) inbox.receive(1, EMPTY);
    inbox.take();
    for (const id of ['a', 'b']) inbox.add({ input: { type: 'timer', id } });
    expect(taken(inbox.take()).slice(0, 3)).toEqual(['a', 'b', 1]);
  });

  it('keeps each bank’s messages in order, and forgets none', () => {
    const inbox = new Inbox(3);
    const got: number[][] = [[], [], []];
    let sent = 0;
    const take = (): void => {
      for (const { input } of inbox.take())
        if (input.type === 'message')
          got[input.from]!.push(new DataView(input.bytes.buffer, input.bytes.byteOffset).getUint32(0));
    };
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 40; i++, sent++) {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, sent);
        expect(inbox.receive(sent % 3 === 0 ? 0 : 1 + (sent % 2), bytes)).toBe('taken');
      }
      take();
    }
    while (!inbox.isEmpty) take();
    expect(got.flat().length).toBe(sent);
    for (const numbers of got) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('bounds what one bank has waiting, empty messages too, and takes from the others all the same', () => {
    const inbox = new Inbox(4);
    let count = 0;
    while (inbox.receive(1, EMPTY) === 'taken') count++;
    expect(count).toBe(MAX_WAITING / MESSAGE_COST);
    expect(inbox.receive(1, EMPTY)).toBe('dropped');
    expect(inbox.receive(2, EMPTY)).toBe('taken');
    inbox.take();
    expect(inbox.receive(1, EMPTY)).toBe('taken');
    // It is said again once everything that waited is done.
    while (!inbox.isEmpty) inbox.take();
    const long = new Uint8Array(MAX_WAITING - MESSAGE_COST);
    expect(inbox.receive(1, long)).toBe('taken');
    expect(inbox.receive(1, EMPTY)).toBe('full');
    expect(inbox.receive(3, new Uint8Array(MAX_WAITING))).toBe('full');
  });

  it('takes the longest message that can be read of whoever has nothing waiting', () => {
    const longest = (1 << 26) + (1 << 25) + (1 << 20);
    expect(new Inbox(2).receive(1, new Uint8Array(longest))).toBe('taken');
  });

  it('keeps no more of a transport’s buffer than the message', () => {
    const inbox = new Inbox(2);
    const pool = Buffer.alloc(1 << 16, 7);
    inbox.receive(1, pool.subarray(10, 13));
    pool.fill(0);
    const [{ input }] = inbox.take() as [Waiting];
    expect(input).toEqual({ type: 'message', from: 1, bytes: new Uint8Array([7, 7, 7]) });
    expect(input.type === 'message' && input.bytes.buffer.byteLength).toBe(3);
  });

  it('ignores what comes from no bank', () => {
    const inbox = new Inbox(2);
    for (const from of [-1, 2, 0.5, Number.NaN]) expect(inbox.receive(from, EMPTY)).toBe('dropped');
    expect(inbox.isEmpty).toBe(true);
  });
});

describe('requests for sealed epochs', () => {
  const request = (to: number, epoch: number) => ({ type: 'recall', to, epoch, incarnation: EMPTY }) as const;

  it('are answered one at a time, of each bank the latest, banks in turn', () => {
    const recalls = new Recalls();
    for (const [to, epoch] of [
      [1, 0],
      [1, 5],
      [2, 3],
      [1, 7],
    ] as const)
      recalls.add(request(to, epoch));
    expect(recalls.next()).toMatchObject({ to: 1, epoch: 7 });
    expect(recalls.next()).toBeNull();
    recalls.add(request(1, 8));
    recalls.answered();
    expect(recalls.next()).toMatchObject({ to: 2, epoch: 3 });
    recalls.answered();
    expect(recalls.next()).toMatchObject({ to: 1, epoch: 8 });
    recalls.answered();
    expect(recalls.next()).toBeNull();
  });
});
