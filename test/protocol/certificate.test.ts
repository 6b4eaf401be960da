import { beforeAll, describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import {
  type Ballot,
  ballotStatement,
  type Certificate,
  certificateCodec,
  highestSlot,
  type TimeoutCertificate,
  timeoutCertificateCodec,
  timeoutStatement,
  verifyCertificate,
  verifyTimeoutCertificate,
} from '../../src/protocol/certificate.js';
import type { Slot } from '../../src/protocol/slot.js';
import { consortium, type Fixture } from './network.js';

const N = 7;
let fixture: Fixture;
let foreign: Fixture;
let attested: Certificate;
let open: Certificate;
let commit: Certificate;

const ballot: Ballot = {
  phase: 'prepare',
  epoch: 2,
  slot: { view: 1, index: 2 },
  value: new Uint8Array(32).fill(7),
  electorate: null,
};

function certify(by: Fixture, signers: readonly number[], change: Partial<Ballot> = {}): Certificate {
  const signed = { ...ballot, ...change };
  const votes = signers.map((bank) => by.sign(bank, ballotStatement(signed, N)));
  const { phase, epoch, slot, value, electorate } = signed;
  const signature = by.suite.bls.aggregate(votes);
  return { phase, epoch, slot, value, attested: electorate !== null, signers, signature };
}

function timeouts(
  by: Fixture,
  highs: Readonly<Record<number, Slot | null>>,
  certificate: Certificate | null,
  view = 1,
  epoch = 2,
): TimeoutCertificate {
  const signers = Object.keys(highs).map(Number);
  const votes = signers.map((bank) => by.sign(bank, timeoutStatement(epoch, view, highs[bank]!)));
  const signature = by.suite.bls.aggregate(votes);
  return { epoch, view, signers, highs: signers.map((bank) => highs[bank]!), certificate, signature };
}

beforeAll(async () => {
  fixture = await consortium(N, 2);
  foreign = await consortium(N, 2, { name: 'elsewhere' });
  attested = certify(fixture, [0, 1, 2, 3, 5], { electorate: [0, 1, 2, 3, 5] });
  open = certify(fixture, [1, 2, 3, 4, 6]);
  commit = certify(fixture, [1, 2, 3, 4, 6], { phase: 'commit' });
});

const holds = (certificate: Certificate, by = fixture): boolean =>
  verifyCertificate(by.manifest, by.suite, certificate);
const timeoutsHold = (proof: TimeoutCertificate, by = fixture): boolean =>
  verifyTimeoutCertificate(by.manifest, by.suite, proof);

describe('a certificate', () => {
  it('holds for the quorum that signed it', () => {
    for (const certificate of [attested, open, commit]) expect(holds(certificate)).toBe(true);
  });

  it('does not hold with any field altered', () => {
    for (const certificate of [attested, open, commit]) {
      const { slot, value, signature } = certificate;
      const changes: Partial<Certificate>[] = [
        { phase: certificate.phase === 'prepare' ? 'commit' : 'prepare' },
        { epoch: 1 },
        { epoch: 3 },
        { slot: { ...slot, view: 2 } },
        { slot: { ...slot, index: 1 } },
        { value: value.map((byte, i) => (i === 31 ? byte ^ 1 : byte)) },
        { attested: !certificate.attested },
        { signature: signature.map((byte, i) => (i === 50 ? byte ^ 1 : byte)) },
        { signature: new Uint8Array(96) },
        { signature: Uint8Array.of(0xc0, ...new Uint8Array(95)) },
        { signature: signature.subarray(1) },
      ];
      for (const change of changes)
        expect(holds({ ...certificate, ...change }), Object.keys(change).join()).toBe(false);
    }
  });

  it('does not hold for other signers, fewer, more, twice the same, or banks that do not exist', () => {
    for (const certificate of [attested, open]) {
      const [first, ...rest] = certificate.signers as [number, ...number[]];
      const outsider = [0, 1, 2, 3, 4, 5, 6].find((bank) => !certificate.signers.includes(bank))!;
      for (const signers of [
        rest,
        [...rest, outsider].sort((a, b) => a - b),
        [...certificate.signers, outsider].sort((a, b) => a - b),
        [first, ...certificate.signers],
        [...certificate.signers].reverse(),
        [...rest, 99],
        [-1, ...rest],
        [...rest, 6.5],
        [],
      ])
        expect(holds({ ...certificate, signers }), `${signers}`).toBe(false);
    }
  });

  it('does not hold for one bank that signed once for each place in a quorum', () => {
    const vote = fixture.sign(0, ballotStatement(ballot, N));
    const signature = fixture.suite.bls.aggregate([vote, vote, vote, vote, vote]);
    expect(holds({ ...open, signers: [0, 0, 0, 0, 0], signature })).toBe(false);
  });

  it('does not hold below a quorum, even of banks that all signed', () => {
    expect(holds(certify(fixture, [0, 1, 2, 3]))).toBe(false);
    expect(holds(certify(fixture, [0, 1, 2, 3], { electorate: [0, 1, 2, 3] }))).toBe(false);
  });

  it('does not turn attestations of part of an electorate into a whole one, nor into open votes', () => {
    const electorate = [0, 1, 2, 3, 4, 5];
    const part = certify(fixture, electorate.slice(0, 5), { electorate });
    expect(holds(part)).toBe(false);
    expect(holds({ ...part, attested: false })).toBe(false);
    expect(holds({ ...open, attested: true })).toBe(false);
    const other = certify(fixture, [0, 1, 2, 3, 5], { electorate: [0, 1, 2, 3, 6] });
    expect(holds(other)).toBe(false);
  });

  it('of commit votes is never attested', () => {
    expect(holds(certify(fixture, [0, 1, 2, 3, 5], { phase: 'commit', electorate: [0, 1, 2, 3, 5] }))).toBe(
      false,
    );
  });

  it('does not hold in another consortium with the same keys', () => {
    expect(foreign.manifest.keys.map((key) => key.bytes)).toEqual(
      fixture.manifest.keys.map((key) => key.bytes),
    );
    for (const certificate of [attested, open, commit]) expect(holds(certificate, foreign)).toBe(false);
    expect(holds(certify(foreign, [0, 1, 2, 3, 5]), foreign)).toBe(true);
    expect(holds(certify(foreign, [0, 1, 2, 3, 5]))).toBe(false);
  });

  it('takes at most 96 + ⌈n/8⌉ + 64 bytes, for every n from 1 to 100', () => {
    for (let n = 1; n <= 100; n++) {
      const signers = Array.from({ length: n }, (_, i) => i);
      const { length } = encode(certificateCodec(n), { ...open, signers });
      expect(length).toBe(96 + Math.ceil(n / 8) + 48);
      expect(length).toBeLessThanOrEqual(96 + Math.ceil(n / 8) + 64);
    }
  });

  it('comes back from its bytes; truncated, longer or with a padding bit they are refused', () => {
    for (const certificate of [attested, open, commit]) {
      const encoded = encode(certificateCodec(N), certificate);
      expect(decode(certificateCodec(N), encoded)).toEqual(certificate);
      for (let cut = 0; cut < encoded.length; cut++)
        expect(() => decode(certificateCodec(N), encoded.subarray(0, cut))).toThrow();
      expect(() => decode(certificateCodec(N), Uint8Array.of(...encoded, 0))).toThrow();
      const padded = encoded.slice();
      padded[encoded.length - 97]! |= 0x80;
      expect(() => decode(certificateCodec(N), padded)).toThrow(/not canonical/);
    }
  });

  it('does not hold with any bit of its bytes flipped', () => {
    const encoded = encode(certificateCodec(N), attested);
    for (let i = 0; i < encoded.length; i++) {
      const bad = encoded.slice();
      bad[i]! ^= 1 << (i % 8);
      let read: Certificate | null = null;
      try {
        read = decode(certificateCodec(N), bad);
      } catch {}
      expect(read !== null && holds(read), `byte ${i}`).toBe(false);
    }
  });
});

describe('a timeout certificate', () => {
  const low = { view: 0, index: 1 };
  let lower: Certificate;
  let proof: TimeoutCertificate;
  let bare: TimeoutCertificate;
  beforeAll(() => {
    lower = certify(fixture, [0, 1, 2, 3, 4], { slot: low });
    proof = timeouts(fixture, { 0: null, 1: open.slot, 2: low, 3: null, 5: open.slot }, open);
    bare = timeouts(fixture, { 0: null, 1: null, 2: null, 4: null, 6: null }, null);
  });

  it('holds with the certificate of the highest slot in it, and with none when there is none', () => {
    expect(timeoutsHold(proof)).toBe(true);
    expect(timeoutsHold(bare)).toBe(true);
    expect(highestSlot(proof.highs)).toEqual(open.slot);
    expect(highestSlot([null, null])).toBeNull();
  });

  it('does not hold without the certificate it speaks of, or with a lower or a forged one', () => {
    for (const certificate of [
      null,
      lower,
      { ...open, value: new Uint8Array(32) },
      { ...open, signature: lower.signature },
      { ...open, phase: 'commit' as const },
      commit,
      certify(fixture, [0, 1, 2, 3]),
      certify(fixture, [0, 1, 2, 3, 4], { epoch: 1 }),
    ])
      expect(timeoutsHold({ ...proof, certificate })).toBe(false);
    expect(timeoutsHold({ ...bare, certificate: open })).toBe(false);
  });

  it('does not hold with what its signers reported altered', () => {
    for (const [i, high] of [
      [0, open.slot],
      [1, null],
      [2, null],
      [2, open.slot],
      [4, low],
    ] as const) {
      const highs = proof.highs.map((each, j) => (j === i ? high : each));
      expect(timeoutsHold({ ...proof, highs })).toBe(false);
    }
    // The highest report hidden, and a lower certificate shown in its place.
    const highs = proof.highs.map((each) => (each === open.slot ? low : each));
    expect(timeoutsHold({ ...proof, highs, certificate: lower })).toBe(false);
    expect(timeoutsHold({ ...proof, highs: proof.highs.map(() => null), certificate: null })).toBe(false);
    expect(timeoutsHold({ ...proof, highs: proof.highs.slice(1) })).toBe(false);
    expect(timeoutsHold({ ...proof, highs: [...proof.highs].reverse() })).toBe(false);
  });

  it('does not hold for another view, epoch or consortium, or for other signers', () => {
    expect(timeoutsHold({ ...proof, view: 2 })).toBe(false);
    expect(timeoutsHold({ ...proof, epoch: 1 })).toBe(false);
    expect(timeoutsHold(proof, foreign)).toBe(false);
    expect(timeoutsHold({ ...proof, signers: [0, 1, 2, 3, 6] })).toBe(false);
    expect(timeoutsHold({ ...proof, signers: [1, 0, 2, 3, 5] })).toBe(false);
    expect(timeoutsHold({ ...proof, signers: [0, 0, 0, 0, 0] })).toBe(false);
    expect(timeoutsHold({ ...proof, signature: bare.signature })).toBe(false);
  });

  it('does not hold below a quorum', () => {
    expect(timeoutsHold(timeouts(fixture, { 0: null, 1: null, 2: null, 3: null }, null))).toBe(false);
  });

  it('does not hold when a signer reports a certificate of a later view', () => {
    const later = certify(fixture, [0, 1, 2, 3, 4], { slot: { view: 2, index: 0 } });
    const forged = timeouts(fixture, { 0: null, 1: null, 2: null, 3: null, 4: later.slot }, later);
    expect(timeoutsHold(forged)).toBe(false);
  });

  it('comes back from its bytes, and from nothing else', () => {
    for (const each of [proof, bare]) {
      const encoded = encode(timeoutCertificateCodec(N), each);
      expect(decode(timeoutCertificateCodec(N), encoded)).toEqual(each);
      for (let cut = 0; cut < encoded.length; cut++)
        expect(() => decode(timeoutCertificateCodec(N), encoded.subarray(0, cut))).toThrow();
      expect(() => decode(timeoutCertificateCodec(N), Uint8Array.of(...encoded, 0))).toThrow();
    }
  });
});
