import { equalBytes } from '../crypto/bytes.js';
import { type Ballot, ballotStatement, type Certificate, type Vote } from './certificate.js';
import type { Manifest } from './manifest.js';
import { compareSlots } from './slot.js';
import { statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/**
 * Gathers signatures of many banks over one message and checks them lazily: one aggregate check when enough are there.
 * Only when that fails are the bad ones searched for, by halving, so that k bad signatures among m cost about
 * k·log₂(m/k) checks; they are dropped for good.
 */
export class SignatureCollector {
  readonly #signatures = new Map<number, Uint8Array>();
  readonly #bad = new Set<number>();
  #good = new Set<number>();

  /** @param digest the 32 bytes all of them signed */
  constructor(
    private readonly manifest: Manifest,
    private readonly suite: Suite,
    readonly digest: Uint8Array,
  ) {}

  /** Keeps one signature of each bank. */
  add(bank: number, signature: Uint8Array): void {
    if (!this.#bad.has(bank) && !this.#signatures.has(bank)) this.#signatures.set(bank, signature);
  }

  /** Banks whose signature is here and not known to be bad, ascending. */
  get banks(): number[] {
    return [...this.#signatures.keys()].sort((a, b) => a - b);
  }

  /** Banks that sent a signature which does not verify. Not a proof: a link may have done it. */
  get bad(): number[] {
    return [...this.#bad].sort((a, b) => a - b);
  }

  /** An aggregate of at least `needed` good signatures, all that are here; null while there are not so many. */
  aggregate(needed: number): { readonly signers: number[]; readonly signature: Uint8Array } | null {
    for (;;) {
      const signers = this.banks;
      if (signers.length < needed) return null;
      const signature = this.#aggregateOf(signers);
      if (signature && this.#verifies(signers, signature)) {
        this.#good = new Set(signers);
        return { signers, signature };
      }
      const bad = this.#findBad(signers);
      if (bad.length === 0) return null;
      for (const bank of bad) {
        this.#signatures.delete(bank);
        this.#bad.add(bank);
      }
    }
  }

  #aggregateOf(banks: readonly number[]): Uint8Array | null {
    try {
      return this.suite.bls.aggregate(banks.map((bank) => this.#signatures.get(bank)!));
    } catch {
      return null; // a signature that is no point of the group: found by halving, too
    }
  }

  #verifies(banks: readonly number[], signature: Uint8Array): boolean {
    const keys = banks.map((bank) => this.manifest.keys[bank]!);
    return this.suite.bls.fastAggregateVerify(keys, this.digest, signature);
  }

  #findBad(banks: readonly number[]): number[] {
    const suspects = banks.filter((bank) => !this.#good.has(bank));
    // What is known to be bad is not checked again: the whole group, since it failed with only good ones beside it, and the
    // right half of a bad group whose left half is good.
    const search = (group: readonly number[], isBad: boolean): number[] => {
      if (!isBad) {
        const signature = this.#aggregateOf(group);
        if (signature && this.#verifies(group, signature)) return [];
      }
      if (group.length === 1) return [...group];
      const middle = group.length >> 1;
      const left = search(group.slice(0, middle), false);
      return [...left, ...search(group.slice(middle), left.length === 0)];
    };
    // Were both halves of a failing group good, so would be their sum, unless the keys of liars cancel out; then there
    // is nobody to drop, and no sum either.
    return suspects.length > 0 ? search(suspects, true) : [];
  }
}

/** The votes of one ballot, as its leader gathers them. */
export interface Tally {
  /** Takes a bank's vote, if it is one for this ballot; the first one only. */
  add(bank: number, vote: Vote): void;
  /** Members of the electorate whose vote is missing; none where any quorum will do. */
  readonly missing: number[];
  /** The certificate, once enough have voted. */
  certify(): Certificate | null;
}

/** Gathers the votes of one ballot into a certificate: those of any quorum. */
export class VoteCollector implements Tally {
  readonly #signatures: SignatureCollector;

  constructor(
    private readonly manifest: Manifest,
    suite: Suite,
    private readonly ballot: Omit<Ballot, 'electorate'>,
  ) {
    const digest = statementDigest(
      manifest.consortiumId,
      ballotStatement({ ...ballot, electorate: null }, manifest.size),
    );
    this.#signatures = new SignatureCollector(manifest, suite, digest);
  }

  add(bank: number, { phase, slot, value, electorate, signature }: Vote): void {
    const { ballot } = this;
    if (phase !== ballot.phase || compareSlots(slot, ballot.slot) !== 0) return;
    if (electorate === null && equalBytes(value, ballot.value)) this.#signatures.add(bank, signature);
  }

  get missing(): number[] {
    return [];
  }

  certify(): Certificate | null {
    const aggregate = this.#signatures.aggregate(this.manifest.quorum);
    if (!aggregate) return null;
    const { phase, epoch, slot, value } = this.ballot;
    return { phase, epoch, slot, value, attested: false, ...aggregate };
  }
}
