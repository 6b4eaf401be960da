import type { BlstModule, Serialized } from './bls-blst.js';
import { equalBytes, fromHex } from './bytes.js';

/** A case of the consensus specification of Ethereum, in this ciphersuite: the first of its tests of signing. */
export const KNOWN_ANSWER = {
  secret: fromHex('328388aff0d4a5b7dc9205abd374e7e98f3cd9f3418edb4eafda5fb16473d216'),
  message: new Uint8Array(32).fill(0xab),
  key: fromHex(
    'b53d21a4cfd562c469cc81514d4ce5a6b577d8403d32a394dc265dd190b47fa9f829fdd7963afdf972e5e77854051f6f',
  ),
  signature: fromHex(
    'ae82747ddeefe4fd64cf9cedb9b04ae3e8a43420cd255e3c7cd06a8d88b7c7f8638543719981c5d16fa3527c468c25f0' +
      '026704a6951bde891360c7e8d12ddee0559004ccdbe6046b55bae1b257ee97f7cdb955773d7cf29adf3ccbb9975e4eb9',
  ),
} as const;
const { secret: SECRET, message: MESSAGE, key: KEY, signature: SIGNATURE } = KNOWN_ANSWER;
const OTHER_MESSAGE = new Uint8Array(32).fill(0x56);
/** The same point with the other sign. */
const negated = (signature: Uint8Array): Uint8Array => signature.with(0, signature[0]! ^ 0x20);

const INFINITE_KEY = new Uint8Array(48).with(0, 0xc0);
const INFINITE_SIGNATURE = new Uint8Array(96).with(0, 0xc0);
/** x = 0 on the curve of keys: a point of order 3. */
const STRAY_KEY = new Uint8Array(48).with(0, 0x80);
/** x = 2 on the curve of signatures: a point outside the subgroup. */
const STRAY_SIGNATURE = new Uint8Array(96).with(0, 0xa0).with(95, 2);

const refuses = (decode: () => unknown): boolean => {
  try {
    decode();
    return false;
  } catch {
    return true;
  }
};

/** What a backend has to get right, by name. Each yes has a no beside it: who always says yes fails, too. */
function questions<P extends Serialized, S extends Serialized>(
  blst: BlstModule<P, S>,
): Record<string, () => boolean> {
  const key = () => blst.PublicKey.fromBytes(KEY, true);
  const signature = () => blst.Signature.fromBytes(SIGNATURE, true, true);
  const twice = () => blst.aggregateSignatures([signature(), signature()]);
  const keys = () => [key(), key()];
  const only = (check: (message: Uint8Array) => boolean) => check(MESSAGE) && !check(OTHER_MESSAGE);
  return {
    'public keys': () => equalBytes(blst.SecretKey.fromBytes(SECRET).toPublicKey().toBytes(true), KEY),
    signing: () => equalBytes(blst.SecretKey.fromBytes(SECRET).sign(MESSAGE).toBytes(true), SIGNATURE),
    'decoding keys': () =>
      equalBytes(key().toBytes(true), KEY) &&
      [INFINITE_KEY, STRAY_KEY].every((bytes) => refuses(() => blst.PublicKey.fromBytes(bytes, true))),
    'decoding signatures': () =>
      equalBytes(signature().toBytes(true), SIGNATURE) &&
      [INFINITE_SIGNATURE, STRAY_SIGNATURE].every((bytes) =>
        refuses(() => blst.Signature.fromBytes(bytes, true, true)),
      ),
    verify: () => only((message) => blst.verify(message, key(), signature())),
    fastAggregateVerify: () =>
      only((message) => blst.fastAggregateVerify(message, keys(), twice())) &&
      !blst.fastAggregateVerify(MESSAGE, keys(), signature()),
    aggregateVerify: () =>
      only((message) => blst.aggregateVerify([MESSAGE, message], keys(), twice())) &&
      !blst.aggregateVerify([MESSAGE, MESSAGE], keys(), signature()),
    verifyBatch: () => {
      const sums = (sig: Uint8Array) =>
        blst.aggregateWithRandomness([key(), key()].map((pk) => ({ pk, sig })));
      return (
        only((msg) => blst.verifyMultipleAggregateSignatures([{ msg, ...sums(SIGNATURE) }])) &&
        [INFINITE_SIGNATURE, STRAY_SIGNATURE].every((bytes) => refuses(() => sums(bytes)))
      );
    },
    // Errors that cancel out in a plain sum, among the signatures on one message and between two messages: what weights
    // are there for. A right library passes them with a probability of about 2^-63.
    'the weights of verifyBatch': () => {
      const point = (bytes: Uint8Array) => blst.Signature.fromBytes(bytes, true, true);
      const other = blst.SecretKey.fromBytes(SECRET).sign(OTHER_MESSAGE).toBytes(true);
      const error = twice().toBytes(true);
      const off = (sig: Uint8Array, by: Uint8Array) =>
        blst.aggregateSignatures([point(sig), point(by)]).toBytes(true);
      const onOne = (...signatures: Uint8Array[]) => {
        const weighted = blst.aggregateWithRandomness(signatures.map((sig) => ({ pk: key(), sig })));
        return blst.verifyMultipleAggregateSignatures([{ msg: MESSAGE, ...weighted }]);
      };
      const onTwo = (first: Uint8Array, second: Uint8Array) =>
        blst.verifyMultipleAggregateSignatures([
          { msg: MESSAGE, pk: key(), sig: point(first) },
          { msg: OTHER_MESSAGE, pk: key(), sig: point(second) },
        ]);
      return (
        onTwo(SIGNATURE, other) &&
        !onOne(off(SIGNATURE, error), off(SIGNATURE, negated(error))) &&
        !onTwo(off(SIGNATURE, error), off(other, negated(error)))
      );
    },
  };
}

/**
 * A known-answer test of the native library, as it is loaded: an official vector, what must not verify, and points that
 * must not be decoded. A binary that was built wrong for a processor is found, one that was made to deceive is not.
 * @returns what it got wrong first, or null
 */
export function failedSelfTest<P extends Serialized, S extends Serialized>(
  blst: BlstModule<P, S>,
): string | null {
  for (const [name, answersRight] of Object.entries(questions(blst))) {
    try {
      if (!answersRight()) return name;
    } catch {
      return name; // it threw on what is valid, or lacks a function
    }
  }
  return null;
}
