import { compareBytes, uint64 } from '../../crypto/bytes.js';
import { hash } from '../../crypto/hash.js';
import { commitmentStatement, ticketInput } from '../../protocol/commitment.js';
import type { DraftHeader } from '../../protocol/draft.js';
import type { Message } from '../../protocol/messages.js';
import { openStatement } from '../../protocol/requests.js';
import { type AttackContext, defineAdversary } from '../adversary.js';
import { altered } from './forgery.js';

/** The order of edwards25519's subgroup, little-endian: added to s it would make a second proof, were s not below it. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Another proof for the same output, if a verifier takes an s that is not reduced. */
function unreduced(proof: Uint8Array): Uint8Array {
  const forged = proof.slice();
  let s = 0n;
  for (let i = 79; i >= 48; i--) s = (s << 8n) | BigInt(proof[i]!);
  for (let i = 48, rest = s + ORDER; i < 80; i++, rest >>= 8n) forged[i] = Number(rest & 255n);
  return forged;
}

/** A proof that does not hold: altered, not reduced, or good for another input. */
function forgedProof(proof: Uint8Array, { random, suite, secrets }: AttackContext): Uint8Array {
  const forge = random.pick([
    () => altered(proof),
    () => unreduced(proof),
    () => suite.vrf.prove(secrets.vrf, random.bytes(32)),
    () => random.bytes(proof.length),
  ]);
  return forge();
}

/** Calls `forge` once for each place, so that the same is said to all: two proofs of a view would be another attack. */
function once(context: AttackContext, place: string, forge: () => Uint8Array): Uint8Array {
  const { memory } = context;
  const known = (memory.get(place) as Uint8Array | undefined) ?? forge();
  memory.set(place, known);
  return known;
}

function withTicket(
  message: Extract<Message, { type: 'commitment' }>,
  ticket: Uint8Array,
  { sign }: AttackContext,
): Message {
  const commitment = { ...message.commitment, ticket };
  return { ...message, commitment: { ...commitment, signature: sign(commitmentStatement(commitment)) } };
}

export const forgeVrf = defineAdversary({
  name: 'forge-vrf',
  description: 'puts forged VRF proofs into its Opens and its tickets, signed as they should be',
  attack: (outgoing, context) =>
    outgoing.map((send) => {
      const message = context.decode(send.bytes);
      if (message.type === 'commitment') {
        const place = `ticket ${message.commitment.epoch}`;
        const ticket = once(context, place, () => forgedProof(message.commitment.ticket, context));
        return { ...send, bytes: context.encode(withTicket(message, ticket, context)) };
      }
      if (message.type !== 'open') return send;
      const place = `open ${message.epoch}.${message.view}`;
      const open = { ...message, proof: once(context, place, () => forgedProof(message.proof, context)) };
      return { ...send, bytes: context.encode({ ...open, signature: context.sign(openStatement(open)) }) };
    }),
});

/** Keys that are tried for a better ticket. */
const KEYS_TRIED = 8;

/** The proof, under keys that are not in the manifest, whose ticket comes first. */
function groundTicket({ manifest, bank, suite, secrets }: AttackContext): Uint8Array {
  const input = ticketInput(manifest, bank.chain);
  const tries = Array.from({ length: KEYS_TRIED }, (_, i) => {
    const proof = suite.vrf.prove(hash('simulation', secrets.vrf, uint64(i)), input);
    return { proof, ticket: hash('ticket', suite.vrf.proofToHash(proof)) };
  });
  tries.sort((a, b) => compareBytes(a.ticket, b.ticket));
  return tries[0]!.proof;
}

/** The bank's own ticket under the seed that this draft leads to, if it is agreed. */
function ticketAfter(
  { opening }: DraftHeader,
  { manifest, bank, suite, secrets }: AttackContext,
): Uint8Array {
  const { chain } = bank;
  const nextSeed = hash('epoch-seed', uint64(chain.epoch + 2), suite.vrf.proofToHash(opening));
  const proof = suite.vrf.prove(secrets.vrf, ticketInput(manifest, { ...chain, nextSeed }));
  return hash('ticket', suite.vrf.proofToHash(proof));
}

/** Both ways to be drawn sooner: a ticket of another key, and a draft that is kept back when its seed is no good. */
export const grindTickets = defineAdversary({
  name: 'grind-tickets',
  description:
    'shows the best ticket of several keys, and as leader keeps back a draft whose seed does not please it',
  attack: (outgoing, context) => {
    const { memory, random } = context;
    const forges = (memory.get('forges') as boolean | undefined) ?? random.chance(0.5);
    memory.set('forges', forges);
    return outgoing.flatMap((send) => {
      const message = context.decode(send.bytes);
      if (message.type === 'commitment' && forges) {
        const ticket = once(context, `ground ${message.commitment.epoch}`, () => groundTicket(context));
        return [{ ...send, bytes: context.encode(withTicket(message, ticket, context)) }];
      }
      if (message.type !== 'draft' || forges) return [send];
      const place = `draft ${message.draft.header.epoch}.${message.draft.header.slot.view}`;
      const ticket = once(context, place, () => ticketAfter(message.draft.header, context));
      return ticket[0]! < 128 ? [send] : [];
    });
  },
});
