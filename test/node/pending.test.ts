import { expect, it } from 'vitest';
import { Node } from '../../src/node/node.js';
import type { Output } from '../../src/protocol/effects.js';
import { encodeSealedEpoch } from '../../src/protocol/recall.js';
import { consortium, ledger, Net, others } from '../protocol/network.js';
import { Disk } from './disk.js';

it('a node begins no epoch that its host did not ask for', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const { manifest, secrets, suite } = fixture;
  const net = new Net(fixture).start().run();
  const leader = net.leader(0);
  const self = others(fixture, leader)[0]!;
  const page = encodeSealedEpoch(manifest, net.output(leader, 'sealed')[0]!);
  // Its disk comes back from a copy made before epoch 0.
  let receive!: (from: number, bytes: Uint8Array) => void;
  const sent: { to: number; bytes: Uint8Array }[] = [];
  const outputs: Output[] = [];
  const node = await Node.open({
    directory: '/bank',
    fileSystem: new Disk(),
    log: 'new',
    manifest,
    bank: manifest.banks[self]!.id,
    secrets: secrets[self]!,
    suite,
    transport: {
      start: (take) => {
        receive = take;
      },
      send: (to, bytes) => sent.push({ to, bytes }),
      stop: () => {},
    },
    clock: { after: () => () => {} },
    onOutput: (output) => outputs.push(output),
  });
  const calm = async () => {
    for (let i = 0; i < 5; i++) {
      await node.settled();
      await new Promise((r) => setImmediate(r));
    }
  };
  const done: number[] = [];
  node.reconcile(ledger({ [self]: 99 })).then(
    ({ epoch }) => done.push(epoch),
    () => {},
  );
  await calm();
  for (const type of ['open', 'draft'] as const) {
    const letter = net.letters(type).find(({ to }) => to === self)!;
    receive(leader, fixture.encode(letter.message));
    await calm();
  }
  expect(outputs.map(({ type }) => type)).toContain('forgotten');
  for (let turn = 0; turn < 8 && !outputs.some(({ type }) => type === 'recovered'); turn++) {
    for (const { to, bytes } of sent.splice(0)) {
      const message = fixture.decode(bytes);
      if (message.type !== 'recall') continue;
      receive(to, fixture.encode({ ...message, type: 'history', epochs: message.epoch === 0 ? [page] : [] }));
    }
    await calm();
  }
  expect(done).toEqual([0]); // the host has its answer
  expect(outputs.filter((o) => o.type === 'view' && o.epoch === 1)).toEqual([]);
});
