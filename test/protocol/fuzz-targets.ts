import { createBankKeystore, openBankKeystore } from '../../src/crypto/bank-keystore.js';
import { equalBytes, toHex, utf8 } from '../../src/crypto/bytes.js';
import { type Codec, decode, encode } from '../../src/crypto/encoding.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { deriveSecrets, generateMnemonic } from '../../src/crypto/keys.js';
import { sliceCodec } from '../../src/crypto/slices.js';
import { conflictTableCodec } from '../../src/data/conflict.js';
import { decodeRecord } from '../../src/data/record.js';
import { schemaCodec } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { Sketch } from '../../src/data/sketch.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { readCsv } from '../../src/data/table-reader.js';
import {
  certificateCodec,
  timeoutCertificateCodec,
  verifyCertificate,
  verifyTimeoutCertificate,
} from '../../src/protocol/certificate.js';
import { chainCodec, genesisChain } from '../../src/protocol/chain.js';
import { manifestDocument, readManifest, readSeal, sealDocument } from '../../src/protocol/documents.js';
import { classRule } from '../../src/protocol/draft.js';
import { evidenceCodec, verifyEvidence } from '../../src/protocol/evidence.js';
import {
  type JoiningKeys,
  joiningKeys,
  propose,
  revealShare,
  signManifest,
} from '../../src/protocol/joining.js';
import {
  keysDocument,
  proposalDocument,
  readJoiningDocument,
  revealDocument,
  signatureDocument,
} from '../../src/protocol/joining-documents.js';
import { logEntryCodec } from '../../src/protocol/journal.js';
import { Manifest } from '../../src/protocol/manifest.js';
import type { Message, MessageType } from '../../src/protocol/messages.js';
import { checkSeal, sealCodec } from '../../src/protocol/seal.js';
import { sealedEpochCodec } from '../../src/protocol/sealed-epoch.js';
import { dealingPartCodec } from '../../src/protocol/slice-header.js';
import { payloadCodec } from '../../src/protocol/slice-payload.js';
import {
  assembleSuccession,
  decodeSuccession,
  encodeSuccession,
  successionStatement,
} from '../../src/protocol/succession.js';
import type { Suite } from '../../src/protocol/suite.js';
import type { Random } from '../../src/sim/random.js';
import { everyType, everyTypeJson } from '../data/schemas.js';
import type { Corpus } from './hostile.js';
import { mutate, mutateBytes } from './mutation.js';

/** A reader of bytes that anybody may have made. */
export interface Target {
  readonly name: string;
  /** How many of the inputs it gets, against others. Readers that check signatures take a thousand times as long. */
  readonly weight: number;
  /** What it takes as it is. */
  readonly samples: readonly Uint8Array[];
  /** @throws what the reader does; a plain `Error` when it took what it must not */
  read(bytes: Uint8Array): void;
  /** A mutated sample. */
  mutant(random: Random): Uint8Array;
}

type TargetBody = Omit<Target, 'mutant'>;

const CHEAP = 60;
const SIGNED = 2;
const SCRYPT = 1;

/** Every reader of what comes from a peer, a file or the network. */
export function fuzzTargets(corpus: Corpus, suite: Suite): readonly Target[] {
  const { fixture } = corpus;
  const banks = fixture.manifest.size;
  return [
    messages(corpus),
    coded('log entry', logEntryCodec(banks), spread(corpus.log, 200)),
    ...structures(corpus),
    ...certificates(corpus, suite),
    ...sealed(corpus, suite),
    sketch(corpus),
    ...manifests(corpus, suite),
    ...tables(),
    keystore(suite),
  ];
}

/** Bytes under a strict codec: what it takes, it gives back byte for byte. */
function coded<T>(
  name: string,
  codec: Codec<T>,
  samples: readonly Uint8Array[],
  { check, weight = CHEAP }: { check?: (value: T) => unknown; weight?: number } = {},
): Target {
  return bytewise({
    name,
    weight,
    samples,
    read: (bytes) => {
      const value = decode(codec, bytes);
      if (!equalBytes(encode(codec, value), bytes)) throw new Error(`${name}: two encodings of one value`);
      check?.(value);
    },
  });
}

function bytewise(target: TargetBody): Target {
  const { samples } = target;
  return {
    ...target,
    mutant: (random) => mutateBytes(random.pick(samples), random.pick(samples), random),
  };
}

/** A reader of parsed JSON. Text that is not JSON never gets to it. */
function json(
  name: string,
  documents: readonly unknown[],
  read: (document: unknown) => unknown,
  weight = CHEAP,
): Target {
  const samples = documents.map((document) => utf8(JSON.stringify(document)));
  const target = bytewise({
    name,
    weight,
    samples,
    read: (bytes) => {
      let document: unknown;
      try {
        document = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        throw new ConcordatError({ code: 'NOT_JSON' }, 'not JSON');
      }
      read(document);
    },
  });
  return {
    ...target,
    mutant: (random) => {
      if (random.chance(0.3)) return target.mutant(random);
      let document = random.pick(documents);
      for (let times = 1 + random.int(3); times > 0; times--)
        document = mutate(document, () => random.int(1_000_000));
      return utf8(JSON.stringify(document));
    },
  };
}

