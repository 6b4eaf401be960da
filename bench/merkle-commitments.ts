import { sha256 } from '@noble/hashes/sha2.js';
import { MerkleTree as PeerTree } from 'merkletreejs/MerkleTree';
import { concatBytes } from '../src/crypto/bytes.js';
import { leafHash, MerkleTree } from '../src/crypto/merkle.js';

/** Bytes of a record. */
export const RECORD_LENGTH = 100;

/** Gives record `index` of a table. */
export type RecordAt = (index: number) => Uint8Array;

const ours = (count: number, record: RecordAt): Uint8Array =>
  new MerkleTree(Array.from({ length: count }, (_, i) => leafHash(record(i)))).root;

/** Every leaf and every node hashed once, into one buffer that each layer overwrites: nothing of it is kept. */
function plainLoop(count: number, record: RecordAt): Uint8Array {
  const layer = new Uint8Array(32 * count);
  const leaf = new Uint8Array(1 + RECORD_LENGTH);
  for (let i = 0; i < count; i++) {
    leaf.set(record(i), 1);
    layer.set(sha256(leaf), 32 * i);
  }
  const node = new Uint8Array(65);
  node[0] = 1;
  for (let size = count; size > 1; size = Math.ceil(size / 2)) {
    for (let i = 0; 2 * i + 1 < size; i++) {
      node.set(layer.subarray(64 * i, 64 * i + 64), 1);
      layer.set(sha256(node), 32 * i);
    }
    if (size % 2 === 1) layer.copyWithin(16 * (size - 1), 32 * (size - 1), 32 * size);
  }
  return layer.slice(0, 32);
}

/** merkletreejs over all leaves at once, with the prefixes of RFC 6962. */
function peerInOnePiece(count: number, record: RecordAt): Uint8Array {
  const leaves = Array.from({ length: count }, (_, i) => sha256(concatBytes(Uint8Array.of(0), record(i))));
  const pairHash = ([left, right]: [Uint8Array, Uint8Array]): Uint8Array =>
    sha256(concatBytes(Uint8Array.of(1), left, right));
  const layers: Uint8Array[][] = new PeerTree(leaves, pairHash, { concatenator: (pair) => pair }).getLayers();
  return Uint8Array.from(layers.at(-1)![0]!);
}

/** Ways to the same root over 100-byte records. */
export const COMMITMENTS = { ours, plainLoop, peerInOnePiece } as const;
