import { bitmapCodec } from '../crypto/bitmap.js';
import { SignatureCollector } from '../crypto/bls-certificate.js';
import { equalBytes, toHex } from '../crypto/bytes.js';
import { type Codec, fixed, list, type Reader, struct, u16, type Writer } from '../crypto/encoding.js';
import { type Acknowledgement, verifyAcknowledgement } from './acknowledgements.js';
import { type Ballot, ballotStatement, type Certificate, type Vote } from './certificate.js';
import { type DraftHeader, draftDigest, electorateOf } from './draft.js';
import type { Manifest } from './manifest.js';
import { compareSlots } from './slot.js';
import { statementDigest } from './statement.js';
import type { Suite } from './suite.js';
import {
  type Agreed,
  agreedAlike,
  agreedFrom,
  agreedValue,
  areHoldings,
  type Holding,
  holdingCodec,
} from './value.js';
import type { Tally } from './votes.js';

/** Proof that a draft's whole electorate attested it, each bank with the slices it holds. */
export interface Attestations {
  /** Every pair that anybody lists, by dealer, then root. */
  readonly pairs: readonly Holding[];
  /** For each bank of the electorate, ascending, the places in `pairs` of what it holds. */
  readonly lists: readonly (readonly number[])[];
  /** What banks that are in the draft by their amendment hold, by bank ascending; perhaps not of all of them. */
  readonly acknowledged: readonly Acknowledged[];
  /** Aggregate BLS signature over the (different) attestations, 96 bytes. */
  readonly signature: Uint8Array;
}

/** An acknowledgement, its holdings as places in the pairs of a bundle. */
export interface Acknowledged {
  /** Index of the bank. */
  readonly bank: number;
  /** Places in {@link Attestations.pairs} of what it holds, ascending. */
  readonly list: readonly number[];
  /** Its Ed25519 signature over `acknowledgementStatement`, 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * Strict encoding for a consortium of `banks` banks. A list is a bitmap over the pairs, of at most one pair a bank.
 *
 * There is room for as many pairs as banks can list at all: liars can list made-up roots for every dealer, each its own, and a
 * bundle without room for them would let them stop a leader from proposing anything.
 */
export function attestationsCodec(banks: number): Codec<Attestations> {
  const pairs = list(holdingCodec, banks * banks, 'pairs');
  const listsOf = (size: number) => list(bitmapCodec(size, banks), banks, 'lists');
  const signature = fixed(96, 'signature');
  const own = fixed(64, 'signature');
  const acknowledgedOf = (size: number) =>
    list(
      struct<Acknowledged>({ bank: u16, list: bitmapCodec(size, banks), signature: own }),
      banks,
      'acknowledged',
    );
  return {
    write: (writer: Writer, value: Attestations) => {
      pairs.write(writer, [...value.pairs]);
      listsOf(value.pairs.length).write(
        writer,
        value.lists.map((each) => [...each]),
      );
      acknowledgedOf(value.pairs.length).write(writer, [...value.acknowledged]);
      signature.write(writer, value.signature);
    },
    read: (reader: Reader) => {
      const read = pairs.read(reader);
      const lists = listsOf(read.length).read(reader);
      const acknowledged = acknowledgedOf(read.length).read(reader);
      return { pairs: read, lists, acknowledged, signature: signature.read(reader) };
    },
  };
}

/** The ballot of an attestation by a bank that holds these slices. */
export function attestationBallot(
  manifest: Manifest,
  header: DraftHeader,
  holdings: readonly Holding[],
): Ballot {
  const value = agreedValue(draftDigest(header), agreedAlike(manifest, holdings));
  const electorate = electorateOf(header);
  return { phase: 'prepare', epoch: header.epoch, slot: header.slot, value, electorate };
}

/**
 * The ballot that a vote signs when it is an attestation of this draft, with slices of its inputs and with the value that
 * follows from them; null when it is none. Its signature is not looked at.
 */
export function attestedBallot(manifest: Manifest, header: DraftHeader, vote: Vote): Ballot | null {
  const { phase, slot, value, electorate, holdings } = vote;
  const members = electorateOf(header);
  if (phase !== 'prepare' || compareSlots(slot, header.slot) !== 0 || !holdings) return null;
  if (electorate?.length !== members.length || !electorate.every((member, i) => member === members[i]))
    return null;
  if (!areHoldings(holdings, header.inputs)) return null;
  const ballot = attestationBallot(manifest, header, holdings);
  return equalBytes(ballot.value, value) ? ballot : null;
}

/** Whether `bank` signed this ballot. */
export function signedBallot(
  manifest: Manifest,
  suite: Suite,
  bank: number,
  ballot: Ballot,
  signature: Uint8Array,
): boolean {
  const digest = statementDigest(manifest.consortiumId, ballotStatement(ballot, manifest.size));
  return suite.bls.verify(manifest.keys[bank]!, digest, signature);
}

/**
 * What is agreed by the attestations shown; null unless the whole electorate of the draft, a quorum at least, signed the
 * lists that stand for it, and so did each bank that acknowledges. A draft with a smaller electorate has no honest bank to
 * vouch for its contents: its leader and f liars could attest it.
 */
export function verifyAttestations(
  manifest: Manifest,
  suite: Suite,
  header: DraftHeader,
  { pairs, lists, acknowledged, signature }: Attestations,
): { readonly agreed: Agreed; readonly lists: ReadonlyMap<number, readonly Holding[]> } | null {
  const electorate = electorateOf(header);
  if (electorate.length < manifest.quorum || lists.length !== electorate.length) return null;
  const places = [...lists, ...acknowledged.map(({ list }) => list)].flat();
  if (places.some((place) => pairs[place] === undefined)) return null;
  const named = (list: readonly number[]) => list.map((place) => pairs[place]!);
  const held = new Map(lists.map((list, i) => [electorate[i]!, named(list)]));
  for (const holdings of held.values()) if (!areHoldings(holdings, header.inputs)) return null;
  const keys = electorate.map((bank) => manifest.keys[bank]!);
  const messages = [...held.values()].map((holdings) =>
    statementDigest(
      manifest.consortiumId,
      ballotStatement(attestationBallot(manifest, header, holdings), manifest.size),
    ),
  );
  if (!suite.bls.aggregateVerify(keys, messages, signature)) return null;
  for (const [i, { bank, list, signature: own }] of acknowledged.entries()) {
    const acknowledgement = { bank, holdings: named(list), signature: own };
    if (bank <= (acknowledged[i - 1]?.bank ?? -1)) return null;
    if (!verifyAcknowledgement(manifest, suite, header, acknowledgement)) return null;
    held.set(bank, acknowledgement.holdings);
  }
  return { agreed: agreedFrom(manifest, held), lists: held };
}

interface Attested {
  readonly value: string;
  readonly holdings: readonly Holding[];
  readonly signature: Uint8Array;
  /** Whether the signature was looked at, and holds. */
  readonly verified: boolean;
}

/**
 * Gathers the attestations of one draft. When its whole electorate attested the same, they are its prepare certificate; when
 * they hold different slices, they are what the leader proposes W with.
 */
export class AttestationTally implements Tally {
  readonly #electorate: readonly number[];
  readonly #attested = new Map<number, Attested>();
  readonly #bad = new Set<number>();