/** So many of the items, from all over the list. */
const spread = <T>(items: readonly T[], count: number): T[] =>
  items.filter(
    (_, i) => Math.floor((i * count) / items.length) !== Math.floor(((i - 1) * count) / items.length),
  );

function messages({ fixture, byType }: Corpus): Target {
  const some = byType.flatMap((letters) => spread(letters, 6)).map(({ message }) => message);
  const samples = some.map(fixture.encode);
  const target = bytewise({
    name: 'message',
    weight: 8 * CHEAP,
    samples,
    read: (bytes) => {
      if (!equalBytes(fixture.encode(fixture.decode(bytes)), bytes))
        throw new Error('message: two encodings of one value');
    },
  });
  return {
    ...target,
    mutant: (random) => {
      if (random.chance(0.8)) return target.mutant(random);
      const changed = mutate(random.pick(some), () => random.int(1_000_000)) as Message;
      try {
        return fixture.encode(changed);
      } catch {
        return target.mutant(random); // what cannot be encoded cannot be sent either
      }
    },
  };
}

/** Parts of messages that are read apart, under what the rest of the message says. */
function structures(corpus: Corpus): Target[] {
  const { fixture } = corpus;
  const drafts = lettersOf(corpus, 'draft').map(({ draft }) => draft);
  const whole = drafts.find(({ header }) => header.inputs.length === 4) ?? drafts[0]!;
  const columns = whole.header.inputs.length;
  const slices = lettersOf(corpus, 'slices');
  const given = slices.flatMap(({ envelope }) =>
    envelope.slice ? [encode(sliceCodec, envelope.slice)] : [],
  );
  const headers = slices.map(({ dealing }) => encode(dealingPartCodec, dealing));
  const record = { index: 3, salt: new Uint8Array(32).fill(1), record: new Uint8Array(30).fill(2) };
  const payload = {
    records: [record, { ...record, index: 9 }],
    proof: [new Uint8Array(32), new Uint8Array(32).fill(3)],
    statistics: { values: [1n, 2n, 3n], blinding: 5n },
  };
  const schema = fixture.manifest.schema;
  const entries = fixture.datasets[0]!.entries.slice(0, 8).map(({ bytes }) => bytes);
  return [
    coded('conflict table', conflictTableCodec(columns, classRule(fixture.manifest), 1 << 19), [whole.table]),
    coded('slice', sliceCodec, spread(given, 8)),
    coded('dealing', dealingPartCodec, spread(headers, 8)),
    coded('payload', payloadCodec(4), [encode(payloadCodec(4), payload)]),
    coded('chain', chainCodec, [encode(chainCodec, genesisChain(fixture.manifest))]),
    bytewise({
      name: 'record',
      weight: CHEAP,
      samples: entries,
      read: (bytes) => decodeRecord(schema, bytes),
    }),
  ];
}

const lettersOf = <T extends MessageType>({ byType }: Corpus, type: T) =>
  byType.flat().flatMap(({ message }) => (message.type === type ? [message as Message & { type: T }] : []));

function certificates(corpus: Corpus, suite: Suite): Target[] {
  const { manifest } = corpus.fixture;
  const some = spread(lettersOf(corpus, 'certificate'), 8).map(({ certificate }) => certificate);
  const justified = lettersOf(corpus, 'open').flatMap(({ justification }) => justification ?? []);
  const certificate = certificateCodec(manifest.size);
  const timeout = timeoutCertificateCodec(manifest.size);
  const samples = some.map((each) => encode(certificate, each));
  const timeouts = justified.slice(0, 4).map((each) => encode(timeout, each));
  return [
    coded('certificate', certificate, samples),
    coded('timeout certificate', timeout, timeouts),
    coded('certificate, verified', certificate, samples, {
      weight: SIGNED,
      check: (value) => verifyCertificate(manifest, suite, value),
    }),
    coded('timeout certificate, verified', timeout, timeouts, {
      weight: SIGNED,
      check: (value) => verifyTimeoutCertificate(manifest, suite, value),
    }),
  ];
}

