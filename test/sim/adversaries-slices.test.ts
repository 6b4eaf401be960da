import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { entryOf } from '../../src/data/dataset.js';
import { leaderOf } from '../../src/protocol/chain.js';
import type { Message, MessageOf } from '../../src/protocol/messages.js';
import { claimsOf, commitmentIn, type ReadDraft } from '../../src/protocol/reading.js';
import {
  type AcceptedSlices,
  acceptSlices,
  checkEnvelope,
  openSlices,
} from '../../src/protocol/slice-check.js';
import { headerOf } from '../../src/protocol/slice-store.js';
import { adversaries } from '../../src/sim/adversaries.js';
import { generate } from '../../src/sim/generate.js';
import { Random } from '../../src/sim/random.js';
import { ownData, readAs } from '../../src/sim/redealing.js';
import { expectGuarantees } from './guarantees.js';
import { sealedBy } from './guarantees-facts.js';
import { type Cell, type Liar, runCell, type Seen, suite } from './guarantees-run.js';

function run(strategy: string, change: Partial<Cell> = {}) {
  const seen = runCell({ banks: 4, seed: 1, mix: [strategy], statistics: 'none', leads: false, ...change });
  expectGuarantees(seen);
  return { seen, liar: seen.liars[0]! };
}

const sentOf = <T extends Message['type']>({ sent }: Liar, type: T) =>
  sent.flatMap(({ to, message }) =>
    message.type === type ? [{ to, message: message as MessageOf<T> }] : [],
  );

/** The draft that a liar dealt under, as it heard it. */
function draftHeard({ heard, context }: Liar): ReadDraft {
  const draft = heard.flatMap(({ message }) => (message.type === 'draft' ? [message.draft] : []))[0]!;
  return readAs(context!, draft)!;
}

/** What each bank was dealt, as it would judge it. */
function judged({ manifest }: Seen, liar: Liar) {
  const read = draftHeard(liar);
  return sentOf(liar, 'slices').map(({ to, message }) => {
    const header = headerOf(read, liar.bank, message.dealing);
    const accepted = acceptSlices(manifest, suite, header, commitmentIn(read, liar.bank));
    expect(typeof accepted, 'the header').toBe('object');
    const { root } = accepted as AcceptedSlices;
    return {
      to,
      root: toHex(root),
      accepted: accepted as AcceptedSlices,
      slice: message.envelope.slice!,
      verdict: checkEnvelope(accepted as AcceptedSlices, to, message.envelope),
    };
  });
}

describe('withhold-slices', () => {
  it('sends no slices and no release, and all else', () => {
    const { liar } = run('withhold-slices');
    expect(sentOf(liar, 'slices')).toEqual([]);
    expect(sentOf(liar, 'release')).toEqual([]);
    expect(sentOf(liar, 'commitment')).toHaveLength(1);
    expect(sentOf(liar, 'vote').length).toBeGreaterThan(0);
  });
});

describe('corrupt-slices', () => {
  it('deals slices that every bank accepts, and that open to no codeword', () => {
    const { seen, liar } = run('corrupt-slices');
    const dealt = judged(seen, liar);
    expect(dealt.map(({ verdict }) => verdict)).toEqual(['valid', 'valid', 'valid']);
    expect(new Set(dealt.map(({ root }) => root)).size).toBe(1);
    const slices = dealt.map(({ slice }) => slice);
    const opening = openSlices(dealt[0]!.accepted, slices, claimsOf(draftHeard(liar), liar.bank));
    expect(opening.verdict).toBe('not-codeword');
  });
});

describe('split-slices', () => {
  it('deals twice, each dealing in order, and gives nobody both', () => {
    const { seen, liar } = run('split-slices');
    const dealt = judged(seen, liar);
    expect(dealt.map(({ to }) => to).sort()).toEqual([...seen.honest]);
    expect(dealt.every(({ verdict }) => verdict === 'valid')).toBe(true);
    expect(new Set(dealt.map(({ root }) => root)).size).toBe(2);
  });
});

describe('bad-shares', () => {
  it('deals once, with wrong shares for some banks and right ones for others', () => {
    const { seen, liar } = run('bad-shares');
    const dealt = judged(seen, liar);
    expect(new Set(dealt.map(({ root }) => root)).size).toBe(1);
    expect(new Set(dealt.map(({ verdict }) => verdict))).toEqual(new Set(['valid', 'wrong-slice']));
  });

  it('has wrong shares of statistics where they are shared', () => {
    const { seen, liar } = run('bad-shares', { statistics: 'aggregate' });
    const shares = sentOf(liar, 'slices').map(({ message }) => message.envelope.share);
    expect(shares.every((share) => share !== null)).toBe(true);
    expect(judged(seen, liar).some(({ verdict }) => verdict !== 'valid')).toBe(true);
  });
});

