import { ConcordatError } from '../crypto/error.js';
import { amnesia } from './adversaries/amnesia.js';
import { badEncoding } from './adversaries/bad-encoding.js';
import { copycat } from './adversaries/copycat.js';
import { feignedLack } from './adversaries/disclosure.js';
import { disputeStorm } from './adversaries/dispute-storm.js';
import { doubleVote, equivocate, replay } from './adversaries/equivocation.js';
import { beggar, earlySlicesFlood } from './adversaries/exhaustion.js';
import { falseHistory } from './adversaries/false-history.js';
import { flood } from './adversaries/flood.js';
import { forkSchedule } from './adversaries/fork-schedule.js';
import { greedyLeader } from './adversaries/greedy-leader.js';
import { censor, lateThin } from './adversaries/inclusion.js';
import { collude, falseAttestation, falsify, garbageSketch, lyingLeader } from './adversaries/lies.js';
import { crash, delay, silent, withholdSlices } from './adversaries/omission.js';
import { grindSchedule } from './adversaries/schedule.js';
import { selectiveSend } from './adversaries/selective-send.js';
import { badShares, corruptSlices, evidenceBomb, splitSlices } from './adversaries/slices.js';
import { slowLeader } from './adversaries/slow-leader.js';
import { splitBrain } from './adversaries/split-brain.js';
import { staleCertificate } from './adversaries/stale-certificate.js';
import { forgeStats } from './adversaries/statistics.js';
import { twoFaced } from './adversaries/two-faced.js';
import { forgeVrf } from './adversaries/vrf.js';
import type { Adversary, AdversaryError } from './adversary.js';

/** The built-in strategies by name. */
export const adversaries: Readonly<Record<string, Adversary>> = Object.freeze(
  Object.fromEntries(
    [
      silent,
      crash,
      falsify,
      collude,
      equivocate,
      doubleVote,
      delay,
      replay,
      lyingLeader,
      garbageSketch,
      withholdSlices,
      corruptSlices,
      splitSlices,
      badShares,
      falseAttestation,
      censor,
      twoFaced,
      lateThin,
      copycat,
      feignedLack,
      forgeStats,
      amnesia,
      splitBrain,
      selectiveSend,
      flood,
      badEncoding,
      forgeVrf,
      grindSchedule,
      staleCertificate,
      forkSchedule,
      disputeStorm,
      falseHistory,
      greedyLeader,
      slowLeader,
      earlySlicesFlood,
      evidenceBomb,
      beggar,
    ].map((adversary) => [adversary.name, adversary]),
  ),
);

/**
 * The strategy of this name, or the one given.
 * @throws {@link AdversaryError} `ADVERSARY_UNKNOWN`, naming those there are.
 */
export function adversaryNamed(adversary: string | Adversary): Adversary {
  if (typeof adversary !== 'string') return adversary;
  const known = Object.keys(adversaries);
  const found = Object.hasOwn(adversaries, adversary) ? adversaries[adversary] : undefined;
  if (!found)
    throw new ConcordatError<AdversaryError>(
      { code: 'ADVERSARY_UNKNOWN', name: adversary, known },
      `there is no adversary "${adversary}"; known are ${known.join(', ')}`,
    );
  return found;
}
