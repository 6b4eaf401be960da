import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { type Evidence, evidenceCodec } from '../../src/protocol/evidence.js';
import { badShares } from '../../src/protocol/slice-evidence.js';
import { slicesStatement } from '../../src/protocol/slice-header.js';
import { accusation, KINDS, proofOf, reasonOf, zeros } from './slice-evidence-fixture.js';
import {
  commitmentOf,
  dealers,
  EPOCH,
  honest,
  type SignedDealing,
  SLOT,
  signEnvelope,
  signHeader,
} from './slice-fixture.js';

/** Everything that an honest bank signs, in the hands of those who would have it look faulty. */
describe('an honest dealer', () => {
  it('cannot be accused with what it dealt', async () => {
    for (const mode of ['none', 'aggregate', 'open'] as const)
      for (const [n, f] of [
        [4, 1],
        [5, 1],
        [7, 2],
      ] as const) {
        const fixture = await dealers(n, f, mode);
        const dealing = honest(fixture);
        const { signed, commitment, envelopes } = dealing;
        expect(proofOf(fixture, dealing)).toBeNull();
        for (const kind of KINDS)
          expect(reasonOf(accusation(fixture, dealing, kind), fixture)).toBe('no-fault');
        expect(reasonOf(badShares(signed, commitment), fixture)).toBe('no-fault');
        envelopes.forEach((envelope, receiver) => {
          expect(reasonOf(badShares(signed, commitment, { receiver, envelope }), fixture)).toBe('no-fault');
          const elsewhere = { receiver: (receiver + 1) % n, envelope };
          expect(reasonOf(badShares(signed, commitment, elsewhere), fixture)).toBe('signature');
        });
      }
  });

  it('cannot be accused where it dealt nothing', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const dealing = honest(fixture, { records: [] });
    const { slices } = honest(fixture);
    expect(proofOf(fixture, dealing, slices)).toBeNull();
    for (const kind of KINDS)
      for (const opened of [[], slices.slice(0, 2)])
        expect(['no-fault', 'wrong-count']).toContain(
          reasonOf({ ...accusation(fixture, dealing, kind), opened }, fixture),
        );
    expect(reasonOf(badShares(dealing.signed, dealing.commitment), fixture)).toBe('no-fault');
  });

  it('cannot be accused with what it dealt elsewhere, mixed', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const base = honest(fixture);
    const places = [
      { epoch: EPOCH + 1 },
      { slot: { ...SLOT, index: 0 } },
      { draft: zeros },
      { dealer: 2 },
      { records: [1, 2, 4] },
      { records: [8, 3, 17] },
    ];
    for (const place of places) {
      const other = honest(fixture, place);
      const { signed, commitment, claims, slices, envelopes } = other;
      const mixes: Partial<SignedDealing>[] = [
        { signed },
        { commitment },
        { claims },
        { slices },
        { signed, commitment },
        { signed, claims },
        { signed, slices },
        { commitment, slices },
        { claims, slices },
        { signed, commitment, claims },
        { signed, commitment, slices },
        { commitment, claims, slices },
      ];
      for (const mix of mixes)
        for (const kind of KINDS)
          for (const accused of [1, 2]) {
            const forged = { ...accusation(fixture, { ...base, ...mix }, kind), accused };
            expect(reasonOf(forged, fixture), JSON.stringify([place, Object.keys(mix)])).not.toBe('holds');
          }
      for (const header of [base.signed, signed])
        for (const committed of [base.commitment, commitment])
          for (const envelope of [null, base.envelopes[0]!, envelopes[0]!]) {
            const delivery = envelope && { receiver: 0, envelope };
            for (const accused of [1, 2])
              expect(reasonOf({ ...badShares(header, committed, delivery), accused }, fixture)).not.toBe(
                'holds',
              );
          }
    }
  });

  it('cannot be accused with what liars sign in its name', async () => {
    const fixture = await dealers(4, 1, 'none');
    const { signed, commitment, envelopes } = honest(fixture);
    const lie = { ...signed.header, dealing: null };
    const signature = fixture.sign(2, slicesStatement(lie));
    expect(reasonOf(badShares({ header: lie, signature }, commitment), fixture)).toBe('signature');
    const theirs = { ...lie, dealer: 2 };
    const own = signHeader(fixture, theirs);
    expect(reasonOf({ ...badShares(own, commitment), accused: 1 }, fixture)).toBe('not-its-own');
    expect(reasonOf({ ...badShares(own, commitmentOf(fixture, 2)), accused: 1 }, fixture)).toBe(
      'not-its-own',
    );
    const parcel = { ...envelopes[0]!, slice: null };
    const envelope = { ...parcel, signature: signEnvelope(fixture, theirs, 0, parcel).signature };
    expect(reasonOf(badShares(signed, commitment, { receiver: 0, envelope }), fixture)).toBe('signature');
  });

  it('cannot be accused by flipping bits of what it dealt', async () => {
    const fixture = await dealers(4, 1, 'aggregate');
    const dealing = honest(fixture);
    const { signed, commitment, envelopes } = dealing;
    const encoded = [
      badShares(signed, commitment),
      badShares(signed, commitment, { receiver: 0, envelope: envelopes[0]! }),
      ...KINDS.map((kind) => accusation(fixture, dealing, kind)),
    ].map((evidence) => encode(evidenceCodec, evidence));
    fc.assert(
      fc.property(
        fc.constantFrom(...encoded),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
        (bytes, flips) => {
          const bad = bytes.slice();
          for (const [at, mask] of flips) bad[at % bad.length]! ^= mask;
          let evidence: Evidence;
          try {
            evidence = decode(evidenceCodec, bad);
          } catch (error) {
            if (!isConcordatError(error)) throw error;
            return;
          }
          expect(reasonOf(evidence, fixture)).not.toBe('holds');
        },
      ),
      { numRuns: 400 },
    );
  });
});
