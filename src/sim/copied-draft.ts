import { toHex } from '../crypto/bytes.js';
import { buildConflictTable } from '../data/conflict.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { classRule, type Draft } from '../protocol/draft.js';
import type { AttackContext } from './adversary.js';
import { holdingsOf, withTable } from './lying-draft.js';
import { ownData, readAs } from './redealing.js';

/**
 * The draft with a version of one honest bank in the liars' columns, so that more banks seem to hold it than do; null
 * where none is known that can be shown.
 *
 * @param sketches the first symbols of the banks' sketches under the view's key, by bank
 */
export function copiedDraft(
  draft: Draft,
  sketches: ReadonlyMap<number, Uint8Array>,
  context: AttackContext,
): Draft | null {
  const { manifest, accomplices, random } = context;
  const read = readAs(context, draft)!;
  const { inputs } = draft.header;
  const { sketch } = ownData(context).keyed(read.opened.key);
  for (const victim of random.shuffle(inputs.filter((bank) => !accomplices.includes(bank)))) {
    const place = inputs.indexOf(victim);
    const decoder = new SketchDecoder(sketch);
    decoder.add(sketches.get(victim) ?? new Uint8Array(0));
    for (const item of decoder.complete ? random.shuffle([...decoder.remoteOnly]) : []) {
      const row = read.rows.get(toHex(item.subarray(0, 8)));
      const stolen = row?.column[place];
      // Whoever holds a third version would not find its digest, which the leader cannot show for others to see.
      if (!row || !stolen || row.column.some((v) => v > 0 && v !== stolen && !row.digests[v - 1])) continue;
      const held = holdingsOf(row, random).map((digest, i) => {
        const takes = accomplices.includes(inputs[i]!) || row.column[i] === stolen;
        return takes ? item.subarray(8) : digest;
      });
      const others = read.table.rows.filter((other) => other !== row);
      const holdings = others.map((other) => [other.id, holdingsOf(other, random)] as const);
      const rule = classRule(manifest);
      return withTable(draft, buildConflictTable(inputs.length, [...holdings, [row.id, held]], rule), rule);
    }
  }
  return null;
}
