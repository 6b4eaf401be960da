import * as blst from '@chainsafe/blst';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bls, ProvenKey } from '../../src/crypto/bls.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import {
  type Certificate,
  certificateCodec,
  MAX_MEMBERS,
  SignatureCollector,
  verifyCertificate,
} from '../../src/crypto/bls-certificate.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { utf8 } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { codeOf, NONSENSE, pick } from './sharing-fixture.js';

const N = 10;
const bls = blstBls(blst);
const message = utf8('one message');
const secret = (i: number): Uint8Array => new Uint8Array(32).fill(i + 1).with(0, 1);
const prove = (i: number): ProvenKey =>
  bls.proveKey(bls.publicKey(secret(i)), bls.provePossession(secret(i)));
const keys = Array.from({ length: N }, (_, i) => prove(i));
const good = keys.map((_, i) => bls.sign(secret(i), message));
const wrong = keys.map((_, i) => bls.sign(secret(i), utf8('another message')));
const malformed = new Uint8Array(96).fill(255);
const infinity = new Uint8Array(96).with(0, 0xc0);
const everyone = [...keys.keys()];

/** The backend, and how many aggregates it checked. */
function counted() {
  const count = { checks: 0 };
  const counting: Bls = {
    ...bls,
    fastAggregateVerify: (...all) => {
      count.checks++;
      return bls.fastAggregateVerify(...all);
    },
  };
  return { count, counting };
}
const collector = (by: Bls = bls) => new SignatureCollector(by, keys, message);
const certify = (signers: readonly number[]): Certificate => ({
  signers,
  signature: bls.aggregate(signers.map((signer) => good[signer]!)),
});

describe('a certificate', () => {
  const signers = [0, 2, 3, 5, 7, 8, 9];
  const certificate = certify(signers);
  const holds = (change: unknown = {}, threshold = 7, by: Bls = bls, list: readonly ProvenKey[] = keys) =>
    verifyCertificate(by, list, threshold, message, { ...certificate, ...(change as object) });

  it('holds for its signers up to the threshold they reach, with either backend', () => {
    for (const by of [bls, nobleBls]) expect(holds({}, 7, by)).toBe(true);
    expect(holds({}, 1)).toBe(true);
    for (const threshold of [8, N, N + 1, Number.POSITIVE_INFINITY, undefined, Number.NaN, '8', {}])
      expect(verifyCertificate(bls, keys, threshold as number, message, certificate)).toBe(false);
  });

  it('does not hold for other signers, fewer, more, twice the same, in disorder or unknown', () => {
    for (const others of [
      signers.slice(1),
      [...signers, 1].sort((a, b) => a - b),
      [0, 1, 3, 5, 7, 8, 9],
      [0, ...signers],
      [...signers].reverse(),
      [...signers.slice(1), N],
      [-1, ...signers.slice(1)],
      [...signers.slice(0, -1), 8.5],
      [],
      ...NONSENSE,
    ])
      expect(holds({ signers: others }, 1), String(others)).toBe(false);
  });

  it('does not hold for another message, signature or keys', () => {
    expect(verifyCertificate(bls, keys, 7, utf8('other'), certificate)).toBe(false);
    for (const signature of [good[0], malformed, infinity, certificate.signature.subarray(1), ...NONSENSE])
      expect(holds({ signature })).toBe(false);
    expect(holds({}, 7, bls, [...keys].reverse())).toBe(false);
    expect(holds({}, 7, bls, keys.slice(1))).toBe(false);
    expect(holds({}, 7, bls, keys.slice(0, 9))).toBe(false);
    const bare = keys.map((key) => ({ bytes: key.bytes }) as unknown as ProvenKey);
    expect(holds({}, 7, bls, bare)).toBe(false);
    for (const junk of NONSENSE) {
      expect(verifyCertificate(bls, junk as never, 7, message, certificate)).toBe(false);
      expect(verifyCertificate(bls, keys.with(2, junk as never), 7, message, certificate)).toBe(false);
    }
    expect(verifyCertificate(bls, new Array(N), 7, message, certificate)).toBe(false);
  });

  it('does not count a key that is listed twice as two', () => {
    const twice = [keys[0]!, prove(0), keys[1]!];
    const signature = bls.aggregate([good[0]!, good[0]!, good[1]!]);
    const three = { signers: [0, 1, 2], signature };
    expect(bls.fastAggregateVerify(twice, message, signature)).toBe(true);
    expect(verifyCertificate(bls, twice, 3, message, three)).toBe(false);
    expect(verifyCertificate(bls, [keys[0]!, keys[0]!, keys[1]!], 3, message, three)).toBe(false);
  });

  it('is no certificate when it is no object, and nobody is thrown at', () => {
    for (const junk of NONSENSE) {
      expect(verifyCertificate(bls, keys, 1, message, junk as never)).toBe(false);
      expect(verifyCertificate(bls, keys, 1, junk as never, certificate)).toBe(false);
    }
  });
});

