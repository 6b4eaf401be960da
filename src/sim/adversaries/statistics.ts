import * as pedersen from '../../crypto/pedersen.js';
import type { StatisticsMode } from '../../protocol/manifest.js';
import { OwnData } from '../../protocol/own-data.js';
import type { StatisticsOpening } from '../../protocol/slice-payload.js';
import { type AttackContext, defineAdversary } from '../adversary.js';
import { dealFrom, placeOf, redealing } from '../redealing.js';
import { alteredScalar } from './forgery.js';

/** Says other figures than it committed to. */
class OtherFigures extends OwnData {
  override statistics(mode: StatisticsMode): StatisticsOpening {
    const { values, blinding } = super.statistics(mode);
    return { values: values.map(alteredScalar), blinding };
  }

  /** What it committed to: the other figures do not open it. */
  override statisticsCommitment(mode: StatisticsMode): Uint8Array {
    const { values, blinding } = super.statistics(mode);
    return pedersen.commit(values, blinding);
  }
}

const dealingOthers = redealing((read, context) => {
  const { dataset, secrets } = context;
  const { header, parcels } = dealFrom(
    new OtherFigures(dataset, secrets.vault, placeOf(context)),
    read,
    context,
  );
  return (receiver) => ({ header, parcel: parcels[receiver]! });
});

/** Whether the bank lies about its own figures, too: drawn once. */
function dealsFalsely({ memory, random }: AttackContext): boolean {
  const drawn = (memory.get('deals falsely') as boolean | undefined) ?? random.chance(0.5);
  memory.set('deals falsely', drawn);
  return drawn;
}

/** Lies about sums, which the others recover without it; perhaps also about its own figures, which its word proves. */
export const forgeStats = defineAdversary({
  name: 'forge-stats',
  description:
    'gives back a wrong share of the summed statistics; as its stream has it, also deals figures it did not commit to',
  attack: (outgoing, context) => {
    const dealt = dealsFalsely(context) ? dealingOthers(outgoing, context) : outgoing;
    return dealt.map((send) => {
      const message = context.decode(send.bytes);
      if (message.type !== 'release' || !message.share) return send;
      return { ...send, bytes: context.encode({ ...message, share: message.share.map(alteredScalar) }) };
    });
  },
});
