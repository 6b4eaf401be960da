import { toHex } from '../../src/crypto/bytes.js';
import { buildConflictTable, encodeConflictTable, type Holdings } from '../../src/data/conflict.js';
import type { Dataset } from '../../src/data/dataset.js';
import { acknowledgementStatement } from '../../src/protocol/acknowledgements.js';
import { commonSketch } from '../../src/protocol/amendment.js';
import { attestationBallot } from '../../src/protocol/attestations.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { genesisChain, leaderOf } from '../../src/protocol/chain.js';
import { openInput, type SignedCommitment, saltInput } from '../../src/protocol/commitment.js';
import type { EpochContext } from '../../src/protocol/context.js';
import { Courier } from '../../src/protocol/courier.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  type DraftHeader,
  draftDigest,
  draftSalt,
  isThin,
  proposalStatement,
  saltedRoot,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import { MAX_EARLY_BYTES } from '../../src/protocol/early-messages.js';
import { type Evidence, Witness } from '../../src/protocol/evidence.js';
import { makeCommitment } from '../../src/protocol/following.js';
import { Journal } from '../../src/protocol/journal.js';
import type {
  AcknowledgementMessage,
  Amendment,
  ForwardMessage,
  Message,
  OpenMessage,
  VoteMessage,
} from '../../src/protocol/messages.js';
import { Outbox } from '../../src/protocol/outbox.js';
import { OwnData } from '../../src/protocol/own-data.js';
import { Rations } from '../../src/protocol/rations.js';
import { type Opened, openedBy, type ReadDraft, readDraft } from '../../src/protocol/reading.js';
import { openStatement } from '../../src/protocol/requests.js';
import type { Holding } from '../../src/protocol/value.js';
import type { Fixture } from './network.js';

/** A part of one bank without the rest of it: what it works with, and what it did. */
export interface Desk {
  readonly bank: number;
  readonly context: EpochContext;
  readonly commitment: SignedCommitment;
  readonly evidence: Evidence[];
  /** Banks to take for proven faulty. */
  readonly proven: Set<number>;
  /** What it sent since this was asked last, to others first, then to itself. */
  sent(): { readonly to: number; readonly message: Message }[];
}

/** A desk of one bank of the consortium, in epoch 0. */
export function deskOf(fixture: Fixture, bank: number, dataset: Dataset = fixture.datasets[bank]!): Desk {
  const { manifest, suite } = fixture;
  const secrets = fixture.secrets[bank]!;
  const outbox = new Outbox();
  const courier = new Courier(manifest.size, bank, outbox);
  const evidence: Evidence[] = [];
  const proven = new Set<number>();
  const witness = new Witness(manifest, suite);
  const context: EpochContext = {
    manifest,
    suite,
    chain: genesisChain(manifest),
    self: bank,
    secrets,
    own: new OwnData(dataset, secrets.vault, { consortiumId: manifest.consortiumId, bank, epoch: 0 }),
    courier,
    outbox,
    journal: new Journal({
      banks: manifest.size,
      consortiumId: manifest.consortiumId,
      secrets,
      suite,
      outbox,
    }),
    rations: new Rations(outbox, manifest.parameters.delta),
    roomFor: () => MAX_EARLY_BYTES,
    observe: (whose, statement, signature, verified) => {
      const found = witness.observe(whose, { statement, signature }, verified);
      if (found) evidence.push(found);
    },
    accuse: (found) => evidence.push(found),
    isProven: (whose) => proven.has(whose),
  };
  return {
    bank,
    context,
    commitment: makeCommitment(context),
    evidence,
    proven,
    sent: () => {
      const letters = outbox.take().send.map(({ to, bytes }) => ({ to, message: fixture.decode(bytes) }));
      for (let own = courier.nextLoopback(); own; own = courier.nextLoopback())
        letters.push({ to: bank, message: own });
      return letters;
    },
  };
}

/** What the leader of a view of epoch 0 shows when it opens it, and what follows from that. */
export function openView(
  fixture: Fixture,
  view = 0,
): { readonly message: OpenMessage; readonly opened: Opened } {
  const { manifest, suite, secrets } = fixture;
  const chain = genesisChain(manifest);
  const leader = leaderOf(chain, view);
  const proof = suite.vrf.prove(secrets[leader]!.vrf, openInput(manifest, chain, view));
  const saltProof = suite.vrf.prove(secrets[leader]!.vrf, saltInput(manifest, chain, view));
  const open = { epoch: 0, view, seed: chain.seed, proof, saltProof };
  const signature = fixture.sign(leader, openStatement(open));
  const context = { manifest, suite, chain } as EpochContext;
  const opened = openedBy(context, view, proof, saltProof)!;
  return { message: { ...open, justification: null, signature }, opened };
}

