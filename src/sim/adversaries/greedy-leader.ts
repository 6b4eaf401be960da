import { toHex } from '../../crypto/bytes.js';
import { Sketch } from '../../data/sketch.js';
import { SketchKey } from '../../data/sketch-item.js';
import { SketchItems } from '../../data/sketch-items.js';
import type { MessageOf } from '../../protocol/messages.js';
import { openedBy } from '../../protocol/reading.js';
import { symbolsStatement } from '../../protocol/requests.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';
import { ownData } from '../redealing.js';
import { symbolCounts } from '../symbol-counts.js';

/** Whose symbols are shown as one's own: one's own, those of no records, or of as many that nobody has. */
const PRETENCES = ['own', 'none', 'foreign'] as const;

/** Times that each bank is asked in a view: once more than it answers. */
const REQUESTS = 4;

/** What was shown to a bank in a view, and given by it. */
interface Dealings {
  part: number;
  given: number;
  shown: number;
}

/** The sketch that is shown in a view. */
function pretended(view: number, context: AttackContext): Sketch | null {
  const { memory, random, manifest, suite, bank, dataset } = context;
  const name = `greedy/${bank.chain.epoch}/${view}`;
  const made = memory.get(name) as Sketch | undefined;
  const open = memory.get(`${name}/open`) as MessageOf<'open'> | undefined;
  if (made || !open) return made ?? null;
  const pretence = random.pick(PRETENCES);
  const opened = openedBy({ manifest, suite, chain: bank.chain }, view, open.proof, open.saltProof);
  if (!opened) return null;
  const count = pretence === 'none' ? 0 : dataset.size;
  const items = Array.from({ length: count }, () => random.bytes(24));
  const distinct = [...new Map(items.map((item) => [toHex(item), item])).values()];
  const sketch =
    pretence === 'own'
      ? ownData(context).keyed(opened.key).sketch
      : new Sketch(SketchItems.fromItems(new SketchKey(opened.key), distinct));
  memory.set(name, sketch);
  return sketch;
}

/** The request that follows on what a bank has just given. */
function request(context: AttackContext): AdversarialSend[] {
  const { input, heard, memory, encode, sign } = context;
  if (input.type !== 'message' || (heard?.type !== 'commitment' && heard?.type !== 'sketch')) return [];
  const { epoch, view, symbols: given } = heard.type === 'commitment' ? heard.sketch : heard;
  const name = `greedy/${epoch}/${view}/${input.from}`;
  const before = (memory.get(name) as Dealings | undefined) ?? { part: 0, given: 0, shown: 0 };
  const sketch = pretended(view, context);
  const length = symbolCounts(given, before.part === 0)?.length;
  if (!sketch || length === undefined || before.part >= REQUESTS) return [];
  const now = { part: before.part + 1, given: before.given + length, shown: before.given + length };
  memory.set(name, now);
  const symbols = sketch.symbols(before.shown, now.shown - before.shown);
  const asked = { epoch, view, part: now.part, symbols };
  const message = { type: 'symbols', ...asked, signature: sign(symbolsStatement(asked)) } as const;
  return [{ to: input.from, bytes: encode(message) }];
}

/** Wants to see all that each bank holds, whatever it lacks itself. */
export const greedyLeader = defineAdversary({
  name: 'greedy-leader',
  description:
    'as leader asks every bank for symbols as long as it gets any, and shows those of other records as its own',
  attack: (outgoing, context) => {
    const kept = outgoing.filter(({ bytes }) => {
      const message = context.decode(bytes);
      if (message.type === 'open')
        context.memory.set(`greedy/${message.epoch}/${message.view}/open`, message);
      return message.type !== 'symbols';
    });
    return [...kept, ...request(context)];
  },
});
