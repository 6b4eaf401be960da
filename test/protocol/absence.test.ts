import { expect, it } from 'vitest';
import { Bank } from '../../src/protocol/bank.js';
import type { Effects } from '../../src/protocol/effects.js';
import { logOfLost } from '../../src/protocol/journal.js';
import { encodeSealedEpoch } from '../../src/protocol/recall.js';
import { ahead, Hosts } from './hosts.js';
import { consortium, DELTA, type Letter, ledger, Net, others } from './network.js';

for (const lies of [false, true])
  it(`an honest bank has its result, with a liar that ${lies ? 'says early that it is one epoch ahead' : 'says nothing'}`, async () => {
    const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
    const leader = new Net(fixture).leader(0);
    const [liar, victim] = others(fixture, leader) as [number, number];
    const late = 45 * DELTA; // longer than a bank waits for an epoch that others have sealed
    const net: Hosts = new Hosts(
      fixture,
      {
        // Slow up to a point, then every message takes less than Δ; those to one bank nearly Δ.
        delay: ({ from, to }, now) =>
          from === liar && to === victim ? 1 : Math.max(late - now, 0) + (to === victim ? 900 : 100),
      },
      (bank, input) =>
        lies && bank === liar && input.type === 'recalled' && net.output(liar, 'sealed').length === 0,
    );
    net.start();
    if (lies) net.post({ from: liar, to: victim, message: ahead(1) });
    let told = false;
    for (let tick = 0; tick < 900 && !net.sealed(others(fixture)); tick++) {
      if (lies && tick % 10 === 0 && !told) net.post({ from: liar, to: victim, message: ahead(2) });
      if (lies && !told && net.output(liar, 'sealed').length > 0) {
        told = true;
        net.answer(liar, { to: victim, epoch: 0, incarnation: new Uint8Array(16) });
      }
      net.run(100);
    }
    const [end] = net.output(victim, 'sealed');
    expect(end?.outcome ?? null).not.toBeNull();
  });

it('a bank whose host takes long over the result has it, however far others are', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const slow = others(fixture, new Net(fixture).leader(0))[0]!;
  let computing = true;
  const net: Hosts = new Hosts(
    fixture,
    {},
    (bank, input) => computing && bank === slow && input.type === 'reconciled',
  );
  net.start();
  const rest = others(fixture, slow);
  net.run(10 * DELTA, () => net.sealed(rest));
  expect(net.held.length).toBe(1); // all data is here, the host computes
  for (const bank of rest) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
  net.run(60 * DELTA, () => net.output(slow, 'sealed').length > 0);
  computing = false;
  for (const go of net.held) go();
  net.run(DELTA);
  const ends = net.output(slow, 'sealed').map(({ epoch, outcome }) => [epoch, outcome !== null]);
  expect(ends[0]).toEqual([0, true]);
});

for (const lies of [false, true])
  it(`a grace that ran out in one epoch is not held to have run out in the next, ${lies ? 'with' : 'without'} a liar`, async () => {
    const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
    const leader = new Net(fixture).leader(0);
    const [liar, victim] = others(fixture, leader) as [number, number];
    const net: Hosts = new Hosts(fixture, {
      delay: ({ from, to }, now) =>
        from === liar && to === victim ? 1 : Math.max(45 * DELTA - now, 0) + 100,
    });
    net.start();
    if (lies) net.post({ from: liar, to: victim, message: ahead(1) });
    net.run(100 * DELTA, () => net.sealed(others(fixture)));
    net.run(2 * DELTA);
    expect(net.output(victim, 'sealed')[0]!.outcome).not.toBeNull();
    // Epoch 1 goes on without this bank, whose host is late; the others begin epoch 2 and remember epoch 1.
    const rest = others(fixture, victim);
    for (const bank of rest) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    net.run(60 * DELTA, () => rest.every((bank) => net.output(bank, 'sealed').length === 2));
    for (const bank of rest) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    net.run(2 * DELTA);
    net.input(victim, { type: 'start', dataset: net.dataset(victim) });
    net.run(10 * DELTA, () => net.output(victim, 'sealed').length === 2);
    const ends = net.output(victim, 'sealed').map(({ epoch, outcome }) => [epoch, outcome !== null]);
    expect(ends[1]).toEqual([1, true]);
  });

