import type { EpochContext } from './context.js';
import { fetchStatement, MAX_FETCH } from './requests.js';

/** Asks one holder for the raw records under these key ids, in as many requests as it takes. */
export function askForRecords(
  { chain, journal, courier }: EpochContext,
  holder: number,
  value: Uint8Array,
  ids: readonly Uint8Array[],
): void {
  for (let i = 0; i < ids.length; i += MAX_FETCH) {
    const fetch = { epoch: chain.epoch, value, ids: ids.slice(i, i + MAX_FETCH) };
    courier.send(holder, { type: 'fetch', ...fetch, signature: journal.sign(fetchStatement(fetch)) });
  }
}
