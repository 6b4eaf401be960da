import { beforeAll, describe, expect, it } from 'vitest';
import {
  ballotStatement,
  type Certificate,
  timeoutStatement,
  verifyTimeoutCertificate,
} from '../../src/protocol/certificate.js';
import type { TimeoutMessage } from '../../src/protocol/messages.js';
import {
  attestPatience,
  openingTimeout,
  slotTimeout,
  TimeoutCollector,
  viewLimit,
} from '../../src/protocol/pacemaker.js';
import type { Slot } from '../../src/protocol/slot.js';
import { consortium, DELTA, type Fixture, Net, others } from './network.js';

const N = 7;
let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(N, 2);
});

function prepared(slot: Slot): Certificate {
  const value = new Uint8Array(32).fill(slot.view);
  const ballot = { phase: 'prepare', epoch: 0, slot, value, electorate: null } as const;
  const signers = [0, 1, 2, 3, 4];
  const votes = signers.map((bank) => fixture.sign(bank, ballotStatement(ballot, N)));
  const { phase, epoch } = ballot;
  return {
    phase,
    epoch,
    slot,
    value,
    attested: false,
    signers,
    signature: fixture.suite.bls.aggregate(votes),
  };
}

function timeout(bank: number, view: number, certificate: Certificate | null = null): TimeoutMessage {
  const signature = fixture.sign(bank, timeoutStatement(0, view, certificate?.slot ?? null));
  return { epoch: 0, view, certificate, proposal: null, justification: null, signature };
}

const collector = (): TimeoutCollector => new TimeoutCollector(fixture.manifest, fixture.suite, 0);

describe('a collector of timeouts', () => {
  it('certifies the end of a view at a quorum, with the highest certificate reported', () => {
    const timeouts = collector();
    const [low, high] = [prepared({ view: 0, index: 1 }), prepared({ view: 1, index: 0 })];
    const reports = [null, low, high, low, null];
    reports.forEach((certificate, bank) => {
      expect(timeouts.certify(1)).toBeNull();
      timeouts.add(bank, timeout(bank, 1, certificate));
    });
    const proof = timeouts.certify(1)!;
    expect(proof.certificate).toEqual(high);
    expect(verifyTimeoutCertificate(fixture.manifest, fixture.suite, proof)).toBe(true);
  });

  it('drops signatures that do not hold, and certifies as soon as enough others are here', () => {
    const timeouts = collector();
    for (const bank of [0, 1, 2, 3]) timeouts.add(bank, timeout(bank, 0));
    timeouts.add(4, { ...timeout(4, 0), signature: timeout(4, 1).signature });
    timeouts.add(5, { ...timeout(5, 0), signature: new Uint8Array(96) });
    expect(timeouts.certify(0)).toBeNull();
    timeouts.add(6, timeout(6, 0));
    const proof = timeouts.certify(0)!;
    expect(proof.signers).toEqual([0, 1, 2, 3, 6]);
    expect(verifyTimeoutCertificate(fixture.manifest, fixture.suite, proof)).toBe(true);
  });

  it('counts a bank for the highest view it gave up on, however often and in whatever order it speaks', () => {
    const timeouts = collector();
    for (const view of [1, 3, 2, 1]) timeouts.add(0, timeout(0, view));
    for (const bank of [1, 2, 3, 4]) timeouts.add(bank, timeout(bank, 1));
    expect(timeouts.certify(1)).toBeNull();
    expect(timeouts.joinable).toBe(1);
  });

  it('lets nobody join a view that f banks alone gave up on', () => {
    const timeouts = collector();
    expect(timeouts.joinable).toBe(-1);
    timeouts.add(0, timeout(0, 1_000_000));
    timeouts.add(1, timeout(1, 4_000_000_000));
    expect(timeouts.joinable).toBe(-1);
    timeouts.add(2, timeout(2, 4));
    expect(timeouts.joinable).toBe(4);
    timeouts.add(3, timeout(3, 6));
    expect(timeouts.joinable).toBe(6);
  });
});

