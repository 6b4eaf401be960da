import { SignatureCollector } from '../crypto/bls-certificate.js';
import { equalBytes } from '../crypto/bytes.js';
import { type Ballot, ballotStatement, type Certificate, type Vote } from './certificate.js';
import type { Manifest } from './manifest.js';
import { compareSlots } from './slot.js';
import { statementDigest } from './statement.js';
import type { Suite } from './suite.js';

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
    this.#signatures = new SignatureCollector(suite.bls, manifest.keys, digest);
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
