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
function once<T>(context: AttackContext, place: string, forge: () => T): T {
  const { memory } = context;
  const known = (memory.get(place) as T | undefined) ?? forge();
  memory.set(place, known);
  return known;
}

export const forgeVrf = defineAdversary({
  name: 'forge-vrf',
  description: 'puts forged VRF proofs into its Opens, signed as they should be',
  attack: (outgoing, context) =>
    outgoing.map((send) => {
      const message = context.decode(send.bytes);
      if (message.type !== 'open') return send;
      const place = `open ${message.epoch}.${message.view}`;
      const which = context.random.chance(0.5) ? 'proof' : 'saltProof';
      const { proof, saltProof } = once(context, place, () => ({
        proof: message.proof,
        saltProof: message.saltProof,
        [which]: forgedProof(message[which], context),
      }));
      const open = { ...message, proof, saltProof };
      return { ...send, bytes: context.encode({ ...open, signature: context.sign(openStatement(open)) }) };
    }),
});
