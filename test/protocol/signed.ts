import { verifyAttestations } from '../../src/protocol/attestations.js';
import { ballotStatement, timeoutStatement } from '../../src/protocol/certificate.js';
import { type ChainState, genesisChain } from '../../src/protocol/chain.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import type { EpochContext } from '../../src/protocol/context.js';
import { type Draft, draftDigest, proposalStatement } from '../../src/protocol/draft.js';
import { Witness } from '../../src/protocol/evidence.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { openedFor, type ReadDraft, readDraft } from '../../src/protocol/reading.js';
import { amendmentStatement, openStatement, sketchStatement } from '../../src/protocol/requests.js';
import { resultStatement } from '../../src/protocol/seal.js';
import { type SlicesHeader, slicesStatement } from '../../src/protocol/slice-header.js';
import { headerOf } from '../../src/protocol/slice-store.js';
import type { Statement } from '../../src/protocol/statement.js';
import { agreedValue } from '../../src/protocol/value.js';
import type { Fixture, Net } from './network.js';

/** A statement with the signature a message carries for it. */
export interface Signed {
  readonly statement: Statement;
  readonly signature: Uint8Array;
}

/** A draft of epoch 0, or of `chain`'s, as everybody reads it. */
export function readOf(
  fixture: Fixture,
  draft: Draft,
  chain: ChainState = genesisChain(fixture.manifest),
): ReadDraft {
  const { manifest, suite } = fixture;
  const context = { manifest, suite, chain } as EpochContext;
  return readDraft(context, draft, openedFor(context, draft)!)!;
}

/** The header that a dealer signed for slices under a draft. */
export function headerUnder(
  fixture: Fixture,
  draft: Draft,
  dealer: number,
  { dealing }: MessageOf<'slices'>,
): SlicesHeader {
  return headerOf(readOf(fixture, draft), dealer, dealing);
}

/**
 * What its sender signed in a message and may sign once only.
 * @param draftOf the draft that the sender deals under
 */
export function signedIn(
  fixture: Fixture,
  from: number,
  message: Message,
  draftOf: (slices: MessageOf<'slices'>) => Draft | undefined,
): Signed[] {
  switch (message.type) {
    case 'open':
      return [{ statement: openStatement(message), signature: message.signature }];
    case 'commitment': {
      const { commitment, sketch } = message;
      return [
        { statement: commitmentStatement(commitment), signature: commitment.signature },
        { statement: sketchStatement(sketch), signature: sketch.signature },
      ];
    }
    case 'sketch':
      return [{ statement: sketchStatement(message), signature: message.signature }];
    case 'draft': {
      const { header } = message.draft;
      const statement = proposalStatement(header.epoch, header.slot, draftDigest(header));
      return [{ statement, signature: message.signature }];
    }
    case 'slices': {
      const draft = draftOf(message);
      if (!draft) return [];
      const statement = slicesStatement(headerUnder(fixture, draft, from, message));
      return [{ statement, signature: message.dealing.signature }];
    }
    case 'amendment':
      return [
        { statement: amendmentStatement(message), signature: message.signature },
        { statement: commitmentStatement(message.commitment), signature: message.commitment.signature },
      ];
    case 'proposal': {
      const { header, attestations, slot, signature } = message;
      const attested = verifyAttestations(fixture.manifest, fixture.suite, header, attestations);
      if (!attested) return [];
      const value = agreedValue(draftDigest(header), attested.agreed);
      return [{ statement: proposalStatement(header.epoch, slot, value), signature }];
    }
    case 'repeat': {
      const { slot, contents, signature } = message;
      const value = agreedValue(draftDigest(contents.draft.header), contents.agreed);
      return [{ statement: proposalStatement(contents.draft.header.epoch, slot, value), signature }];
    }
    case 'vote':
      return [{ statement: ballotStatement(message, fixture.manifest.size), signature: message.signature }];
    case 'timeout': {
      const statement = timeoutStatement(message.epoch, message.view, message.certificate?.slot ?? null);
      return [{ statement, signature: message.signature }];
    }
    case 'result':
      return [{ statement: resultStatement(message.epoch, message), signature: message.signature }];
    default:
      return [];
  }
}

/** Finds the fresh draft of a slot among what was sent. */
export const draftIn =
  (net: Net) =>
  ({ slot }: MessageOf<'slices'>): Draft | undefined =>
    net
      .letters('draft')
      .map(({ message }) => message.draft)
      .find(({ header }) => header.slot.view === slot.view && header.slot.index === slot.index);

/** The banks that a witness of everything sent can prove faulty: none that kept its log. */
export function provenBy(fixture: Fixture, net: Net): number[] {
  const witness = new Witness(fixture.manifest, fixture.suite);
  for (const { from, message } of net.sent)
    for (const testimony of signedIn(fixture, from, message, draftIn(net)))
      witness.observe(from, testimony, false);
  return [...fixture.secrets.keys()].filter((bank) => witness.isProven(bank));
}
