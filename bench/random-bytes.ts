import { createHash } from 'node:crypto';

/** Bytes that look random and are the same in every run: SHAKE256 of a name and a number. */
export function randomBytes(name: string, number: number, length: number): Uint8Array {
  const state = createHash('shake256', { outputLength: length });
  return new Uint8Array(state.update(`${name}/${number}`).digest());
}

/** A BLS secret key, or any scalar below 2^254, as bytes. */
export function secretKey(name: string, number: number): Uint8Array {
  const key = randomBytes(name, number, 32);
  key[0]! &= 0x3f;
  return key;
}
