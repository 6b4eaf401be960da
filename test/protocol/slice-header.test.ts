import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TAG_LENGTH } from '../../src/crypto/dealing.js';
import { type Codec, decode, encode } from '../../src/crypto/encoding.js';
import { fragmentLength } from '../../src/crypto/erasure.js';
import { HASH_LENGTH } from '../../src/crypto/merkle.js';
import { ORDER } from '../../src/crypto/pedersen.js';
import { statisticsFields } from '../../src/data/statistics.js';
import { MAX_PAYLOAD } from '../../src/protocol/fragment-limit.js';
import { messageCodec } from '../../src/protocol/message-codec.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { maxFaults, quorum } from '../../src/protocol/quorum.js';
import {
  claimsCodec,
  claimsDigest,
  type DealingPart,
  dealingPartCodec,
  type Envelope,
  envelopeCodec,
  envelopeStatement,
  NO_CLAIMS,
  type SlicesHeader,
  slicesHeaderCodec,
  slicesRoot,
  slicesStatement,
} from '../../src/protocol/slice-header.js';
import { REPEATABLE } from '../../src/protocol/statement.js';
import { dealers, dealt, honest, KEY } from './slice-fixture.js';

const zeros = new Uint8Array(32);
const item = (byte: number): Uint8Array => new Uint8Array(24).fill(byte);

describe('the digest of claims', () => {
  it('is another for another key, order, number or item', () => {
    const lists = [[item(1)], [item(2)], [item(1), item(2)], [item(2), item(1)], [item(1), item(1)]];
    const digests = [zeros, KEY].flatMap((key) => lists.map((items) => String(claimsDigest(key, items))));
    expect(new Set([String(NO_CLAIMS), ...digests]).size).toBe(11);
  });

  it('of no claims is the same under every key, and not the shared constant', () => {
    for (const key of [zeros, KEY]) {
      const digest = claimsDigest(key, []);
      expect(digest).toEqual(new Uint8Array(32));
      digest.fill(1);
      expect(claimsDigest(key, [])).toEqual(NO_CLAIMS);
    }
  });

  it('is taken over whole items under a whole key only', () => {
    expect(() => claimsDigest(KEY, [item(1), item(1).subarray(1)])).toThrow(/item/);
    expect(() => claimsDigest(KEY.subarray(1), [])).toThrow(/key/);
  });
});

describe('what a dealer signs', () => {
  it('names the whole header: a change of any part is another root', async () => {
    const { header } = dealt(await dealers(4, 1, 'aggregate'));
    const dealing = header.dealing!;
    const changes: Partial<SlicesHeader>[] = [
      { epoch: 4 },
      { slot: { view: 1, index: 3 } },
      { slot: { view: 2, index: 2 } },
      { dealer: 2 },
      { draft: zeros },
      { claims: zeros },
      { dealing: null },
      { dealing: { ...dealing, length: dealing.length + 1 } },
      { dealing: { ...dealing, fragmentRoot: zeros } },
      { dealing: { ...dealing, keyCommitments: [...dealing.keyCommitments].reverse() } },
      { statistics: null },
      { statistics: [...header.statistics!].reverse() },
    ];
    const roots = [header, ...changes.map((change) => ({ ...header, ...change }))].map(slicesRoot);
    expect(new Set(roots.map(String)).size).toBe(roots.length);
  });

  it('is one statement a slot, and as many envelopes as there are banks', async () => {
    const { header, root } = dealt(await dealers(4, 1, 'none'));
    const statement = slicesStatement(header);
    expect(statement).toEqual({ type: 'slices', epoch: header.epoch, slot: header.slot, body: root });
    expect(slicesStatement({ epoch: header.epoch, slot: header.slot, root })).toEqual(statement);
    expect(REPEATABLE.has('slices')).toBe(false);
    expect(REPEATABLE.has('envelope')).toBe(true);
  });

  it('tells envelopes apart by header, receiver, slice and share', async () => {
    const { header, root, parcels } = dealt(await dealers(4, 1, 'aggregate'));
    const [mine, theirs] = [parcels[0]!, parcels[1]!];
    const name = { epoch: header.epoch, slot: header.slot, root };
    const bodies = [
      envelopeStatement(name, 0, mine),
      envelopeStatement(name, 1, mine),
      envelopeStatement({ ...name, root: zeros }, 0, mine),
      envelopeStatement(name, 0, { ...mine, slice: theirs.slice }),
      envelopeStatement(name, 0, { ...mine, slice: null }),
      envelopeStatement(name, 0, { ...mine, share: theirs.share }),
      envelopeStatement(name, 0, { ...mine, share: [] }),
      envelopeStatement(name, 0, { ...mine, share: null }),
    ].map(({ body }) => String(body));
    expect(new Set(bodies).size).toBe(bodies.length);
  });
});

