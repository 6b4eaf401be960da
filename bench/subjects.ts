import type { Subject } from './table.js';

/** Every subject, loaded when it is run: a process holds no other one's tables and compiled code. */
export const SUBJECTS = {
  bls: async () => (await import('./bls.js')).measureBls(),
  votes: async () => (await import('./votes.js')).measureVotes(),
  merkle: async () => (await import('./merkle.js')).measureMerkle(),
  sketch: async () => (await import('./sketch.js')).measureSketch(),
  'reed-solomon': async () => (await import('./reed-solomon.js')).measureReedSolomon(),
  shamir: async () => (await import('./shamir.js')).measureShamir(),
  sharing: async () => (await import('./sharing.js')).measureSharing(),
  slices: async () => (await import('./slices.js')).measureSlices(),
  signatures: async () => (await import('./signatures.js')).measureSignatures(),
  hashes: async () => (await import('./hashes.js')).measureHashes(),
} as const satisfies Record<string, Subject>;

export const isSubject = (name: string): name is keyof typeof SUBJECTS => Object.hasOwn(SUBJECTS, name);
