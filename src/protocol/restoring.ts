import type { EpochContext } from './context.js';
import type { DraftStore } from './drafts.js';
import type { LogEntry } from './journal.js';
import { openedFor, readDraft } from './reading.js';
import type { SliceStore } from './slice-store.js';

/**
 * Takes over from one entry of an earlier run's log what this bank promised to keep: the drafts that it voted for, and the
 * slices that it attested to hold. Others count on it: q − f honest holders rebuild a dealing, and no more need be there.
 */
export function restoreKept(
  context: EpochContext,
  drafts: DraftStore,
  slices: SliceStore,
  entry: LogEntry,
): void {
  const { epoch } = context.chain;
  if (entry.type === 'kept' && entry.contents.draft.header.epoch === epoch) drafts.restore(entry.contents);
  if (entry.type !== 'held' || entry.epoch !== epoch) return;
  const draft = drafts.draft(entry.draft);
  const opened = draft && openedFor(context, draft);
  const read = opened && readDraft(context, draft, opened);
  if (read) slices.restore(read, entry.slices);
}
