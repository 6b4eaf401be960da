import { fromHex, toHex } from '../crypto/bytes.js';
import { decode, encode } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { draftDigest } from './draft.js';
import { evidenceName } from './evidence.js';
import { Manifest } from './manifest.js';
import { type Seal, sealCodec } from './seal.js';
import type { Suite } from './suite.js';
import { agreedValue } from './value.js';

/** Why a manifest or seal document was refused before anything in it was verified. */
export type DocumentError =
  /** It is no such document, for the reason given. */
  | { readonly code: 'DOCUMENT_MALFORMED'; readonly document: 'manifest' | 'seal'; readonly reason: string }
  /** A member says something else than the canonical bytes do. */
  | {
      readonly code: 'DOCUMENT_SUMMARY_MISMATCH';
      readonly document: 'manifest' | 'seal';
      readonly field: string;
    };

/**
 * A manifest as JSON. `canonical` is the manifest: the hexadecimal of its signed bytes and signatures. Everything else
 * is a summary for people; {@link readManifest} refuses a document whose summary says something else than its bytes.
 */
export interface ManifestDocument {
  /** Says what the document is. */
  readonly format: 'concordat-manifest';
  /** Of the format. */
  readonly version: 1;
  /** Name of the consortium. */
  readonly name: string;
  /** Digest of the manifest, 64 hexadecimal digits: what every signature of the consortium names. */
  readonly consortiumId: string;
  /** f, the Byzantine banks that it bears. */
  readonly faults: number;
  /** q = ⌈(n + f + 1)/2⌉. */
  readonly quorum: number;
  /** Name, version and digest (64 hexadecimal digits) of the schema. */
  readonly schema: { readonly name: string; readonly version: number; readonly digest: string };
  /** What all banks run with, by the names of `Parameters`. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Whether one process made all keys: a seal under it proves nothing to others. */
  readonly rehearsal: boolean;
  /** In the order of the manifest: names and public keys, hexadecimal; the proofs of possession are in `canonical`. */
  readonly banks: readonly Readonly<Record<'id' | 'bls' | 'identity' | 'vrf' | 'x25519', string>>[];
  /** The manifest itself: body and signatures in strict encoding, hexadecimal. */
  readonly canonical: string;
}

/** A seal as JSON, in the same manner: `canonical` is the seal, the rest a summary that must fit it. */
export interface SealDocument {
  /** Says what the document is. */
  readonly format: 'concordat-seal';
  /** Of the format. */
  readonly version: 1;
  /** Digest of the manifest that it belongs to, 64 hexadecimal digits. */
  readonly consortiumId: string;
  /** The epoch's number, from 0. */
  readonly epoch: number;
  /** The agreed value, 64 hexadecimal digits. */
  readonly value: string;
  /** Merkle root of the result, 64 hexadecimal digits. */
  readonly resultRoot: string;
  /** How many keys fell into which class, by the names of `Totals`. */
  readonly totals: Readonly<Record<string, number>>;
  /** Names of the banks whose data is in the result. */
  readonly inputs: readonly string[];
  /** Names of the banks in the commit certificate: at least a quorum. */
  readonly signers: readonly string[];
  /** Names of the banks that signed the result: at least 2f + 1. */
  readonly executors: readonly string[];
  /** Whom the proofs in it accuse, and of what; {@link evidenceName} has the kinds. */
  readonly evidence: readonly { readonly accused: string; readonly kind: string }[];
  /** The seal itself in strict encoding, hexadecimal. */
  readonly canonical: string;
}

/** The JSON document of a manifest. */
export function manifestDocument(manifest: Manifest): ManifestDocument {
  return {
    format: 'concordat-manifest',
    version: 1,
    name: manifest.body.name,
    consortiumId: toHex(manifest.consortiumId),
    faults: manifest.faults,
    quorum: manifest.quorum,
    schema: {
      name: manifest.schema.name,
      version: manifest.schema.version,
      digest: toHex(manifest.schema.digest),
    },
    parameters: { ...manifest.parameters },
    rehearsal: manifest.rehearsal,
    banks: manifest.banks.map((bank) => ({
      id: bank.id,
      bls: toHex(bank.bls),
      identity: toHex(bank.identity),
      vrf: toHex(bank.vrf),
      x25519: toHex(bank.x25519),
    })),
    canonical: toHex(manifest.encode()),
  };
}

