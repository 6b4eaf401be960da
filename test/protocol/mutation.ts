import { fromHex, toHex } from '../../src/crypto/bytes.js';
import type { Random } from '../../src/sim/random.js';

/** Draws the next number: any whole one from 0 on. */
export type Pick = () => number;

const NUMBERS = [0, 1, 7, 65_535, 2 ** 32 - 1, 2 ** 53 - 1];

/** The same value with one thing in it changed, somewhere. */
export function mutate(value: unknown, pick: Pick): unknown {
  if (value instanceof Uint8Array) return mutateArray(value, pick);
  if (Array.isArray(value)) return mutateList(value, pick);
  if (typeof value === 'string') return mutateText(value, pick);
  if (typeof value === 'number') return [value + 1, Math.max(0, value - 1), ...NUMBERS][pick() % 8];
  if (typeof value === 'bigint') return [0n, 1n, value + 1n][pick() % 3];
  if (typeof value === 'boolean') return !value;
  if (value === null || typeof value !== 'object') return value;
  if (pick() % 12 === 0) return null;
  const fields = Object.entries(value).filter(([name]) => name !== 'type');
  if (fields.length === 0) return value;
  const [name, field] = fields[pick() % fields.length]!;
  return { ...value, [name]: mutate(field, pick) };
}

function mutateArray(value: Uint8Array, pick: Pick): Uint8Array {
  const at = pick();
  switch (at % 6) {
    case 0:
      return new Uint8Array(0);
    case 1:
      return value.subarray(0, at % (value.length + 1));
    case 2:
      return Uint8Array.of(...value.subarray(0, 4096), 0);
    case 3:
      return new Uint8Array(value.length).fill(255);
    default:
      return value.map((byte, i) => (i === at % value.length ? byte ^ 1 : byte));
  }
}

function mutateList(value: readonly unknown[], pick: Pick): unknown[] {
  const kind = pick() % 8;
  if (kind === 0) return [];
  if (kind === 1) return value.slice(1);
  if (kind === 2) return [...value].reverse();
  if (kind === 3 && value.length > 0) return [...value, value[pick() % value.length]];
  if (value.length === 0) return [];
  const at = pick() % value.length;
  return value.map((each, i) => (i === at ? mutate(each, pick) : each));
}

const TEXTS = ['', '0', 'constructor', '__proto__', '\u0000', '\ud800', '𝔘', '-0', '1e999', 'x'.repeat(5000)];

function mutateText(value: string, pick: Pick): string {
  const at = pick();
  // Documents carry bytes as hexadecimal: changed as bytes they stay readable, and get further.
  if (at % 3 === 0 && /^(?:[0-9a-f]{2})+$/.test(value)) return toHex(mutateArray(fromHex(value), pick));
  if (at % 3 === 1) return TEXTS[pick() % TEXTS.length]!;
  const place = value.length === 0 ? 0 : pick() % value.length;
  return value.slice(0, place) + String.fromCharCode(pick() % 256) + value.slice(place + (at % 2));
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** The same bytes with one to four things changed: bits, runs, lengths, and pieces of `other`. */
export function mutateBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let mutant = bytes;
  for (let times = 1 + random.int(4); times > 0; times--) mutant = mutateOnce(mutant, other, random);
  return mutant;
}

function mutateOnce(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.int(bytes.length + 1);
  const length = Math.min(bytes.length - at, random.int(random.chance(0.5) ? 5 : 65));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  switch (random.int(8)) {
    case 0: {
      const flipped = bytes.slice();
      if (at < bytes.length) flipped[at]! ^= 1 << random.int(8);
      return flipped;
    }
    case 1: {
      const set = bytes.slice();
      if (at < bytes.length) set[at] = random.pick(EXTREMES);
      return set;
    }
    case 2:
      return bytes.slice().fill(random.pick(EXTREMES), at, at + length);
    case 3:
      return bytes.slice(0, at);
    case 4:
      return join(before, after);
    case 5:
      return join(before, bytes.subarray(at, at + length), bytes.subarray(at));
    case 6:
      return join(before, random.bytes(length), bytes.subarray(at));
    default: {
      const from = random.int(other.length + 1);
      return join(before, other.subarray(from, from + length), after);
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
