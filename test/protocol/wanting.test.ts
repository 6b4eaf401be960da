import { beforeAll, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/protocol/certificate.js';
import { genesisChain } from '../../src/protocol/chain.js';
import type { EpochContext } from '../../src/protocol/context.js';
import { Courier } from '../../src/protocol/courier.js';
import { MAX_EARLY_BYTES } from '../../src/protocol/early-messages.js';
import { Journal } from '../../src/protocol/journal.js';
import { Outbox } from '../../src/protocol/outbox.js';
import { OwnData } from '../../src/protocol/own-data.js';
import { Rations } from '../../src/protocol/rations.js';
import { WANT_TIMER, Wanting } from '../../src/protocol/wanting.js';
import { consortium, DELTA, type Fixture } from './network.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

const value = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const certificate = (fill: number, view: number, phase: 'prepare' | 'commit' = 'prepare'): Certificate => ({
  phase,
  epoch: 0,
  slot: { view, index: 0 },
  value: value(fill),
  attested: false,
  signers: [0, 1, 3],
  signature: new Uint8Array(96),
});

function subject(held: Uint8Array[] = []) {
  const { manifest, suite, secrets, datasets } = fixture;
  const outbox = new Outbox();
  const secret = secrets[0]!;
  const context: EpochContext = {
    manifest,
    suite,
    chain: genesisChain(manifest),
    self: 0,
    secrets: secret,
    own: new OwnData(datasets[0]!, secret.vault, { consortiumId: manifest.consortiumId, bank: 0, epoch: 0 }),
    courier: new Courier(4, 0, outbox),
    outbox,
    journal: new Journal({ banks: 4, consortiumId: manifest.consortiumId, secrets: secret, suite, outbox }),
    rations: new Rations(outbox, manifest.parameters.delta),
    roomFor: () => MAX_EARLY_BYTES,
    observe: () => {},
    accuse: () => {},
    isProven: () => false,
  };
  const wanting = new Wanting(context, (wanted) => held.some((each) => each[0] === wanted[0]));
  const asked = (): { to: number; fill: number }[] =>
    outbox.take().send.map(({ to, bytes }) => {
      const message = fixture.decode(bytes);
      return { to, fill: message.type === 'want' && message.value ? message.value[0]! : -1 };
    });
  return { wanting, outbox, asked };
}

describe('a draft that is wanted', () => {
  it('is asked for after a moment, of one signer after the other but itself', () => {
    const { wanting, outbox, asked } = subject();
    wanting.want(certificate(1, 0));
    expect(outbox.take()).toMatchObject({ send: [], timers: [{ id: WANT_TIMER, after: DELTA }] });
    const turns = Array.from({ length: 4 }, () => {
      wanting.onTimer();
      return asked()[0]!;
    });
    expect(turns.map(({ to }) => to)).toEqual([1, 3, 1, 3]);
    expect(turns.every(({ fill }) => fill === 1)).toBe(true);
  });

  it('is not put off by the same certificate, or by older ones, sent again and again', () => {
    const { wanting, outbox, asked } = subject();
    wanting.want(certificate(2, 3));
    outbox.take();
    for (const other of [certificate(2, 3), certificate(1, 0), certificate(3, 3), certificate(1, 2)])
      wanting.want(other);
    expect(outbox.take().timers).toEqual([]);
    wanting.onTimer();
    expect(asked()).toEqual([{ to: 1, fill: 2 }]);
  });

  it('gives way to a higher certificate, and to a decision', () => {
    const { wanting, asked } = subject();
    wanting.want(certificate(2, 3));
    wanting.want(certificate(4, 5));
    expect(wanting.wants(value(4))).toBe(true);
    wanting.want(certificate(1, 0, 'commit'));
    expect(wanting.wants(value(1))).toBe(true);
    wanting.onTimer();
    expect(asked()).toEqual([{ to: 1, fill: 1 }]);
  });

  it('gives way to any other once it is here', () => {
    const held: Uint8Array[] = [];
    const { wanting, outbox, asked } = subject(held);
    wanting.want(certificate(2, 3));
    outbox.take();
    held.push(value(2));
    wanting.onTimer();
    expect(asked()).toEqual([]);
    wanting.want(certificate(1, 0));
    expect(wanting.wants(value(1))).toBe(true);
  });

  it('is asked for again when more of it is needed than was, once it is decided', () => {
    const held = [value(2)];
    const { wanting, outbox, asked } = subject(held);
    wanting.want(certificate(2, 3));
    wanting.onTimer(); // it has come by itself
    held.length = 0; // the headers of what it agrees on have not
    outbox.take();
    wanting.want(certificate(2, 3, 'commit'));
    expect(outbox.take().timers).toMatchObject([{ id: WANT_TIMER, after: DELTA }]);
    wanting.onTimer();
    expect(asked()).toEqual([{ to: 1, fill: 2 }]);
  });

  it('is asked for at once when the view waits for it', () => {
    const { wanting, asked } = subject();
    wanting.want(certificate(4, 5));
    wanting.insist(certificate(2, 3));
    expect(asked()).toEqual([{ to: 1, fill: 2 }]);
    wanting.stop();
    wanting.onTimer();
    expect(asked()).toEqual([]);
  });
});
