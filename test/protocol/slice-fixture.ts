import { utf8 } from '../../src/crypto/bytes.js';
import { fragmentLeaf } from '../../src/crypto/dealing.js';
import { encode } from '../../src/crypto/encoding.js';
import { hash } from '../../src/crypto/hash.js';
import { MerkleTree } from '../../src/crypto/merkle.js';
import { Dealing, type DealingHeader, deal, type Slice } from '../../src/crypto/slices.js';
import type { Dataset } from '../../src/data/dataset.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { commitmentStatement, type SignedCommitment } from '../../src/protocol/commitment.js';
import { type Dealt, dealSlices } from '../../src/protocol/dealer.js';
import { MAX_PAYLOAD } from '../../src/protocol/fragment-limit.js';
import type { StatisticsMode } from '../../src/protocol/manifest.js';
import { OwnData, type OwnDataPlace } from '../../src/protocol/own-data.js';
import { type AcceptedSlices, acceptSlices, dealingShape } from '../../src/protocol/slice-check.js';
import type { SignedSlices } from '../../src/protocol/slice-evidence.js';
import {
  type Claims,
  claimsDigest,
  dealingContext,
  type Envelope,
  envelopeStatement,
  type Parcel,
  type SlicesHeader,
  slicesRoot,
  slicesStatement,
} from '../../src/protocol/slice-header.js';
import { type Payload, payloadCodec } from '../../src/protocol/slice-payload.js';
import { consortium, type Fixture, ledger } from './network.js';

export const EPOCH = 3;
export const SLOT = { view: 1, index: 2 };
export const KEY = hash('simulation', utf8('view key'));
export const DRAFT = hash('simulation', utf8('draft'));

const known = new Map<string, Promise<Fixture>>();

/** A consortium of n banks that deals statistics in this mode, made once. */
export function dealers(banks: number, faults: number, statistics: StatisticsMode): Promise<Fixture> {
  const name = `${banks} ${faults} ${statistics}`;
  const made = known.get(name) ?? consortium(banks, faults, { parameters: { statistics } });
  known.set(name, made);
  return made;
}

/** Every bank's book differs from the others' in one record, and has a negative sum. */
export const bookOf = (bank: number): Dataset => ledger({ [bank]: -100_000 });

/** Where a bank uses its records. */
export const placeOf = ({ manifest }: Fixture, bank: number, epoch = EPOCH): OwnDataPlace => ({
  consortiumId: manifest.consortiumId,
  bank,
  epoch,
});

export const ownData = (fixture: Fixture, bank: number, epoch = EPOCH): OwnData =>
  new OwnData(bookOf(bank), fixture.secrets[bank]!.vault, placeOf(fixture, bank, epoch));

export function signCommitment(
  fixture: Fixture,
  commitment: Omit<SignedCommitment, 'signature'>,
): SignedCommitment {
  return { ...commitment, signature: fixture.sign(commitment.bank, commitmentStatement(commitment)) };
}

export function commitmentOf(fixture: Fixture, bank: number, epoch = EPOCH): SignedCommitment {
  const own = ownData(fixture, bank, epoch);
  return signCommitment(fixture, {
    bank,
    epoch,
    dataRoot: own.dataRoot(),
    records: own.dataset.size,
    statistics: own.statisticsCommitment(fixture.manifest.parameters.statistics),
  });
}

/** Key ids of the records with these numbers (0 to 23). */
export function idsOf(fixture: Fixture, bank: number, records: readonly number[]): Uint8Array[] {
  const key = new SketchKey(KEY);
  const { entries } = ownData(fixture, bank).dataset;
  return records.map((n) => key.keyId(entries.find(({ values }) => values[0] === BigInt(n))!.keyDigest));
}

/** A dealing as everybody sees it, with the dealer's signatures. */
export interface SignedDealing {
  readonly signed: SignedSlices;
  readonly commitment: SignedCommitment;
  readonly claims: Claims;
  readonly envelopes: readonly Envelope[];
  readonly slices: readonly Slice[];
}

export function signHeader(fixture: Fixture, header: SlicesHeader): SignedSlices {
  return { header, signature: fixture.sign(header.dealer, slicesStatement(header)) };
}

export function signEnvelope(
  fixture: Fixture,
  header: SlicesHeader,
  receiver: number,
  parcel: Parcel,
): Envelope {
  const name = { ...header, root: slicesRoot(header) };
  return { ...parcel, signature: fixture.sign(header.dealer, envelopeStatement(name, receiver, parcel)) };
}

export interface Place {
  readonly dealer?: number;
  readonly epoch?: number;
  readonly slot?: typeof SLOT;
  readonly draft?: Uint8Array;
  /** Numbers of the records that are opened. */
  readonly records?: readonly number[];
}

