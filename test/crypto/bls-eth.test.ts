// Official vectors of the ciphersuite: Ethereum's consensus cases and Wycheproof's, on both backends.
import { readFileSync } from 'node:fs';
import * as blst from '@chainsafe/blst';
import { describe, expect, test } from 'vitest';
import type { Bls, ProvenKey } from '../../src/crypto/bls.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { coreVerify, decodePublicKey, SIGNATURE_DST } from '../../src/crypto/bls-core.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex } from '../../src/crypto/bytes.js';

const vector = (path: string): string => readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8');

/** The cases of a `key value` file: each key's values in order; `out` ends a case. */
function cases(name: string): Record<string, string[]>[] {
  const all: Record<string, string[]>[] = [];
  let current: Record<string, string[]> = {};
  for (const line of vector(`bls-eth/${name}.txt`).split('\n')) {
    const [key, value] = line.trim().split(' ');
    if (!key || value === undefined) continue;
    current[key] ??= [];
    current[key].push(value);
    if (key !== 'out') continue;
    all.push(current);
    current = {};
  }
  return all;
}

const backends: Bls[] = [nobleBls, blstBls(blst)];
const infinity = `c0${'00'.repeat(47)}`;

// The keys of all cases are those of the three secrets in sign.txt, so each can be proven in the regular way.
const secrets = [...new Set(cases('sign').map((c) => c.sec![0]!))];
const provenKeys = new Map(
  secrets.map((secret) => {
    const key = nobleBls.publicKey(fromHex(secret));
    return [toHex(key), nobleBls.proveKey(key, nobleBls.provePossession(fromHex(secret)))];
  }),
);
const keysOf = (hex: string[] = []): ProvenKey[] => hex.map((key) => provenKeys.get(key)!);
/** Whether a case has the key at infinity: its answer is no, and comes from the refusal to prove such a key. */
function hasInfinity(bls: Bls, { pub, sig, out }: Record<string, string[]>): boolean {
  const others = pub!.filter((key) => !provenKeys.has(key));
  if (others.length === 0) return false;
  expect([others, out]).toEqual([[infinity], ['false']]);
  for (const possession of [sig![0]!, `c0${'00'.repeat(95)}`])
    expect(() => bls.proveKey(fromHex(infinity), fromHex(possession))).toThrow(
      expect.objectContaining({ code: 'BLS_KEY_INVALID' }),
    );
  return true;
}
const bytesOf = (hex: string[] = []): Uint8Array[] => hex.map((bytes) => fromHex(bytes));

describe.each(backends)('Ethereum consensus vectors, $name', (bls) => {
  test('sign gives the bytes of the vectors', () => {
    expect(cases('sign')).toHaveLength(9);
    for (const { sec, msg, out } of cases('sign'))
      expect(toHex(bls.sign(fromHex(sec![0]!), fromHex(msg![0]!)))).toBe(out![0]);
  });

  test('verify answers as the vectors say, and the key at infinity is not provable', () => {
    const all = cases('verify');
    expect(all).toHaveLength(28);
    const asked = all.filter((each) => !hasInfinity(bls, each));
    expect(asked).toHaveLength(27);
    for (const { pub, msg, sig, out } of asked) {
      const [key] = keysOf(pub);
      expect(bls.verify(key!, fromHex(msg![0]!), fromHex(sig![0]!))).toBe(out![0] === 'true');
    }
  });

  test('aggregate gives the bytes of the vectors', () => {
    expect(cases('aggregate')).toHaveLength(3);
    for (const { sig, out } of cases('aggregate')) expect(toHex(bls.aggregate(bytesOf(sig)))).toBe(out![0]);
  });

  test('aggregateVerify answers as the vectors say', () => {
    const asked = cases('aggregate_verify').filter((each) => !hasInfinity(bls, each));
    expect(asked).toHaveLength(2);
    for (const { pub, msg, sig, out } of asked) {
      // The signature of one case is 8 bytes long.
      const answer = bls.aggregateVerify(keysOf(pub), bytesOf(msg), fromHex(sig![0]!));
      expect(answer).toBe(out![0] === 'true');
    }
  });

  test('fastAggregateVerify answers as the vectors say', () => {
    const all = cases('fast_aggregate_verify');
    const asked = all.filter(({ pub = [], ...rest }) => !hasInfinity(bls, { ...rest, pub }));
    expect([all.length, asked.length]).toEqual([11, 11]);
    for (const { pub, msg, sig, out } of asked)
      expect(bls.fastAggregateVerify(keysOf(pub), fromHex(msg![0]!), fromHex(sig![0]!))).toBe(
        out![0] === 'true',
      );
  });
});

describe('Wycheproof', () => {
  interface Group {
    publicKey: { pk: string };
    tests: { tcId: number; comment: string; msg: string; sig: string; result: 'valid' | 'invalid' }[];
  }
  const groups: Group[] = JSON.parse(vector('wycheproof-bls/bls_sig_g2_pop_verify_test.json')).testGroups;
  const all = groups.flatMap((g) => g.tests.map((t) => ({ ...t, pk: fromHex(g.publicKey.pk) })));

  test('has its 26 cases', () => expect(all).toHaveLength(26));

  test.each(all)('noble, $tcId: $comment', ({ pk, msg, sig, result }) => {
    const answer = coreVerify(decodePublicKey(pk), fromHex(msg), fromHex(sig), SIGNATURE_DST);
    expect(answer).toBe(result === 'valid');
  });

  // Nobody has the secret of Wycheproof's key, so it has no ProvenKey: the library is given in its place a blst that
  // decodes every key to it.
  const [anyKey] = provenKeys.values();
  test.each(all)('blst, $tcId: $comment', ({ pk, msg, sig, result }) => {
    const PublicKey = { fromBytes: () => blst.PublicKey.fromBytes(pk, true) };
    const bls = blstBls<blst.PublicKey, blst.Signature>({ ...blst, PublicKey });
    expect(bls.verify(anyKey!, fromHex(msg), fromHex(sig))).toBe(result === 'valid');
    expect(bls.fastAggregateVerify([anyKey!], fromHex(msg), fromHex(sig))).toBe(result === 'valid');
    expect(bls.aggregateVerify([anyKey!], [fromHex(msg)], fromHex(sig))).toBe(result === 'valid');
  });
});
