import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { messageCodec, messageTypeOf } from '../../src/protocol/message-codec.js';
import type { Message, MessageType } from '../../src/protocol/messages.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';

const N = 4;
const codec = messageCodec(N);
let fixture: Fixture;
/** One message of each type or more, as honest banks and an equivocator really sent them. */
let samples: Message[];
const TYPES: readonly MessageType[] = [
  'open',
  'commitment',
  'symbols',
  'sketch',
  'draft',
  'slices',
  'forward',
  'amendment',
  'refusal',
  'acknowledgement',
  'proposal',
  'repeat',
  'notice',
  'testimony',
  'vote',
  'certificate',
  'timeout',
  'want',
  'draft-copy',
  'fetch',
  'records',
  'release',
  'missing',
  'compare',
  'common',
  'result',
  'seal',
  'evidence',
  'recall',
  'history',
];

beforeAll(async () => {
  fixture = await consortium(N, 1, { parameters: { sketchSymbols: 8 } });
  const [first, next] = [new Net(fixture).leader(0), new Net(fixture).leader(1)];
  const net = new Net(fixture, {
    // So many differences that symbols are asked for.
    datasets: [0, 1, 2, 3].map((i) => ledger(Object.fromEntries([0, 1, 2, 3, 4].map((k) => [5 * i + k, 1])))),
    // What view 0 prepared is not decided, and the next leader lacks the draft.
    delay: ({ from, to, message }) => {
      if (from === next && ['commitment', 'amendment'].includes(message.type)) return null;
      if (to === next && message.type === 'forward') return null;
      if (from === first && to === next && message.type === 'draft') return null;
      return message.type === 'vote' && message.phase === 'commit' && message.slot.view === 0 ? null : 100;
    },
  });
  const plain = new Net(fixture);
  // A bank is left out and brought back, slices are lost, and the first releases are.
  const [left, unlucky] = others(fixture, first) as [number, number];
  let releases = 0;
  const thin = new Net(fixture, {
    delay: ({ from, to, message }) => {
      if (from === left && message.type === 'commitment') return null;
      if (to === unlucky && from === first && message.type === 'slices') return null;
      return message.type === 'release' && releases++ < 12 ? null : 100;
    },
  });
  for (const each of [net, plain, thin]) each.start().run();
  samples = [net, plain, thin].flatMap(({ sent }) => sent.map(({ message }) => message));
  // What a fault-free epoch has no occasion for.
  const vote = samples.find((message) => message.type === 'vote')!;
  const statement = {
    type: 'open',
    epoch: 0,
    slot: { view: 0, index: 0 },
    body: new Uint8Array(80),
  } as const;
  const testimony = (body: Uint8Array) => ({
    statement: { ...statement, body },
    signature: fixture.sign(1, { ...statement, body }),
  });
  const first64 = testimony(new Uint8Array(80));
  const evidence = {
    kind: 'equivocation',
    accused: 1,
    first: first64,
    second: testimony(new Uint8Array(79)),
  } as const;
  samples.push({ type: 'evidence', evidence });
  samples.push({
    type: 'notice',
    epoch: 0,
    slot: { view: 3, index: 1 },
    subject: new Uint8Array(32),
    signature: first64.signature,
  });
  samples.push({ type: 'testimony', bank: 1, testimony: first64 });
  const recall = { epoch: 3, incarnation: new Uint8Array(16).fill(4) };
  samples.push({ type: 'recall', ...recall });
  samples.push({ type: 'history', ...recall, epochs: [new Uint8Array(0), new Uint8Array(300)] });
  if (vote.type === 'vote') samples.push({ ...vote, electorate: null });
});

const bytesOf = (message: Message): Uint8Array => encode(codec, message);
const each = (): Message[] => TYPES.map((type) => samples.find((message) => message.type === type)!);

describe('messages', () => {
  it('of every type were sent', () => {
    expect(TYPES.filter((type) => !samples.some((message) => message.type === type))).toEqual([]);
  });

  it('come back from their bytes, and the first byte names the type', () => {
    for (const message of samples) {
      const encoded = bytesOf(message);
      expect(decode(codec, encoded)).toEqual(message);
      expect(messageTypeOf(encoded)).toBe(message.type);
    }
    expect(messageTypeOf(new Uint8Array(0))).toBe('unknown');
    expect(messageTypeOf(Uint8Array.of(TYPES.length))).toBe('unknown');
    expect(messageTypeOf(Uint8Array.of(255))).toBe('unknown');
  });

  it('cut short anywhere are refused, and so is a byte more', () => {
    for (const message of each()) {
      const encoded = bytesOf(message);
      const step = Math.max(1, Math.floor(encoded.length / 400));
      for (let cut = 0; cut < encoded.length; cut += step)
        expect(() => decode(codec, encoded.subarray(0, cut)), `${message.type} ${cut}`).toThrow();
      expect(() => decode(codec, encoded.subarray(0, -1))).toThrow();
      expect(() => decode(codec, Uint8Array.of(...encoded, 0))).toThrow(/trailing/);
    }
  });

  it('of a consortium of another size are refused', () => {
    const larger = messageCodec(40);
    for (const message of each())
      if (
        ['draft', 'forward', 'proposal', 'release', 'certificate', 'seal', 'repeat', 'draft-copy'].includes(
          message.type,
        )
      )
        expect(() => decode(larger, bytesOf(message)), message.type).toThrow();
  });

  it('that claim more than there is allocate nothing', () => {
    const record = Uint8Array.of(TYPES.indexOf('records'), 0, 0, 0, 0, 0, 0, 0, 0);
    for (const count of [
      [0xff, 0x1f],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x81, 0x20],
    ])
      expect(() => decode(codec, Uint8Array.of(...record, ...count))).toThrow(/truncated|too large/);
  });

  it('mutated anyhow decode to what encodes to the same bytes, or are refused with a typed error', () => {
    const encoded = each().map(bytesOf);
    const mutation = fc.record({
      which: fc.nat(encoded.length - 1),
      edits: fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      cut: fc.option(fc.nat(4000)),
      extra: fc.uint8Array({ maxLength: 3 }),
    });
    let decoded = 0;
    fc.assert(
      fc.property(mutation, ({ which, edits, cut, extra }) => {
        const bytes = Uint8Array.of(...encoded[which]!.slice(0, 4000), ...extra);
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        const bad = cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
        try {
          const message = decode(codec, bad);
          decoded++;
          if (Buffer.compare(bytesOf(message), bad) !== 0) throw new TypeError('another byte form');
        } catch (error) {
          if (!isConcordatError(error)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
    expect(decoded).toBeGreaterThan(200);
  });
});