describe('false-attestation', () => {
  const [honest] = generate({
    banks: 1,
    records: 2000,
    divergence: 0,
    random: new Random(1),
    honest: [0],
  }).datasets;
  const doctored = adversaries['false-attestation']!.records!(honest!, {
    index: 0,
    accomplices: [0],
    random: new Random(2),
    common: new Random(3),
  });

  it('sketches a quarter of its records otherwise than it commits to them, under their keys', () => {
    const lies = doctored.entries.filter(
      ({ bytes, digest }) => !equalBytes(entryOf(honest!.schema, bytes).digest, digest),
    );
    expect(lies.length / honest!.size).toBeGreaterThan(0.2);
    expect(lies.length / honest!.size).toBeLessThan(0.3);
    expect(doctored.size).toBe(honest!.size);
    for (const { keyDigest, bytes } of lies) {
      expect(toHex(entryOf(honest!.schema, bytes).keyDigest)).toBe(toHex(keyDigest));
      expect(equalBytes(honest!.get(keyDigest)!.bytes, bytes)).toBe(false);
    }
  });
});

describe('censor', () => {
  it('leaves honest banks out of the first draft when it leads, and is undone', () => {
    const { seen, liar } = run('censor', { leads: true });
    const [draft] = sentOf(liar, 'draft');
    const { inputs } = draft!.message.draft.header;
    expect(seen.honest.filter((bank) => !inputs.includes(bank))).toHaveLength(1);
    expect(sealedBy(seen).inputs).toEqual([0, 1, 2, 3]);
  });

  it('changes nothing when it does not lead', () => {
    const { seen, liar } = run('censor');
    expect(leaderOf(liar.context!.bank.chain, 0)).not.toBe(liar.bank);
    expect([seen.record.views, seen.record.slots]).toEqual([1, 1]);
  });
});

describe('late-thin', () => {
  it('never commits in time, and speaks to one bank only', () => {
    const { seen, liar } = run('late-thin');
    expect(sentOf(liar, 'commitment')).toEqual([]);
    const told = [...sentOf(liar, 'amendment'), ...sentOf(liar, 'vote')].map(({ to }) => to);
    expect(new Set(told).size).toBeLessThanOrEqual(1);
    expect(sentOf(liar, 'amendment')).toHaveLength(1);
    expect(seen.record.slots).toBeGreaterThan(1);
  });
});

describe('copycat', () => {
  it('gets a draft agreed that has it in the version of an honest bank, and leaves no proof', () => {
    const { seen, liar } = run('copycat', { leads: true });
    const [draft] = sentOf(liar, 'draft');
    const { seal, inputs } = sealedBy(seen);
    expect(toHex(seal.header.table)).toBe(toHex(draft!.message.draft.header.table));
    const read = readAs(liar.context!, draft!.message.draft)!;
    const own = ownData(liar.context!).keyed(read.opened.key);
    const copied = read.table.rows.filter(({ id, column, digests }) => {
      const listed = digests[column[inputs.indexOf(liar.bank)]! - 1];
      const held = own.find(toHex(id))?.version;
      return listed && !(held && equalBytes(listed, held));
    });
    expect(copied).toHaveLength(1);
    const { column, standing } = copied[0]!;
    expect(standing.class).toBe('disputed');
    const version = column[inputs.indexOf(liar.bank)];
    expect(inputs.filter((bank, i) => bank !== liar.bank && column[i] === version)).toHaveLength(1);
    expect(seen.evidence).toEqual([]);
  });
});

describe('feigned-lack', () => {
  it('commits to about half of its records and asks everybody for every row of the table', () => {
    const { seen, liar } = run('feigned-lack');
    const { size } = liar.context!.dataset;
    expect(size).toBeGreaterThan(15);
    expect(size).toBeLessThan(45);
    const rows = sealedBy(seen).table!.rows.length;
    const greedy = sentOf(liar, 'fetch').filter(({ message }) => message.ids.length === rows);
    expect(greedy.map(({ to }) => to)).toEqual([...seen.honest]);
  });
});

describe('forge-stats', () => {
  it('gives back a share of the sum that is none, and is suspected of it or not needed', () => {
    const { seen, liar } = run('forge-stats', { statistics: 'aggregate' });
    const shares = sentOf(liar, 'release').flatMap(({ message }) => (message.share ? [message.share] : []));
    expect(shares.length).toBeGreaterThan(0);
    expect(seen.record.suspicions.every(({ bank }) => bank === liar.bank)).toBe(true);
  });
});