describe('the times of a view', () => {
  const paces = [0, 1, 2, 3, 85].map((faults) => ({ faults, delta: DELTA }));

  it('cover the waits of its leader and a slot', () => {
    expect(openingTimeout({ faults: 2, delta: DELTA }, 0)).toBe(12 * DELTA);
    expect(slotTimeout({ faults: 2, delta: DELTA }, 0)).toBe(13 * DELTA);
    expect(viewLimit({ faults: 2, delta: DELTA }, 0)).toBe(54 * DELTA);
  });

  it('are the same in the first f + 1 views, and then double with every view up to a bound', () => {
    for (const pace of paces)
      for (const timeout of [openingTimeout, slotTimeout, viewLimit]) {
        const { faults } = pace;
        for (let view = 0; view <= faults; view++) expect(timeout(pace, view)).toBe(timeout(pace, 0));
        for (let view = faults; view < faults + 10; view++)
          expect(timeout(pace, view + 1)).toBe(2 * timeout(pace, view));
        expect(timeout(pace, faults + 11)).toBe(timeout(pace, faults + 10));
        expect(timeout(pace, 2 ** 32 - 1)).toBe(timeout(pace, faults + 10));
      }
  });

  it('leave a leader its patience in every slot, with the next proposal and its votes after it', () => {
    expect(attestPatience(DELTA)).toBe(7 * DELTA);
    for (const view of [0, 1, 5, 40])
      expect(slotTimeout({ faults: 1, delta: DELTA }, view)).toBeGreaterThanOrEqual(
        attestPatience(DELTA) + 4 * DELTA,
      );
  });

  it('leave a leader that must repeat a value the time to ask f + 1 signers for it, and the view more than that', () => {
    for (const pace of paces) {
      const needed = (2 + 2 * (pace.faults + 1) + 1) * DELTA;
      expect(openingTimeout(pace, 1, true)).toBeGreaterThan(needed);
      expect(viewLimit(pace, 1)).toBeGreaterThanOrEqual(openingTimeout(pace, 1, true) + 5 * DELTA);
    }
  });

  it('leave an honest leader what liars can cost it in one view: three slots each', () => {
    for (const pace of paces) {
      const patience = attestPatience(DELTA);
      const [entered, collected, votes, another] = [2 * DELTA, 4 * DELTA, 5 * DELTA, 2 * DELTA];
      const drafts = (2 * pace.faults + 1) * patience;
      expect(viewLimit(pace, 0)).toBeGreaterThan(
        entered + collected + drafts + pace.faults * another + votes,
      );
    }
  });
});

describe('a bank', () => {
  it('refuses a timeout whose certificate is of another epoch or phase, of a later view, or proves nothing', () => {
    const good = prepared({ view: 0, index: 0 });
    for (const certificate of [
      { ...good, epoch: 1 },
      { ...good, phase: 'commit' as const },
      prepared({ view: 1, index: 0 }),
      { ...good, value: new Uint8Array(32).fill(9) },
      { ...good, signers: [0, 1, 2, 3, 5] },
    ]) {
      const net = new Net(fixture).start();
      const [to, from] = [others(fixture, net.leader(0))[0]!, net.leader(0)] as const;
      const message = { type: 'timeout', ...timeout(from, 0, certificate) } as const;
      const effects = net.input(to, { type: 'message', from, bytes: fixture.encode(message) })!;
      expect(effects.output).toEqual([{ type: 'refused', from, code: 'timeout-invalid' }]);
      expect(effects.persist).toEqual([]);
    }
  });

  it('refuses a timeout whose justification does not hold, and does not move', () => {
    const net = new Net(fixture).start();
    const [to, from] = [others(fixture, net.leader(0))[0]!, net.leader(0)] as const;
    const proof = {
      epoch: 0,
      view: 40,
      signers: [0, 1, 2, 3, 4],
      highs: [null, null, null, null, null],
      certificate: null,
      signature: timeout(from, 0).signature,
    };
    const message = { type: 'timeout', ...timeout(from, 0), justification: proof } as const;
    const effects = net.input(to, { type: 'message', from, bytes: fixture.encode(message) })!;
    expect(effects.output).toEqual([{ type: 'refused', from, code: 'timeout-invalid' }]);
  });

  it('gives up on a view that f + 1 banks gave up on, and on none for f', () => {
    const net = new Net(fixture).start();
    const to = others(fixture, net.leader(0))[0]!;
    const senders = others(fixture, to).slice(0, 3);
    const steps = senders.map(
      (from) =>
        net.input(to, {
          type: 'message',
          from,
          bytes: fixture.encode({ type: 'timeout', ...timeout(from, 2) }),
        })!,
    );
    expect(steps.map(({ send }) => send.length)).toEqual([0, 0, N - 1]);
    expect(steps[2]!.persist).toHaveLength(1);
  });
});