export function dealt(fixture: Fixture, place: Place = {}): Dealt {
  const { dealer = 1, epoch = EPOCH, slot = SLOT, draft = DRAFT, records = [17, 3, 8] } = place;
  return dealSlices({
    manifest: fixture.manifest,
    own: ownData(fixture, dealer, epoch),
    commitment: commitmentOf(fixture, dealer, epoch),
    draft,
    slot,
    key: KEY,
    ids: idsOf(fixture, dealer, records),
  });
}

/** What a bank that follows the protocol deals, and signs. */
export function honest(fixture: Fixture, place: Place = {}): SignedDealing {
  const { header, claims, parcels } = dealt(fixture, place);
  return signed(fixture, header, commitmentOf(fixture, header.dealer, header.epoch), claims, parcels);
}

function signed(
  fixture: Fixture,
  header: SlicesHeader,
  commitment: SignedCommitment,
  claims: Claims,
  parcels: readonly Parcel[],
): SignedDealing {
  return {
    signed: signHeader(fixture, header),
    commitment,
    claims,
    envelopes: parcels.map((parcel, receiver) => signEnvelope(fixture, header, receiver, parcel)),
    slices: parcels.flatMap(({ slice }) => slice ?? []),
  };
}

/** What a bank may do that does not follow it. Everything it leaves out is as an honest bank has it. */
export interface Lie {
  readonly payload?: (payload: Payload) => Payload | Uint8Array;
  readonly claims?: (claims: Claims) => Claims;
  readonly commitment?: (commitment: SignedCommitment) => SignedCommitment;
  /** Changes what was dealt before it is signed. */
  readonly dealing?: (
    dealing: { header: DealingHeader; slices: Slice[] },
    context: Uint8Array,
  ) => {
    header: DealingHeader;
    slices: Slice[];
  };
}

/** What bank 1 deals when it lies so. */
export function lying(fixture: Fixture, lie: Lie, records: readonly number[] = [17, 3, 8]): SignedDealing {
  const { manifest } = fixture;
  const { header, parcels, claims: true_ } = dealt(fixture, { records });
  const own = ownData(fixture, header.dealer);
  const { records: opened, proof } = own.openings(KEY, idsOf(fixture, header.dealer, records));
  const statistics = manifest.parameters.statistics === 'open' ? own.statistics('open') : null;
  const payload = lie.payload?.({ records: opened, proof, statistics }) ?? {
    records: opened,
    proof,
    statistics,
  };
  const bytes = payload instanceof Uint8Array ? payload : encode(payloadCodec(100), payload);
  const claims = lie.claims?.(true_) ?? true_;
  const honestCommitment = commitmentOf(fixture, header.dealer);
  const commitment = lie.commitment
    ? signCommitment(fixture, lie.commitment(honestCommitment))
    : honestCommitment;
  const place = { ...header, claims: claimsDigest(claims.key, claims.items) };
  const context = dealingContext(manifest, place, commitment.dataRoot);
  const entropy = own.entropy('payload', context);
  const made = deal({ ...dealingShape(manifest), payload: bytes, context, entropy });
  const { header: dealing, slices } = lie.dealing?.(made, context) ?? made;
  return signed(
    fixture,
    { ...place, dealing },
    commitment,
    claims,
    parcels.map(({ share }, i) => ({ slice: slices[i]!, share })),
  );
}

/** Commits to fragments of which one is of no codeword with the others. */
export const notCodeword = ({ manifest }: Fixture, damaged = 0): Lie => ({
  dealing: ({ header, slices }, context) => {
    const { binding } = Dealing.accept(header, context, dealingShape(manifest), MAX_PAYLOAD);
    const fragments = slices.map(({ fragment, index }) =>
      index === damaged ? fragment.map((byte) => byte ^ 1) : fragment,
    );
    const tree = new MerkleTree(fragments.map((fragment, i) => fragmentLeaf(binding, i, fragment)));
    return {
      header: { ...header, fragmentRoot: tree.root },
      slices: slices.map((slice, i) => ({ ...slice, fragment: fragments[i]!, proof: tree.proof(i) })),
    };
  },
});

/** Shares another key than the payload is encrypted under. */
export const otherKey = (fixture: Fixture): Lie => ({
  dealing: ({ header, slices }) => {
    const other = honest(fixture, { draft: new Uint8Array(32) });
    const { keyCommitments } = other.signed.header.dealing!;
    return {
      header: { ...header, keyCommitments },
      slices: slices.map((slice, i) => ({ ...slice, share: other.slices[i]!.share })),
    };
  },
});

/** The header accepted, as a receiver has it. */
export function accepted(
  fixture: Fixture,
  { signed, commitment }: Pick<SignedDealing, 'signed' | 'commitment'>,
): AcceptedSlices {
  const result = acceptSlices(fixture.manifest, fixture.suite, signed.header, commitment);
  if (typeof result === 'string') throw new Error(result);
  return result;
}