describe('the encoding of a certificate', () => {
  const certificate = certify([0, 1, 9]);
  const encoded = encode(certificateCodec(N), certificate);

  it('is two bytes, the bitmap and the signature, and comes back', () => {
    for (const members of [1, 8, 9, 100, MAX_MEMBERS]) {
      const one = { signers: [members - 1], signature: good[0]! };
      const bytes = encode(certificateCodec(members), one);
      expect(bytes).toHaveLength(2 + Math.ceil(members / 8) + 96);
      expect(decode(certificateCodec(members), bytes)).toEqual(one);
    }
    expect(decode(certificateCodec(N), encoded)).toEqual(certificate);
  });

  it('is refused cut, lengthened, with each padding bit, and for another number of members', () => {
    for (let cut = 0; cut < encoded.length; cut++)
      expect(codeOf(() => decode(certificateCodec(N), encoded.subarray(0, cut)))).toBe('ENCODING_TRUNCATED');
    expect(codeOf(() => decode(certificateCodec(N), Uint8Array.of(...encoded, 0)))).toBe('ENCODING_TRAILING');
    for (let bit = N; bit < 16; bit++) {
      const padded = encoded.with(3, encoded[3]! | (1 << (bit - 8)));
      expect(codeOf(() => decode(certificateCodec(N), padded))).toBe('ENCODING_NOT_CANONICAL');
    }
    for (const members of [9, 11, 16])
      expect(codeOf(() => decode(certificateCodec(members), encoded))).toBe('ENCODING_NOT_CANONICAL');
  });

  it('has one certificate for each byte string: no other bits verify', () => {
    for (let i = 0; i < encoded.length; i++) {
      const bad = encoded.with(i, encoded[i]! ^ (1 << (i % 8)));
      let read: Certificate | null = null;
      try {
        read = decode(certificateCodec(N), bad);
      } catch {}
      expect(read !== null && verifyCertificate(bls, keys, 1, message, read), `byte ${i}`).toBe(false);
    }
  });

  it('is not made for signers that are none, or numbers of members out of bounds', () => {
    for (const signers of [[N], [-1], [1, 0], [2, 2], [0.5], null])
      expect(
        codeOf(() => encode(certificateCodec(N), { ...certificate, signers: signers as number[] })),
      ).toBe('ENCODING_OUT_OF_RANGE');
    for (const members of [0, -1, 1.5, MAX_MEMBERS + 1, Number.POSITIVE_INFINITY, ...NONSENSE])
      expect(codeOf(() => certificateCodec(members as number))).toBe('ENCODING_OUT_OF_RANGE');
  });
});