describe('the wire form', () => {
  const part = ({ header, signature }: { header: SlicesHeader; signature: Uint8Array }): DealingPart => ({
    dealing: header.dealing,
    statistics: header.statistics,
    signature,
  });

  it('of header, part, envelope and claims is strict', async () => {
    for (const mode of ['none', 'aggregate', 'open'] as const) {
      const { signed, envelopes, claims } = honest(await dealers(4, 1, mode));
      const forms = [
        [slicesHeaderCodec, signed.header],
        [dealingPartCodec, part(signed)],
        [envelopeCodec, envelopes[0]!],
        [claimsCodec, claims],
      ] as [Codec<unknown>, unknown][];
      for (const [codec, value] of forms) {
        const encoded = encode(codec, value);
        expect(decode(codec, encoded)).toEqual(value);
        expect(() => decode(codec, Uint8Array.of(...encoded, 0))).toThrow();
        for (let cut = 0; cut < encoded.length; cut += 5)
          expect(() => decode(codec, encoded.subarray(0, cut))).toThrow();
        fc.assert(
          fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
            const bad = encoded.slice();
            bad[at]! ^= mask;
            try {
              expect(encode(codec, decode(codec, bad))).toEqual(bad);
            } catch (error) {
              expect(String(error)).toMatch(/encoding/);
            }
          }),
          { numRuns: 50 },
        );
      }
    }
  });

  it('refuses a scalar that is not reduced', async () => {
    const { envelopes } = honest(await dealers(4, 1, 'aggregate'));
    const { slice, share, signature } = envelopes[0]!;
    for (const bad of [
      { slice: { ...slice!, share: ORDER }, share, signature },
      { slice, share: [...share!.slice(1), ORDER], signature },
    ])
      expect(() => encode(envelopeCodec, bad)).toThrow();
    const encoded = encode(envelopeCodec, { slice: null, share: [ORDER - 1n], signature });
    encoded[3 + 31]! += 1; // The scalar follows two presence bytes and a count.
    expect(() => decode(envelopeCodec, encoded)).toThrow();
  });

  /** Bytes of a message with slices: type, epoch and slot, then the two wire forms, with no statistics in them. */
  const wireLength = (n: number, f: number, k: number, length: number): number => {
    const each = fragmentLength(length + TAG_LENGTH, k, n);
    const dealing: DealingPart = {
      dealing: { n, k, length, fragmentRoot: zeros, keyCommitments: new Array(f + 1).fill(zeros) },
      statistics: null,
      signature: new Uint8Array(64),
    };
    const envelope: Envelope = {
      slice: {
        index: n - 1,
        fragment: new Uint8Array(each),
        proof: new Array(Math.ceil(Math.log2(n))).fill(new Uint8Array(HASH_LENGTH)),
        share: ORDER - 1n,
      },
      share: null,
      signature: new Uint8Array(64),
    };
    return 1 + 8 + 6 + encode(dealingPartCodec, dealing).length + encode(envelopeCodec, envelope).length;
  };

  it.each([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 31, 100])(
    'of slices takes at most 1.1·payload/k + 256 + 64(f + 1) bytes a receiver, n = %i',
    (n) => {
      const f = maxFaults(n);
      const k = quorum(n, f) - f;
      for (const length of [50, 127, 128, 300, 1000, 16_000, 20_000, 1_000_000, MAX_PAYLOAD]) {
        const got = wireLength(n, f, k, length);
        expect(got).toBeLessThanOrEqual((1.1 * length) / k + 256 + 64 * (f + 1));
        expect(got).toBeLessThanOrEqual(
          Math.ceil((length + TAG_LENGTH) / k) + 224 + 32 * (f + 1) + 32 * Math.ceil(Math.log2(n)),
        );
      }
    },
  );

  /** Bytes of a message: 147 and what is in it, to the byte. Counts of lists of points and scalars take one each. */
  const exactLength = (
    { dealing: { dealing }, envelope }: MessageOf<'slices'>,
    f: number,
    c: number,
  ): number => {
    let bytes = 147;
    if (envelope.share) bytes += 2 + 32 * (f + 1) + 32 * (3 * c + 1);
    if (!dealing) return bytes;
    const { fragment, proof } = envelope.slice!;
    expect(fragment).toHaveLength(Math.ceil((dealing.length + TAG_LENGTH) / dealing.k));
    const count = fragment.length < 128 ? 1 : 2;
    return bytes + 71 + count + fragment.length + 32 * proof.length + 32 * (f + 1);
  };

  it.each([
    [4, 1],
    [7, 2],
  ] as const)('of a real message is what it holds in every statistics mode, n = %i', async (n, f) => {
    for (const statistics of ['none', 'aggregate', 'open'] as const) {
      const fixture = await dealers(n, f, statistics);
      const columns = statisticsFields(fixture.manifest.schema).length;
      for (const records of [[17, 3, 8], []]) {
        const { signed, envelopes } = honest(fixture, { records });
        for (const envelope of envelopes) {
          const { epoch, slot, dealing } = signed.header;
          const message: MessageOf<'slices'> = {
            type: 'slices',
            epoch,
            slot,
            dealing: part(signed),
            envelope,
          };
          const got = encode(messageCodec(n), message).length;
          expect(got).toBe(exactLength(message, f, columns));
          expect([dealing !== null, envelope.share !== null]).toEqual([
            records.length > 0 || statistics === 'open',
            statistics === 'aggregate',
          ]);
          // Statistics in sum come on top of what a payload may take.
          const summed = envelope.share ? 32 * (f + 1) + 32 * (3 * columns + 1) + 2 : 0;
          const k = quorum(n, f) - f;
          expect(got).toBeLessThanOrEqual((1.1 * (dealing?.length ?? 0)) / k + 256 + 64 * (f + 1) + summed);
        }
      }
    }
  });
});