/**
 * Reads and verifies a manifest document.
 * @param document parsed JSON, of any shape
 * @throws {@link DocumentError}, an encoding error, or as {@link Manifest.assemble}
 */
export function readManifest(document: unknown, suite: Suite): Manifest {
  const canonical = canonicalBytes('manifest', document);
  const manifest = Manifest.decode(canonical, suite);
  expectSummary('manifest', document, manifestDocument(manifest));
  return manifest;
}

/** The JSON document of a seal. */
export function sealDocument(manifest: Manifest, seal: Seal): SealDocument {
  const names = (banks: readonly number[]): string[] =>
    banks.map((bank) => manifest.banks[bank]?.id ?? `#${bank}`);
  return {
    format: 'concordat-seal',
    version: 1,
    consortiumId: toHex(seal.consortiumId),
    epoch: seal.header.epoch,
    value: toHex(agreedValue(draftDigest(seal.header), seal.agreed)),
    resultRoot: toHex(seal.root),
    totals: { ...seal.totals },
    inputs: names(seal.header.inputs),
    signers: names(seal.commit.signers),
    executors: names(seal.executors),
    evidence: seal.evidence.map((evidence) => ({
      accused: names([evidence.accused])[0]!,
      kind: evidenceName(evidence),
    })),
    canonical: toHex(encode(sealCodec(manifest.size), seal)),
  };
}

/**
 * Reads a seal document. Checks its form only: {@link checkSeal} verifies it.
 * @param document parsed JSON, of any shape
 * @throws {@link DocumentError} or an encoding error
 */
export function readSeal(document: unknown, manifest: Manifest): Seal {
  const seal = decode(sealCodec(manifest.size), canonicalBytes('seal', document));
  expectSummary('seal', document, sealDocument(manifest, seal));
  return seal;
}

/** 32 MiB of hexadecimal: far above any manifest or seal, far below what hurts. */
const MAX_CANONICAL = 1 << 25;

function canonicalBytes(document: 'manifest' | 'seal', json: unknown): Uint8Array {
  const malformed = (reason: string): never => {
    throw new ConcordatError<DocumentError>(
      { code: 'DOCUMENT_MALFORMED', document, reason },
      `this is not a ${document}: ${reason}`,
    );
  };
  if (typeof json !== 'object' || json === null) return malformed('not a JSON object');
  const { format, version, canonical } = json as Record<string, unknown>;
  if (format !== `concordat-${document}`) return malformed(`"format" is not "concordat-${document}"`);
  if (version !== 1) return malformed('"version" is not 1');
  if (typeof canonical !== 'string') return malformed('"canonical" is not text');
  if (canonical.length > MAX_CANONICAL) return malformed('"canonical" is too long');
  return fromHex(canonical, 'canonical');
}

/** People read the summary: one that does not fit the verified bytes, or says more than they do, would deceive them. */
function expectSummary(document: 'manifest' | 'seal', json: unknown, expected: object): void {
  for (const [field, value] of Object.entries(expected))
    if (!fits((json as Record<string, unknown>)[field], value))
      throw new ConcordatError<DocumentError>(
        { code: 'DOCUMENT_SUMMARY_MISMATCH', document, field },
        `"${field}" of the ${document} does not fit its canonical bytes`,
      );
  for (const field of Object.keys(json as object))
    if (!Object.hasOwn(expected, field))
      throw new ConcordatError<DocumentError>(
        { code: 'DOCUMENT_SUMMARY_MISMATCH', document, field },
        `"${field}" of the ${document} is not among its canonical bytes`,
      );
}

/** Whether JSON has this value, whatever the order of its fields. Goes no deeper than `expected` does. */
function fits(json: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return json === expected;
  if (typeof json !== 'object' || json === null || Array.isArray(json) !== Array.isArray(expected))
    return false;
  const fields = Object.entries(expected);
  return (
    Object.keys(json).length === fields.length &&
    fields.every(([field, value]) => fits((json as Record<string, unknown>)[field], value))
  );
}
