import * as v from 'valibot';
import { fromHex, toHex } from '../crypto/bytes.js';
import { decode, encode } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { MAX_NAME_BYTES } from '../data/field.js';
import { labelProblem } from '../data/field-check.js';
import { schemaCodec } from '../data/schema.js';
import type { JoiningKeys, ManifestSignature, Proposal, Reveal } from './joining.js';
import { proposalDigest } from './joining.js';
import { DEFAULT_PARAMETERS, MAX_BANKS, STATISTICS_MODES } from './manifest.js';

/** The `format` of each document that banks exchange to make a manifest. */
export const JOINING_FORMATS = {
  keys: 'concordat-public-keys',
  proposal: 'concordat-proposal',
  reveal: 'concordat-reveal',
  signature: 'concordat-signature',
} as const;

/** Why a document was refused before anything in it was verified. */
export type JoiningDocumentError = {
  readonly code: 'JOINING_DOCUMENT_MALFORMED';
  /** What is wrong with it, in words. */
  readonly reason: string;
};

/** A document by its kind, as {@link readJoiningDocument} gives it. */
export type JoiningDocument =
  /** A bank's public keys: the first message. */
  | { readonly kind: 'keys'; readonly keys: JoiningKeys }
  /** What all are to open their shares for. */
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  /** A bank's opened share: the second message. */
  | { readonly kind: 'reveal'; readonly reveal: Reveal }
  /** A bank's signature of the manifest: the third message. */
  | { readonly kind: 'signature'; readonly signature: ManifestSignature };

/** One spelling for each value, so that two files are equal when what they say is. */
const hex = (bytes: number) =>
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `is not ${bytes} bytes in lower-case hexadecimal`),
    v.transform((text) => fromHex(text)),
  );
const id = v.pipe(
  v.string(),
  v.check(
    (text) => text !== '' && !/\p{Cc}/u.test(text) && labelProblem(text, MAX_NAME_BYTES) === null,
    `is not a name of 1 to ${MAX_NAME_BYTES} bytes`,
  ),
);
const whole = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const header = <F extends string>(format: F) => ({ format: v.literal(format), version: v.literal(1) });

const bank = {
  id,
  bls: hex(48),
  possession: hex(96),
  identity: hex(32),
  vrf: hex(32),
  x25519: hex(32),
  genesisCommitment: hex(32),
};

const shapes = {
  keys: v.strictObject({ ...header(JOINING_FORMATS.keys), ...bank, genesisNonce: hex(32) }),
  proposal: v.strictObject({
    ...header(JOINING_FORMATS.proposal),
    digest: hex(32),
    name: v.pipe(
      v.string(),
      v.check((text) => labelProblem(text, 256) === null, 'is not a name'),
    ),
    faults: whole(0, MAX_BANKS),
    parameters: v.strictObject({
      delta: whole(1, 2 ** 32 - 1),
      statistics: v.picklist(STATISTICS_MODES),
      sketchSymbols: whole(8, 2 ** 32 - 1),
      maxDifferences: whole(8, 2 ** 32 - 1),
      // Proposals are older than this parameter.
      disclosureQuota: v.optional(whole(0, 2 ** 32 - 1), DEFAULT_PARAMETERS.disclosureQuota),
    }),
    banks: v.pipe(v.array(v.strictObject(bank)), v.maxLength(MAX_BANKS)),
    schema: v.pipe(v.string(), v.maxLength(1 << 23)),
  }),
  reveal: v.strictObject({
    ...header(JOINING_FORMATS.reveal),
    id,
    proposal: hex(32),
    genesisShare: hex(32),
  }),
  signature: v.strictObject({
    ...header(JOINING_FORMATS.signature),
    id,
    consortiumId: hex(32),
    signature: hex(64),
  }),
};

/** The JSON document of a bank's public keys. */
export function keysDocument(keys: JoiningKeys): object {
  return { format: JOINING_FORMATS.keys, version: 1, ...inHex(keys) };
}

/** The JSON document of a proposal. `schema` is the hexadecimal of the schema's canonical bytes. */
export function proposalDocument(proposal: Proposal): object {
  return {
    format: JOINING_FORMATS.proposal,
    version: 1,
    digest: toHex(proposalDigest(proposal)),
    name: proposal.name,
    faults: proposal.faults,
    parameters: { ...proposal.parameters },
    banks: proposal.banks.map(inHex),
    schema: toHex(encode(schemaCodec, proposal.schema)),
  };
}

/** The JSON document of an opened share. */
export function revealDocument(reveal: Reveal): object {
  return { format: JOINING_FORMATS.reveal, version: 1, ...inHex(reveal) };
}

/** The JSON document of a bank's signature of the manifest. */
export function signatureDocument(signature: ManifestSignature): object {
  return { format: JOINING_FORMATS.signature, version: 1, ...inHex(signature) };
}

const inHex = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, part instanceof Uint8Array ? toHex(part) : part]),
  );

/**
 * Reads a document of any of {@link JOINING_FORMATS}. Checks its form only, and that a proposal has the digest it says:
 * keys, shares and signatures are verified by what takes them.
 *
 * @param json parsed JSON, of any shape
 * @throws {@link JoiningDocumentError}
 */
export function readJoiningDocument(json: unknown): JoiningDocument {
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  switch (format) {
    case JOINING_FORMATS.keys: {
      const { format: _format, version: _version, ...keys } = checked(shapes.keys, json);
      return { kind: 'keys', keys };
    }
    case JOINING_FORMATS.proposal:
      return { kind: 'proposal', proposal: readProposal(json) };
    case JOINING_FORMATS.reveal: {
      const { format: _format, version: _version, ...reveal } = checked(shapes.reveal, json);
      return { kind: 'reveal', reveal };
    }
    case JOINING_FORMATS.signature: {
      const { format: _format, version: _version, ...signature } = checked(shapes.signature, json);
      return { kind: 'signature', signature };
    }
    default:
      return malformed(`"format" is none of ${Object.values(JOINING_FORMATS).join(', ')}`);
  }
}

function readProposal(json: unknown): Proposal {
  const { format: _format, version: _version, digest, schema, ...rest } = checked(shapes.proposal, json);
  let proposal: Proposal;
  try {
    proposal = { ...rest, schema: decode(schemaCodec, fromHex(schema, 'schema')) };
  } catch (error) {
    if (error instanceof ConcordatError) return malformed(`"schema" ${error.message}`);
    throw error;
  }
  // People compare this digest by telephone; it must be that of what they sign.
  if (toHex(proposalDigest(proposal)) !== toHex(digest))
    return malformed('"digest" is not that of the proposal');
  return proposal;
}

function checked<S extends v.GenericSchema>(shape: S, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(shape, json, { abortEarly: true });
  if (result.success) return result.output;
  const { path, message } = result.issues[0];
  const place = path?.map(({ key }) => String(key)).join('.') ?? '';
  return malformed(`"${place}" ${/^is /.test(message) ? message : 'is missing, unknown or out of bounds'}`);
}

function malformed(reason: string): never {
  throw new ConcordatError<JoiningDocumentError>({ code: 'JOINING_DOCUMENT_MALFORMED', reason }, reason);
}
