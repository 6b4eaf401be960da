import { expect, it } from 'vitest';
import { encodeConflictTable } from '../../src/data/conflict.js';
import type { SignedCommitment } from '../../src/protocol/commitment.js';
import { saltInput, sketchKeyOf } from '../../src/protocol/commitment.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  draftDigest,
  draftSalt,
  isThin,
  proposalStatement,
  saltedRoot,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import type { Amendment, MessageOf } from '../../src/protocol/messages.js';
import { OwnData } from '../../src/protocol/own-data.js';
import { consortium, ledger, Net, others } from './network.js';
import { placeOf } from './slice-fixture.js';

it('what a bank dealt to others before they had the Open is not lost, whatever else it dealt since', async () => {
  const fixture = await consortium(7, 2);
  const { manifest, suite, secrets } = fixture;
  const same = ledger();
  const first = new Net(fixture).leader(0);
  const leader = new Net(fixture).leader(1);
  const honest = others(fixture, first, leader);
  const [dealer, ...rest] = honest as [number, ...number[]];
  let open: MessageOf<'open'> | null = null;
  const net: Net = new Net(fixture, {
    datasets: fixture.datasets.map(() => same),
    delay: ({ to, message }) => (to === leader ? 1 : message.type === 'forward' ? 900 : 50),
    byzantine: {
      // Collects and does nothing else, so that its view runs out.
      [first]: (letter) => (['open', 'commitment'].includes(letter.message.type) ? [letter] : []),
      [leader]: (letter) => {
        if (letter.message.type === 'open') {
          open = letter.message;
          return [dealer, first].includes(letter.to) ? [letter] : [];
        }
        return letter.message.type === 'commitment' ? [letter] : [];
      },
    },
  }).start();
  net.run(60_000, () => net.letters('commitment').some(({ from, to }) => from === first && to === leader));
  const { chain } = net.banks[0]!;
  const { proof, saltProof } = open!;
  const salt = draftSalt(saltProof);
  const key = sketchKeyOf(
    manifest,
    suite.vrf.verify(manifest.banks[leader]!.vrf, saltInput(manifest, chain, 1), saltProof)!,
  );
  const own = new OwnData(same, secrets[leader]!.vault, placeOf(fixture, leader, 0));
  const commitments = new Map<number, SignedCommitment>();
  for (const { from, message } of net.letters('commitment')) commitments.set(from, message.commitment);
  const all = [0, 1, 2, 3, 4, 5, 6];
  const draft = (
    index: number,
    inputs: readonly number[],
    amendments: readonly Amendment[] = [],
  ): MessageOf<'draft'> => {
    const rule = classRule(manifest);
    const table = encodeConflictTable({ inputs: inputs.length, rows: [] }, rule);
    const signed = inputs.map((bank) => commitments.get(bank)!);
    const common = own.common(key, new Set());
    const symbols = isThin(manifest, inputs)
      ? own.keyed(key).sketch.symbols(0, manifest.parameters.sketchSymbols)
      : new Uint8Array(0);
    const made: Draft = {
      header: {
        epoch: 0,
        slot: { view: 1, index },
        parent: chain.parent,
        schedule: chain.schedule,
        opening: proof,
        inputs,
        amended: amendments.map(({ commitment }) => commitment.bank),
        commonRoot: saltedRoot(salt, common.root),
        commonRecords: common.entries.length,
        table: tableDigest(salt, table),
        commitments: commitmentsDigest(signed),
        symbols: symbolsDigest(salt, symbols),
      },
      saltProof,
      commitments: signed,
      table,
      symbols,
    };
    const statement = proposalStatement(0, made.header.slot, draftDigest(made.header));
    return { type: 'draft', draft: made, amendments, signature: fixture.sign(leader, statement) };
  };
  const post = (to: readonly number[], message: Parameters<Net['post']>[0]['message']) => {
    for (const bank of to) net.post({ from: leader, to: bank, message });
  };
  const [{ type: _, ...opened }, { type: __, ...without }] = [
    open!,
    draft(
      0,
      all.filter((bank) => bank !== dealer),
    ),
  ];
  post([dealer], { type: 'forward', open: opened, draft: without });
  net.run(950);
  const [amends] = net.letters('amendment');
  expect(amends!.from).toBe(dealer);
  const { type: ___, ...amendment } = amends!.message;
  const taken = draft(5, all, [amendment]);
  post([dealer], taken);
  net.run(100);
  post([dealer], draft(2, all));
  net.run(150);
  expect(net.letters('slices').filter(({ from }) => from === dealer)).toHaveLength(12);
  post(rest, open!);
  post(rest, taken);
  net.run(8000);
  const codes = honest.flatMap((bank) => net.output(bank, 'refused').map(({ code }) => code));
  expect(codes).toEqual([]);
  const attestations = net
    .letters('vote')
    .filter(({ message: { slot, holdings } }) => slot.view === 1 && slot.index === 5 && holdings !== null);
  expect(attestations.map(({ from }) => from).sort()).toEqual([...rest].sort());
  for (const { message } of attestations)
    expect(message.holdings!.map((holding) => holding.dealer)).toContain(dealer);
});