describe('a collector of signatures', () => {
  it('names every bad signature of any subset, and drops no honest one', () => {
    const members = fc.uniqueArray(fc.integer({ min: 0, max: N - 1 }), { maxLength: N });
    fc.assert(
      fc.property(members, members, fc.integer({ min: 1, max: N }), (present, liars, needed) => {
        const votes = collector();
        for (const signer of present) {
          const bad = [wrong[signer]!, malformed, infinity, good[(signer + 1) % N]!][signer % 4]!;
          votes.add(signer, liars.includes(signer) ? bad : good[signer]!);
        }
        const honest = present.filter((signer) => !liars.includes(signer)).sort((a, b) => a - b);
        const certificate = votes.aggregate(needed);
        if (honest.length >= needed) expect(certificate!.signers).toEqual(honest);
        else expect(certificate).toBeNull();
        if (certificate) expect(verifyCertificate(bls, keys, needed, message, certificate)).toBe(true);
        if (present.length >= needed) expect(votes.bad.every((signer) => liars.includes(signer))).toBe(true);
        for (const signer of honest) expect(votes.signers).toContain(signer);
      }),
      { numRuns: 40 },
    );
  });

  it('does not look at signatures before enough are here', () => {
    const { count, counting } = counted();
    const votes = collector(counting);
    for (const signer of everyone.slice(0, 6)) votes.add(signer, good[signer]!);
    expect(votes.aggregate(7)).toBeNull();
    expect(count.checks).toBe(0);
    votes.add(6, good[6]!);
    expect(votes.aggregate(7)!.signers).toHaveLength(7);
    expect(count.checks).toBe(1);
  });

  it('does not suspect again what held before', () => {
    const { count, counting } = counted();
    const votes = collector(counting);
    for (const signer of everyone.slice(0, 9)) votes.add(signer, good[signer]!);
    expect(votes.aggregate(9)).not.toBeNull();
    count.checks = 0;
    votes.add(9, wrong[9]!);
    expect(votes.aggregate(9)!.signers).toEqual(everyone.slice(0, 9));
    // The sum with the new one, which must then be the bad one, and the sum without it.
    expect(count.checks).toBe(2);
  });

  it('keeps the first signature of a signer, and never another of one that was bad', () => {
    const votes = collector();
    for (const signer of [0, 1, 2]) votes.add(signer, good[signer]!);
    votes.add(0, wrong[0]!);
    expect(votes.aggregate(3)!.signers).toEqual([0, 1, 2]);
    votes.add(3, wrong[3]!);
    expect(votes.aggregate(3)!.signers).toEqual([0, 1, 2]);
    votes.add(3, good[3]!);
    expect(votes.aggregate(3)!.signers).toEqual([0, 1, 2]);
    expect(votes.bad).toEqual([3]);
  });

  it('takes errors that cancel out for what they are: a sum that both signed', () => {
    // Each of the two signatures is wrong, their sum is right: exchanged, they say the same as in order.
    const votes = collector();
    votes.add(0, good[1]!);
    votes.add(1, good[0]!);
    expect(votes.aggregate(2)!.signers).toEqual([0, 1]);
  });

  it('is made of a backend and a list of keys', () => {
    for (const junk of NONSENSE) {
      expect(codeOf(() => new SignatureCollector(junk as never, keys, message))).toBe('ARGUMENT_WRONG_TYPE');
      expect(codeOf(() => new SignatureCollector(bls, junk as never, message))).toBe('ARGUMENT_WRONG_TYPE');
      expect(codeOf(() => verifyCertificate(junk as never, keys, 1, message, certify([1])))).toBe(
        'ARGUMENT_WRONG_TYPE',
      );
      const votes = new SignatureCollector(bls, keys, junk as never);
      votes.add(0, good[0]!);
      expect(votes.aggregate(1)).toBeNull();
      expect(votes.bad).toEqual([0]);
    }
  });

  it('has no place for a signer without a key, and needs at least one', () => {
    for (const signer of [-1, N, 0.5, ...NONSENSE])
      expect(codeOf(() => collector().add(signer as number, good[0]!))).toBe('BLS_SIGNER_UNKNOWN');
    for (const needed of [0, 1, Number.NaN]) expect(collector().aggregate(needed)).toBeNull();
  });
});

describe('67 signatures', () => {
  const SIGNERS = 67;
  const many = Array.from({ length: SIGNERS }, (_, i) => bls.sign(secret(i % N), message));
  // A key for each place; signers repeat, which a collector does not mind, so that keys need not be proven 67 times.
  const places = many.map((_, i) => keys[i % N]!);

  /** The checks it takes to certify all but these, which must all be named. */
  function checksWithout(bad: readonly number[]): number {
    const { count, counting } = counted();
    const votes = new SignatureCollector(counting, places, message);
    for (const [place, signature] of many.entries())
      votes.add(
        place,
        bad.includes(place) ? [wrong[place % N]!, malformed, infinity][place % 3]! : signature,
      );
    expect(votes.aggregate(SIGNERS - bad.length)!.signers).toHaveLength(SIGNERS - bad.length);
    expect(votes.bad).toEqual([...bad].sort((a, b) => a - b));
    return count.checks;
  }

  it('of which one is bad are certified without it in at most 15 checks', () => {
    for (const bad of [0, 32, 33, 66, ...pick('one', 4, SIGNERS)])
      expect(checksWithout([bad])).toBeLessThanOrEqual(15);
  });

  it.each([2, 3, 5])('of which %i are bad, wherever they are, have every bad one named', (k) => {
    for (let round = 0; round < 4; round++)
      expect(checksWithout(pick(`${k} of round ${round}`, k, SIGNERS))).toBeLessThanOrEqual(
        2 * k * Math.log2(SIGNERS / k) + 2 * k,
      );
  });
});
