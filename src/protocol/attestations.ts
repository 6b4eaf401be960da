import { equalBytes, toHex } from '../crypto/bytes.js';
import { type Codec, fixed, list, type Reader, type Writer } from '../crypto/encoding.js';
import { bitmapCodec } from './bitmap.js';
import { type Ballot, ballotStatement, type Certificate, type Vote } from './certificate.js';
import { type DraftHeader, draftDigest } from './draft.js';
import { MAX_BANKS, type Manifest } from './manifest.js';
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
import { SignatureCollector, type Tally } from './votes.js';

/** Proof that all inputs of a draft attested it, each with the slices it holds. */
export interface Attestations {
  /** Every pair that anybody lists, by dealer, then root. */
  readonly pairs: readonly Holding[];
  /** For each input, in the order of C, the places in `pairs` of what it holds. */
  readonly lists: readonly (readonly number[])[];
  /** Aggregate BLS signature over the inputs' (different) attestations, 96 bytes. */
  readonly signature: Uint8Array;
}

/** Two roots a dealer can have at most among those listed: more cannot be listed by f + 1 banks each anyway. */
const MAX_PAIRS = 4 * MAX_BANKS;

/** Strict encoding. A list is a bitmap over the pairs. */
export const attestationsCodec: Codec<Attestations> = (() => {
  const pairs = list(holdingCodec, MAX_PAIRS, 'pairs');
  const listsOf = (size: number) => list(bitmapCodec(size), MAX_BANKS, 'lists');
  const signature = fixed(96, 'signature');
  return {
    write: (writer: Writer, value: Attestations) => {
      pairs.write(writer, [...value.pairs]);
      listsOf(value.pairs.length).write(
        writer,
        value.lists.map((each) => [...each]),
      );
      signature.write(writer, value.signature);
    },
    read: (reader: Reader) => {
      const read = pairs.read(reader);
      return { pairs: read, lists: listsOf(read.length).read(reader), signature: signature.read(reader) };
    },
  };
})();

/** The ballot of an attestation by a bank that holds these slices. */
export function attestationBallot(
  manifest: Manifest,
  header: DraftHeader,
  holdings: readonly Holding[],
): Ballot {
  const value = agreedValue(draftDigest(header), agreedAlike(manifest, holdings));
  return { phase: 'prepare', epoch: header.epoch, slot: header.slot, value, electorate: header.inputs };
}

/**
 * What is agreed by the attestations shown; null unless every input of the draft signed the list that stands for it.
 */
export function verifyAttestations(
  manifest: Manifest,
  suite: Suite,
  header: DraftHeader,
  { pairs, lists, signature }: Attestations,
): { readonly agreed: Agreed; readonly lists: ReadonlyMap<number, readonly Holding[]> } | null {
  if (lists.length !== header.inputs.length) return null;
  const held = new Map<number, readonly Holding[]>();
  for (const [i, list] of lists.entries()) {
    const holdings = list.map((place) => pairs[place]!);
    if (!areHoldings(holdings, header.inputs)) return null;
    held.set(header.inputs[i]!, holdings);
  }
  const keys = header.inputs.map((bank) => manifest.keys[bank]!);
  const messages = [...held.values()].map((holdings) =>
    statementDigest(
      manifest.consortiumId,
      ballotStatement(attestationBallot(manifest, header, holdings), manifest.size),
    ),
  );
  if (!suite.bls.aggregateVerify(keys, messages, signature)) return null;
  return { agreed: agreedFrom(manifest, held), lists: held };
}

interface Attested {
  readonly value: string;
  readonly holdings: readonly Holding[];
  readonly signature: Uint8Array;
}

/**
 * Gathers the attestations of one draft. When all of C attested the same, they are its prepare certificate; when they
 * hold different slices, they are what the leader proposes W with.
 */
export class AttestationTally implements Tally {
  readonly #attested = new Map<number, Attested>();
  readonly #bad = new Set<number>();

  constructor(
    private readonly manifest: Manifest,
    private readonly suite: Suite,
    private readonly header: DraftHeader,
  ) {}

  /** Keeps one attestation of each input, if its value is that of its list. */
  add(bank: number, vote: Vote): void {
    const { inputs, slot } = this.header;
    if (!inputs.includes(bank) || this.#attested.has(bank) || this.#bad.has(bank)) return;
    if (vote.phase !== 'prepare' || compareSlots(vote.slot, slot) !== 0 || !vote.holdings) return;
    const { electorate, holdings } = vote;
    if (electorate?.length !== inputs.length || !electorate.every((member, i) => member === inputs[i]))
      return;
    if (!areHoldings(holdings, inputs)) return;
    const { value } = attestationBallot(this.manifest, this.header, holdings);
    if (!equalBytes(value, vote.value)) return;
    this.#attested.set(bank, { value: toHex(value), holdings, signature: vote.signature });
  }

  get missing(): number[] {
    return this.header.inputs.filter((bank) => !this.#attested.has(bank));
  }

  certify(): Certificate | null {
    const groups = this.#groups();
    if (groups?.length !== 1) return null;
    const { epoch, slot } = this.header;
    const { holdings, signers, signature } = groups[0]!;
    const { value } = attestationBallot(this.manifest, this.header, holdings);
    return { phase: 'prepare', epoch, slot, value, attested: true, signers, signature };
  }

  /** The attestations of all inputs, once they are here and are not alike. */
  differing(): Attestations | null {
    const groups = this.#groups();
    if (!groups || groups.length < 2) return null;
    const pairs = new Map<string, Holding>();
    const nameOf = ({ dealer, root }: Holding): string => `${String(dealer).padStart(5, '0')}/${toHex(root)}`;
    for (const { holdings } of groups) for (const holding of holdings) pairs.set(nameOf(holding), holding);
    const names = [...pairs.keys()].sort();
    const place = new Map(names.map((name, i) => [name, i]));
    return {
      pairs: names.map((name) => pairs.get(name)!),
      lists: this.header.inputs.map((bank) =>
        this.#attested.get(bank)!.holdings.map((holding) => place.get(nameOf(holding))!),
      ),
      signature: this.suite.bls.aggregate(groups.map((group) => group.signature)),
    };
  }

  /** The attestations by value, each group verified; null while one is missing. Bad ones are dropped for good. */
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
      const collector = new SignatureCollector(this.manifest, this.suite, digest);
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
