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
  | { readonly code: 'DOCUMENT_MALFORMED'; readonly document: 'manifest' | 'seal'; readonly reason: string }
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
  readonly format: 'concordat-manifest';
  readonly version: 1;
  readonly name: string;
  readonly consortiumId: string;
  readonly faults: number;
  readonly quorum: number;
  readonly schema: { readonly name: string; readonly version: number; readonly digest: string };
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly banks: readonly Readonly<Record<'id' | 'bls' | 'identity' | 'vrf' | 'x25519', string>>[];
  readonly canonical: string;
}

/** A seal as JSON, in the same manner: `canonical` is the seal, the rest a summary that must fit it. */
export interface SealDocument {
  readonly format: 'concordat-seal';
  readonly version: 1;
  readonly consortiumId: string;
  readonly epoch: number;
  readonly value: string;
  readonly resultRoot: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly inputs: readonly string[];
  readonly signers: readonly string[];
  readonly executors: readonly string[];
  readonly evidence: readonly { readonly accused: string; readonly kind: string }[];
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

/** People read the summary: one that does not fit the verified bytes would deceive them. */
function expectSummary(document: 'manifest' | 'seal', json: unknown, expected: object): void {
  for (const [field, value] of Object.entries(expected))
    if (!fits((json as Record<string, unknown>)[field], value))
      throw new ConcordatError<DocumentError>(
        { code: 'DOCUMENT_SUMMARY_MISMATCH', document, field },
        `"${field}" of the ${document} does not fit its canonical bytes`,
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
