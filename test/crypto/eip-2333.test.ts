import { readFileSync } from 'node:fs';
import * as blst from '@chainsafe/blst';
import { deriveChild, deriveMaster } from 'micro-key-producer/bls.js';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';

describe('EIP-2333', () => {
  interface Vector {
    seed: string;
    master_SK: string;
    child_index: number;
    child_SK: string;
  }
  // The secret keys pass 2^53 and are strings in the file; child indexes are numbers.
  const vectors: Vector[] = JSON.parse(
    readFileSync(new URL('../vectors/eip-2333/eip2333.derived.json', import.meta.url), 'utf8'),
  );

  test('has its four vectors', () => expect(vectors).toHaveLength(4));

  test.each(vectors)('child $child_index', ({ seed, master_SK, child_index, child_SK }) => {
    const master = deriveMaster(fromHex(seed.slice(2)));
    expect(BigInt(`0x${toHex(master)}`)).toBe(BigInt(master_SK));
    expect(BigInt(`0x${toHex(deriveChild(master, child_index))}`)).toBe(BigInt(child_SK));
  });

  test.each(vectors)('child $child_index, blst', ({ seed, master_SK, child_index, child_SK }) => {
    const master = blst.SecretKey.deriveMasterEip2333(fromHex(seed.slice(2)));
    expect(BigInt(`0x${toHex(master.toBytes())}`)).toBe(BigInt(master_SK));
    expect(BigInt(`0x${toHex(master.deriveChildEip2333(child_index).toBytes())}`)).toBe(BigInt(child_SK));
  });
});