it('a timer that was due before it was called off changes nothing', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const { manifest, secrets, suite } = fixture;
  const page = encodeSealedEpoch(manifest, new Net(fixture).start().run().output(0, 'sealed')[0]!);
  const bank = new Bank({ manifest, index: 0, secrets: secrets[0]!, suite });
  bank.step({ type: 'start', dataset: fixture.datasets[0]! });
  bank.step({ type: 'timer', id: 'behind' }); // of the epoch before, waiting in the host's queue when that epoch ended
  bank.step({ type: 'message', from: 1, bytes: fixture.encode(ahead(2)) });
  const { output } = bank.step({
    type: 'message',
    from: 1,
    bytes: fixture.encode({ type: 'history', epoch: 0, incarnation: new Uint8Array(16), epochs: [page] }),
  });
  expect(output.filter(({ type }) => type === 'sealed')).toEqual([]);
});

it('a bank that has recovered from a lost log asks a bank once for what it does not take over', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const { manifest, secrets, suite } = fixture;
  const page = encodeSealedEpoch(manifest, new Net(fixture).start().run().output(0, 'sealed')[0]!);
  const incarnation = new Uint8Array(16).fill(5);
  const bank = new Bank({ manifest, index: 0, secrets: secrets[0]!, suite, incarnation, log: logOfLost(4) });
  const asked = ({ send }: Effects) =>
    send.filter(({ bytes }) => fixture.decode(bytes).type === 'recall').map(({ to }) => to);
  const answer = (from: number, epochs: Uint8Array[]) =>
    bank.step({
      type: 'message',
      from,
      bytes: fixture.encode({ type: 'history', epoch: 0, incarnation, epochs }),
    });
  bank.step({ type: 'catch-up' });
  for (const from of [1, 2, 3]) answer(from, []);
  expect(bank.forgotten).toBe(false);
  bank.step({ type: 'start', dataset: fixture.datasets[0]! });
  let to = asked(bank.step({ type: 'message', from: 1, bytes: fixture.encode(ahead(2)) }));
  let times = 0;
  while (to.length > 0 && times < 50) {
    times++;
    to = asked(answer(to[0]!, [page]));
  }
  expect(times).toBe(1);
});

for (const silent of [[], [1, 2, 3]] as number[][])
  it(`a bank that is one epoch behind has its result while n − f who sealed it run, ${silent.length} of whom only compare`, async () => {
    const fixture = await consortium(10, 3, { parameters: { statistics: 'none' } });
    const datasets = fixture.datasets.map((d, i) => (i === 0 ? ledger({ 0: 7, 4: 9, 5: 9 }) : d));
    let lying = false;
    // Answers what is compared, late, and what is sealed, and nothing else.
    const mean = (letter: Letter) =>
      !lying || ['common', 'history'].includes(letter.message.type) ? [letter] : [];
    const byzantine = Object.fromEntries(silent.map((bank) => [bank, mean]));
    const delay = ({ from, message }: Letter) =>
      silent.includes(from) && message.type === 'common' ? 2900 : 900;
    const net: Hosts = new Hosts(fixture, { datasets, absent: [0], delay, byzantine });
    net.start();
    const rest = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    net.run(200 * DELTA, () => net.sealed(rest));
    expect(net.sealed(rest)).toBe(true);
    net.run(5 * DELTA);
    lying = true;
    net.restart(0);
    for (const bank of rest.filter((b) => !silent.includes(b)))
      net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    net.run(200 * DELTA, () => net.output(0, 'sealed').length > 0);
    const [end] = net.output(0, 'sealed');
    expect(end?.outcome ?? null).not.toBeNull();
  });
