import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';

/** The ways in which something untrusted can be wrong. */
export const WAYS = [
  'type',
  'length',
  'canonical',
  'curve',
  'subgroup',
  'neutral',
  'binding',
  'domain',
  'order',
  'place',
] as const;
export type Way = (typeof WAYS)[number];

/** Claims by what is told about them; each says whether the verifier takes it. */
export type Claims = Readonly<Record<string, () => boolean>>;

/** What a verifier is asked, and which ways to be wrong its claims do not have, with the reason. */
export interface Verifier {
  readonly accepts: Claims;
  readonly refuses: Partial<Record<Way, Claims>>;
  readonly without: Partial<Record<Way, string>>;
}

/** Whether a verifier that throws on refusal returned; an error that is not typed is no refusal. */
export function holds(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    if (isConcordatError(error)) return false;
    throw error;
  }
}

/** Things of another type than bytes, a list, a number, or an object that has their names. */
export const JUNK: readonly unknown[] = [undefined, null, 1.5, 7n, 'text', {}, { length: 1 }, new Array(3)];
/** One claim for each of {@link JUNK}, and more of them. */
export const junk = (verify: (value: never) => boolean, ...more: unknown[]): Claims =>
  Object.fromEntries(
    [...JUNK, ...more].map((value, i) => [
      `${i}: ${typeof value} ${String(value)}`,
      () => verify(value as never),
    ]),
  );
/** One claim for each of these byte strings. */
export const each = (
  encodings: Readonly<Record<string, Uint8Array>>,
  verify: (bytes: Uint8Array) => boolean,
): Claims =>
  Object.fromEntries(Object.entries(encodings).map(([name, bytes]) => [name, () => verify(bytes)]));

/** The same claims, with something said before each. */
export const about = (what: string, claims: Claims = {}): Claims =>
  Object.fromEntries(Object.entries(claims).map(([name, claim]) => [`${what}: ${name}`, claim]));

/** Cut, lengthened, doubled and empty. */
export const otherLengths = (bytes: Uint8Array): Record<string, Uint8Array> => ({
  empty: new Uint8Array(0),
  'the first byte missing': bytes.slice(1),
  'the last byte missing': bytes.slice(0, -1),
  half: bytes.slice(0, bytes.length >> 1),
  'a byte after it': Uint8Array.of(...bytes, 0),
  'a byte before it': Uint8Array.of(0, ...bytes),
  twice: Uint8Array.of(...bytes, ...bytes),
});

export const flip = (bytes: Uint8Array, at: number, by = 1): Uint8Array => bytes.with(at, bytes[at]! ^ by);

/** The tests of a verifier: what it takes, what it refuses, and that it refuses more, in every way there is. */
export function describeVerifier(name: string, { accepts, refuses, without }: Verifier): void {
  const count = (claims: Claims = {}): number => Object.keys(claims).length;
  const refused = WAYS.reduce((sum, way) => sum + count(refuses[way]), 0);
  describe(`${name}: ${count(accepts)} accepted, ${refused} refused`, () => {
    it.each(Object.entries(accepts))('accepts %s', (_, claim) => expect(claim()).toBe(true));

    it.each(Object.entries(refuses))('refuses what is wrong in its %s', (_, claims) => {
      for (const [what, claim] of Object.entries(claims)) expect(claim(), what).toBe(false);
    });

    it('refuses more than it accepts, in every way that its claims can be wrong', () => {
      expect(refused).toBeGreaterThan(count(accepts));
      for (const way of WAYS) expect(count(refuses[way]) > 0 || without[way], way).toBeTruthy();
      for (const way of WAYS) expect(count(refuses[way]) > 0 && without[way], way).toBeFalsy();
    });
  });
}
