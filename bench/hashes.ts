import { createHash } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import siphash24 from 'siphash24';
import { equalBytes } from '../src/crypto/bytes.js';
import { hash } from '../src/crypto/hash.js';
import { littleEndian32, sipHash128, sipHashKey, sipHashLanes } from '../src/crypto/siphash.js';
import { randomBytes } from './random-bytes.js';
import { type Table, timedRows } from './table.js';

/** `hash('key', ...fields)` as anyone else would write it, piece by piece. */
function nativeHash(fields: readonly Uint8Array[]): Uint8Array {
  const tag = Buffer.from('concordat/1/key');
  const state = createHash('sha256').update(Uint8Array.of(tag.length)).update(tag);
  for (const field of fields) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(field.length));
    state.update(length).update(field);
  }
  return new Uint8Array(state.digest());
}

/** Hashing short inputs. */
export async function measureHashes(): Promise<Table[]> {
  const fields = [0, 1, 2, 3].map((i) => randomBytes('field', i, 32));
  const [field] = fields as [Uint8Array];
  if (!equalBytes(hash('key', ...fields), nativeHash(fields))) throw new Error('the hashes differ');
  const key = randomBytes('key', 0, 16);
  const lanesKey = sipHashKey(key);
  const lanes = Uint32Array.from({ length: 8 }, (_, i) => littleEndian32(field, 4 * i));
  const [out, peerOut] = [new Uint32Array(4), new Uint8Array(8)];
  const rows = [
    ...(await timedRows('SHA-256 over a domain and one field of 32 bytes', [
      { by: 'ours, noble', run: () => hash('key', field) },
      { by: "Node's own, OpenSSL", run: () => nativeHash([field]) },
    ])),
    ...(await timedRows('SHA-256 over a domain and four fields of 32 bytes', [
      { by: 'ours, noble', run: () => hash('key', ...fields) },
      { by: "Node's own, OpenSSL", run: () => nativeHash(fields) },
    ])),
    ...(await timedRows('32 bytes under a key', [
      {
        by: 'SipHash-2-4-128, ours, in lanes as sketches use it',
        run: () => sipHashLanes(lanesKey, lanes, 0, 8, out),
      },
      { by: 'SipHash-2-4-128, ours, from bytes to bytes', run: () => sipHash128(key, field) },
      { by: 'SipHash-2-4-64, siphash24 in WebAssembly', run: () => siphash24(field, key, peerOut, true) },
      { by: 'SHA-256, noble, without a key', run: () => sha256(field) },
    ])),
  ];
  return [{ title: 'Hashes', about: 'Inputs as short as the data has them.', rows }];
}