function sealed(corpus: Corpus, suite: Suite): Target[] {
  const { manifest } = corpus.fixture;
  const seals = corpus.net.output(0, 'sealed');
  const codec = sealCodec(manifest.size);
  const epochs = sealedEpochCodec(manifest.size);
  const samples = seals.map(({ seal }) => encode(codec, seal));
  const evidence = lettersOf(corpus, 'evidence').map((message) => encode(evidenceCodec, message.evidence));
  const documents = seals.map(({ seal }) => sealDocument(manifest, seal));
  return [
    coded('seal', codec, samples),
    coded('seal, verified', codec, samples, {
      weight: SIGNED,
      check: (seal) => checkSeal(manifest, seal, suite),
    }),
    json('seal document', documents, (document) => readSeal(document, manifest)),
    coded(
      'sealed epoch',
      epochs,
      seals.map(({ seal }) => encode(epochs, { seal })),
    ),
    coded('evidence', evidenceCodec, evidence),
    coded('evidence, verified', evidenceCodec, evidence, {
      weight: SIGNED,
      check: (value) => verifyEvidence(manifest, value, suite),
    }),
  ];
}

function sketch(corpus: Corpus): Target {
  const key = new SketchKey(new Uint8Array(32).fill(9));
  const sketchOf = (bank: number) => {
    const records = corpus.fixture.datasets[bank]!.entries;
    return new Sketch(SketchItems.fromRecords(key, records));
  };
  const local = sketchOf(0);
  const samples = [16, 64].flatMap((count) => [1, 2].map((bank) => sketchOf(bank).symbols(0, count)));
  return bytewise({
    name: 'sketch',
    weight: CHEAP,
    samples,
    read: (bytes) => {
      const decoder = new SketchDecoder(local, 256);
      decoder.add(bytes);
      decoder.estimate();
      decoder.add(samples[0]!);
    },
  });
}

function manifests({ fixture }: Corpus, suite: Suite): Target[] {
  const { manifest } = fixture;
  const signed = [0, 1, 2].map((bank) => ({
    bank,
    signature: fixture.sign(bank, successionStatement(2, manifest)),
  }));
  const succession = encodeSuccession(assembleSuccession(manifest, manifest, 2, signed, suite));
  return [
    bytewise({
      name: 'manifest',
      weight: SIGNED,
      samples: [manifest.encode()],
      read: (bytes) => Manifest.decode(bytes, suite),
    }),
    bytewise({
      name: 'succession',
      weight: SIGNED,
      samples: [succession],
      read: (bytes) => decodeSuccession(bytes, suite),
    }),
    json(
      'manifest document',
      [manifestDocument(manifest)],
      (document) => readManifest(document, suite),
      SIGNED,
    ),
    json('joining document', joiningDocuments(manifest, suite), readJoiningDocument, CHEAP / 4),
    coded('schema', schemaCodec, [encode(schemaCodec, manifest.schema), encode(schemaCodec, everyType)]),
    json('schema document', [everyTypeJson], defineSchema),
  ];
}

/** One document of each kind, of one bank that founds a consortium. */
function joiningDocuments({ schema, parameters }: Manifest, suite: Suite): object[] {
  const secrets = deriveSecrets(generateMnemonic(new Uint8Array(32).fill(7)));
  const keys: JoiningKeys = joiningKeys(suite.bls, secrets, 'bank', new Uint8Array(32).fill(8));
  const { genesisNonce: _, ...bank } = keys;
  const proposal = propose({ name: 'alone', faults: 0, schema, parameters, banks: [bank] }, suite.bls);
  const reveal = revealShare(proposal, keys, suite.bls, secrets);
  const body = { ...proposal, banks: [{ ...bank, genesisShare: reveal.genesisShare }] };
  return [
    keysDocument(keys),
    proposalDocument(proposal),
    revealDocument(reveal),
    signatureDocument(signManifest(body, reveal, secrets, suite)),
  ];
}

function tables(): Target[] {
  const csv = [
    'id,label,amount,opened,changed,active,kind',
    '1, one ,1.50,2-Jan-26,2026-01-02T03:04:05.678Z,true,loan',
    '2,"two, ""quoted""\n and broken",-0.01,,,false,bond',
    '9007199254740993,,,,,,été',
  ].join('\r\n');
  const samples = [utf8(csv), utf8(`\ufeff${csv}`), utf8(csv.replaceAll('\r\n', '\n'))];
  return [true, false].map((skipBadRows) =>
    bytewise({
      name: skipBadRows ? 'CSV, bad rows left out' : 'CSV',
      weight: CHEAP,
      samples,
      read: (bytes) => readCsv(everyType, bytes, { file: 'x.csv', skipBadRows }),
    }),
  );
}

function keystore({ bls }: Suite): Target {
  const words = generateMnemonic(new Uint8Array(32).fill(6));
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(4);
  const document = createBankKeystore(words, bls, { password: 'correct horse', random, cost: 10 });
  return json('keystore', [document], (given) => openBankKeystore(given, 'correct horse', bls), SCRYPT);
}

/** For a report: what identifies an input. */
export const reproduction = (target: Target, bytes: Uint8Array): string =>
  `--target '${target.name}' --hex ${toHex(bytes)}`;
