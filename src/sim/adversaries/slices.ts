import { dealingBinding, fragmentLeaf, type Slice } from '../../crypto/dealing.js';
import { MerkleTree } from '../../crypto/merkle.js';
import { deal } from '../../crypto/slices.js';
import type { SignedCommitment } from '../../protocol/commitment.js';
import type { Dealt } from '../../protocol/dealer.js';
import type { Manifest } from '../../protocol/manifest.js';
import { OwnData } from '../../protocol/own-data.js';
import { commitmentIn } from '../../protocol/reading.js';
import { dealingShape } from '../../protocol/slice-check.js';
import { dealingContext, type Parcel } from '../../protocol/slice-header.js';
import { payloadLimit } from '../../protocol/slice-payload.js';
import { type AttackContext, defineAdversary } from '../adversary.js';
import { type Deal, dealFrom, ownData, placeOf, redealing } from '../redealing.js';
import { altered, alteredScalar } from './forgery.js';

/** Commits to fragments of no codeword: nobody sees it before they are put together, and then everybody. */
export const corruptSlices = defineAdversary({
  name: 'corrupt-slices',
  description: 'deals slices that every bank accepts and that do not fit together when they are opened',
  attack: redealing((read, context) => {
    const dealt = dealFrom(ownData(context), read, context);
    const { header, parcels } = corrupted(dealt, context.manifest, commitmentIn(read, context.index));
    return (receiver) => ({ header, parcel: parcels[receiver]! });
  }),
});

/** One fragment is another, and the root is over it: every slice still proves its place. */
function corrupted(
  dealt: Dealt,
  manifest: Manifest,
  { dataRoot }: SignedCommitment,
): Pick<Dealt, 'header' | 'parcels'> {
  const { dealing } = dealt.header;
  if (!dealing) return dealt;
  const context = dealingContext(manifest, dealt.header, dataRoot);
  const binding = dealingBinding(context, dealingShape(manifest), dealing.length);
  const fragments = dealt.parcels.map(({ slice }, i) =>
    i === 0 ? altered(slice!.fragment) : slice!.fragment,
  );
  const tree = new MerkleTree(fragments.map((fragment, i) => fragmentLeaf(binding, i, fragment)));
  return {
    header: { ...dealt.header, dealing: { ...dealing, fragmentRoot: tree.root } },
    parcels: dealt.parcels.map(({ slice, share }, i) => ({
      slice: { ...slice!, fragment: fragments[i]!, proof: tree.proof(i) },
      share,
    })),
  };
}

/** The same records under other randomness: what they deal is as good, and not the same. */
class OtherEntropy extends OwnData {
  override entropy(...place: Parameters<OwnData['entropy']>): Uint8Array {
    return altered(super.entropy(...place));
  }
}

/** Two dealings in one slot, each in order: no quorum may come to hold both for one. */
export const splitSlices = defineAdversary({
  name: 'split-slices',
  description: 'deals twice under one draft, and gives each half of the banks slices of another dealing',
  attack: redealing((read, context) => {
    const { dataset, secrets } = context;
    const other = new OtherEntropy(dataset, secrets.vault, placeOf(context));
    const deals = [ownData(context), other].map((own) => dealFrom(own, read, context));
    const halves = halvesOf(context);
    return (receiver) => {
      const { header, parcels } = deals[halves.has(receiver) ? 1 : 0]!;
      return { header, parcel: parcels[receiver]! };
    };
  }),
});

/** Half of the banks that are no accomplices, at least one and not all, as the stream draws them. */
function halvesOf({ manifest, accomplices, random }: AttackContext): ReadonlySet<number> {
  const honest = [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
  return new Set(random.shuffle(honest).slice(0, Math.max(1, honest.length >> 1)));
}

/** Signs wrong shares, which the header's commitments give away to whoever gets one. */
export const badShares = defineAdversary({
  name: 'bad-shares',
  description: 'sends half of the banks wrong shares of what it deals, signed',
  attack: redealing((read, context) => {
    const { header, parcels } = dealFrom(ownData(context), read, context);
    const victims = halvesOf(context);
    return (receiver) => {
      const parcel = parcels[receiver]!;
      return { header, parcel: victims.has(receiver) ? wrongShares(parcel) : parcel };
    };
  }),
});

function wrongShares({ slice, share }: Parcel): Parcel {
  const wrong = (of: Slice): Slice => ({ ...of, share: alteredScalar(of.share) });
  return { slice: slice && wrong(slice), share: share?.map(alteredScalar) ?? null };
}

/** Bytes of junk, at most: as much as a proof that still has room in a seal. */
const MOST_JUNK = 3_900_000;

/** As much junk as its receivers take for the versions that it has to open: the proof of it weighs as much. */
export const evidenceBomb = defineAdversary({
  name: 'evidence-bomb',
  description:
    'deals junk as long as its receivers take it, so that the proof of it weighs as much as can be',
  attack: redealing((read, context) => {
    const { manifest, index } = context;
    const own = ownData(context);
    const dealt = dealFrom(own, read, context);
    if (!dealt.header.dealing)
      return (receiver) => ({ header: dealt.header, parcel: dealt.parcels[receiver]! });
    const place = dealingContext(manifest, dealt.header, commitmentIn(read, index).dataRoot);
    const payload = new Uint8Array(Math.min(MOST_JUNK, payloadLimit(manifest, dealt.claims.items.length)));
    const entropy = own.entropy('payload', place);
    const junk = deal({ ...dealingShape(manifest), payload, context: place, entropy });
    return (receiver): Deal => ({
      header: { ...dealt.header, dealing: junk.header },
      parcel: { slice: junk.slices[receiver]!, share: dealt.parcels[receiver]!.share },
    });
  }),
});