/** A draft as an honest leader makes it of these inputs, signed, with its Open, and as its receivers read it. */
export function draftOf(
  fixture: Fixture,
  desks: readonly Desk[],
  inputs: readonly number[],
  index = 0,
  amendments: readonly Amendment[] = [],
): { readonly read: ReadDraft; readonly forward: ForwardMessage } {
  const { manifest } = fixture;
  const { message: open, opened } = openView(fixture);
  const chain = genesisChain(manifest);
  const keyed = inputs.map((bank) => desks[bank]!.context.own.keyed(opened.key));
  const holdings = new Map<string, [Uint8Array, Holdings]>();
  for (const [place, bank] of inputs.entries())
    for (const { keyDigest } of desks[bank]!.context.own.dataset.entries) {
      const id = keyed[place]!.key.keyId(keyDigest);
      const held = keyed.map((records) => records.find(toHex(id))?.version ?? null);
      if (held.some((version) => (version && toHex(version)) !== (held[0] && toHex(held[0]!))))
        holdings.set(toHex(id), [id, held]);
    }
  const rule = classRule(manifest);
  const built = buildConflictTable(inputs.length, [...holdings.values()], rule);
  const table = encodeConflictTable(built, rule);
  const { context } = desks[inputs[0]!]!;
  const common = context.own.common(opened.key, new Set(holdings.keys()));
  const rows = new Map(built.rows.map((row) => [toHex(row.id), row]));
  const symbols = isThin(manifest, inputs)
    ? commonSketch(context, { opened, rows }).symbols(0, manifest.parameters.sketchSymbols)
    : new Uint8Array(0);
  const commitments = inputs.map((bank) => desks[bank]!.commitment);
  const { saltProof } = opened;
  const salt = draftSalt(saltProof);
  const header: DraftHeader = {
    epoch: 0,
    slot: { view: 0, index },
    parent: chain.parent,
    schedule: chain.schedule,
    opening: opened.proof,
    inputs,
    amended: amendments.map(({ commitment }) => commitment.bank),
    commonRoot: saltedRoot(salt, common.root),
    commonRecords: common.entries.length,
    table: tableDigest(salt, table),
    commitments: commitmentsDigest(commitments),
    symbols: symbolsDigest(salt, symbols),
  };
  return signDraft(fixture, { header, saltProof, commitments, table, symbols }, open, opened, amendments);
}

/** Signs any draft as the leader of view 0 would. */
export function signDraft(
  fixture: Fixture,
  draft: Draft,
  open = openView(fixture).message,
  opened = openView(fixture).opened,
  amendments: readonly Amendment[] = [],
): { readonly read: ReadDraft; readonly forward: ForwardMessage } {
  const { manifest, suite } = fixture;
  const chain = genesisChain(manifest);
  const statement = proposalStatement(0, draft.header.slot, draftDigest(draft.header));
  const signature = fixture.sign(leaderOf(chain, 0), statement);
  const read = readDraft({ manifest, suite, chain } as EpochContext, draft, opened)!;
  return { read, forward: { open, draft: { draft, amendments, signature } } };
}

/** What a bank says when it attests a draft with these slices. */
export function attestation(
  fixture: Fixture,
  bank: number,
  header: DraftHeader,
  holdings: readonly Holding[] = [],
): VoteMessage {
  const ballot = attestationBallot(fixture.manifest, header, holdings);
  return {
    ...ballot,
    holdings,
    signature: fixture.sign(bank, ballotStatement(ballot, fixture.manifest.size)),
  };
}

/** What a bank says that a draft took in, of these slices. */
export function acknowledgement(
  fixture: Fixture,
  bank: number,
  header: DraftHeader,
  holdings: readonly Holding[] = [],
): AcknowledgementMessage {
  const said = { bank, epoch: 0, slot: header.slot, draft: draftDigest(header), holdings };
  return { ...said, signature: fixture.sign(bank, acknowledgementStatement(said)) };
}
