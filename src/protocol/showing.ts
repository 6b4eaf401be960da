import { isConcordatError } from '../crypto/error.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { symbolsWithin } from '../data/sketch-estimate.js';
import type { EpochContext } from './context.js';
import { differenceLimit } from './draft.js';
import { makeSketchPart } from './following.js';
import { differenceSeen, furtherSymbols, MAX_PARTS } from './further-symbols.js';
import type { MessageOf, SketchPart } from './messages.js';
import type { Opened } from './reading.js';

/** What this bank does about a request for symbols: answers, says nothing, or refuses for a reason in a word. */
export type Answer =
  | { readonly part: SketchPart }
  | { readonly refused: string | null; readonly suspected?: string };

/**
 * What a bank shows the leader of one view of its records: first symbols unasked, and more only for as many of the leader's
 * own, by which it sees itself how many the leader lacks. So a leader is shown what its difference from this bank takes and
 * no more, whatever it would like; of the difference that *it shows*, since nobody else knows what a leader holds.
 */
export class Showing {
  readonly #decoder: SketchDecoder;
  /** Symbols that this bank has shown. */
  #shown: number;
  #parts = 0;

  constructor(
    private readonly context: EpochContext,
    private readonly opened: Opened,
  ) {
    const { manifest, own } = context;
    this.#decoder = new SketchDecoder(own.keyed(opened.key).sketch, symbolsWithin(differenceLimit(manifest)));
    this.#shown = manifest.parameters.sketchSymbols;
  }

  /** The first symbols, which travel with the Commitment. */
  first(): SketchPart {
    return makeSketchPart(this.context, this.opened, 0, 0, this.#shown);
  }

  /** The leader's request for the next part, whose signature holds. Each part is given once. */
  answer({ part, symbols }: MessageOf<'symbols'>): Answer {
    const { journal, chain, manifest } = this.context;
    const place = {
      type: 'sketch',
      epoch: chain.epoch,
      slot: { view: this.opened.view, index: part },
    } as const;
    // What was given before a restart is not given again: the parts before it are not here.
    if (part > MAX_PARTS || part !== this.#parts + 1 || journal.signed(place)) return { refused: null };
    this.#parts = part;
    const decoder = this.#decoder;
    try {
      decoder.add(symbols);
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      return { refused: 'symbols-invalid' };
    }
    if (decoder.received !== this.#shown) return { refused: 'symbols-invalid' };
    if (decoder.complete)
      return {
        refused: 'symbols-too-many',
        suspected: 'asked for symbols of a difference that it could list already',
      };
    const count = furtherSymbols(differenceSeen(decoder), differenceLimit(manifest));
    if (count === null)
      return {
        refused: 'symbols-too-many',
        suspected: 'asked for symbols of a difference that is larger than any that is drafted',
      };
    const given = makeSketchPart(this.context, this.opened, part, this.#shown, count);
    this.#shown += count;
    return { part: given };
  }
}