  constructor(
    private readonly manifest: Manifest,
    private readonly suite: Suite,
    private readonly header: DraftHeader,
  ) {
    this.#electorate = electorateOf(header);
  }

  /** Keeps one attestation of each bank of the electorate, if its value is that of its list: the first one that holds. */
  add(bank: number, vote: Vote): void {
    if (!this.#electorate.includes(bank)) return;
    const ballot = attestedBallot(this.manifest, this.header, vote);
    if (!ballot) return;
    const { signature } = vote;
    const earlier = this.#attested.get(bank);
    if (earlier?.verified || (earlier && equalBytes(earlier.signature, signature))) return;
    const verified = earlier !== undefined || this.#bad.has(bank);
    if (verified && !signedBallot(this.manifest, this.suite, bank, ballot, signature)) return;
    this.#attested.set(bank, { value: toHex(ballot.value), holdings: vote.holdings!, signature, verified });
  }

  get missing(): number[] {
    return this.#electorate.filter((bank) => !this.#attested.has(bank));
  }

  certify(): Certificate | null {
    const groups = this.#groups();
    if (groups?.length !== 1) return null;
    const { epoch, slot } = this.header;
    const { holdings, signers, signature } = groups[0]!;
    const { value } = attestationBallot(this.manifest, this.header, holdings);
    return { phase: 'prepare', epoch, slot, value, attested: true, signers, signature };
  }

  /** The attestations of the electorate, once they are here and are not alike, with these acknowledgements. */
  differing(acknowledgements: readonly Acknowledgement[]): Attestations | null {
    const groups = this.#groups();
    if (!groups || groups.length < 2) return null;
    const pairs = new Map<string, Holding>();
    const nameOf = ({ dealer, root }: Holding): string => `${String(dealer).padStart(5, '0')}/${toHex(root)}`;
    for (const { holdings } of [...groups, ...acknowledgements])
      for (const holding of holdings) pairs.set(nameOf(holding), holding);
    const names = [...pairs.keys()].sort();
    const place = new Map(names.map((name, i) => [name, i]));
    const placesOf = (holdings: readonly Holding[]) => holdings.map((holding) => place.get(nameOf(holding))!);
    return {
      pairs: names.map((name) => pairs.get(name)!),
      lists: this.#electorate.map((bank) => placesOf(this.#attested.get(bank)!.holdings)),
      acknowledged: acknowledgements.map(({ bank, holdings, signature }) => {
        return { bank, list: placesOf(holdings), signature };
      }),
      signature: this.suite.bls.aggregate(groups.map((group) => group.signature)),
    };
  }

  /** The attestations by value, each group verified; null while one is missing. Bad ones are dropped. */
  #groups() {
    if (this.missing.length > 0) return null;
    const byValue = new Map<string, number[]>();
    for (const [bank, { value }] of this.#attested) byValue.set(value, [...(byValue.get(value) ?? []), bank]);
    const groups = [];
    for (const banks of byValue.values()) {
      const { holdings } = this.#attested.get(banks[0]!)!;
      const statement = ballotStatement(
        attestationBallot(this.manifest, this.header, holdings),
        this.manifest.size,
      );
      const digest = statementDigest(this.manifest.consortiumId, statement);
      const collector = new SignatureCollector(this.suite.bls, this.manifest.keys, digest);
      for (const bank of banks) collector.add(bank, this.#attested.get(bank)!.signature);
      const aggregate = collector.aggregate(banks.length);
      for (const bank of collector.bad) {
        this.#attested.delete(bank);
        this.#bad.add(bank);
      }
      if (aggregate) groups.push({ holdings, ...aggregate });
    }
    return this.missing.length > 0 || groups.length !== byValue.size ? null : groups;
  }
}
