import { expect, it } from 'vitest';
import { Space } from '../../model/engine/bounds.js';
import { explore } from '../../model/engine/explore.js';
import { type Local, Locals } from '../../model/engine/locals.js';
import { type State, World } from '../../model/engine/world.js';
import type { Bls, ProvenKey } from '../../src/crypto/bls.js';
import { toHex } from '../../src/crypto/bytes.js';
import {
  type Certificate,
  type TimeoutCertificate,
  verifyTimeoutCertificate,
} from '../../src/protocol/certificate.js';
import type { Slot } from '../../src/protocol/slot.js';
import { statementDigest } from '../../src/protocol/statement.js';
import type { Suite } from '../../src/protocol/suite.js';
import { consortium } from '../protocol/network.js';

const LIAR = 3;
const { manifest, suite: real } = await consortium(4, 1);

/** Ideal signatures: they verify exactly when the bank signed, as a liar always did. */
function idealSuite(banks: readonly Local[]): Suite {
  const signed = banks.map(
    ({ log }) =>
      new Set(
        log.flatMap((entry) =>
          entry.type === 'signed' ? [toHex(statementDigest(manifest.consortiumId, entry.statement))] : [],
        ),
      ),
  );
  const by = (key: ProvenKey, digest: Uint8Array): boolean => {
    const bank = manifest.keys.indexOf(key);
    return bank === LIAR || signed[bank]!.has(toHex(digest));
  };
  // A backend's methods are its prototype's.
  const bls: Bls = Object.assign(Object.create(real.bls) as Bls, {
    fastAggregateVerify: (keys: readonly ProvenKey[], digest: Uint8Array) =>
      keys.every((key) => by(key, digest)),
    aggregateVerify: (keys: readonly ProvenKey[], digests: readonly Uint8Array[]) =>
      keys.every((key, i) => by(key, digests[i]!)),
  });
  return { ...real, bls };
}

const SIGNERS = [
  [0, 1, 2],
  [0, 1, LIAR],
  [0, 2, LIAR],
  [1, 2, LIAR],
];
const SLOTS: readonly Slot[] = [
  { view: 0, index: 0 },
  { view: 0, index: 1 },
];
const HIGHS = [null, ...SLOTS];

/** Every certificate of a quorum for a value in a slot, with every set of signers; none of them need verify. */
const certificates: readonly (Certificate | null)[] = [
  null,
  ...SLOTS.flatMap((slot) =>
    [0, 1].flatMap((value) =>
      SIGNERS.map(
        (signers): Certificate => ({
          phase: 'prepare',
          epoch: 0,
          slot,
          value: new Uint8Array(32).fill(value),
          attested: false,
          signers,
          signature: new Uint8Array(96),
        }),
      ),
    ),
  ),
];

/** What the timeout certificates that the protocol verifies can name, of all that could be written down. */
function verified(banks: readonly Local[]): Set<number | null> {
  const suite = idealSuite(banks);
  const named = new Set<number | null>();
  for (const signers of SIGNERS)
    for (const highs of HIGHS_OF_THREE)
      for (const certificate of certificates) {
        const value = certificate && certificate.value[0]!;
        if (named.has(value)) continue;
        const proof: TimeoutCertificate = {
          epoch: 0,
          view: 0,
          signers,
          highs,
          certificate,
          signature: new Uint8Array(96),
        };
        if (verifyTimeoutCertificate(manifest, suite, proof)) named.add(value);
      }
  return named;
}

const HIGHS_OF_THREE = tuples(3);

function tuples(length: number): (Slot | null)[][] {
  if (length === 0) return [[]];
  return tuples(length - 1).flatMap((rest) => HIGHS.map((high) => [...rest, high]));
}

it('a timeout certificate that verifies names what the model says, and nothing else', () => {
  const space = new Space({ banks: 4, faults: 1, views: 1, slots: 2 });
  const world = new World(space, new Locals(space), 'agreement');
  const different = new Map<string, State>();
  explore(world, (state) => {
    const signed = world.signed(state);
    const highest = Math.max(...world.banks(state).map(({ timeouts }) => timeouts[0] ?? -1));
    if (signed.endings(0).length > 0) different.set(`${signed.name}/${highest}`, state);
  });
  const kinds = new Set<string>();
  for (const state of different.values()) {
    const endings = new Set(world.signed(state).endings(0));
    expect(verified(world.banks(state))).toEqual(endings);
    kinds.add([...endings].sort().join());
  }
  expect(different.size).toBeGreaterThan(20);
  expect(kinds.size).toBeGreaterThan(4);
});
