import { beforeAll, describe, expect, it } from 'vitest';
import { loadBls } from '../../src/crypto/bls-load.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { Suite } from '../../src/protocol/suite.js';
import { BankFuzzer, DecoderFuzzer, problemOf } from './fuzz.js';
import { fuzzTargets, type Target } from './fuzz-targets.js';
import { type Corpus, makeCorpus } from './hostile.js';

let corpus: Corpus;
let suite: Suite;
let targets: readonly Target[];
beforeAll(async () => {
  suite = defaultSuite(await loadBls());
  corpus = await makeCorpus();
  targets = fuzzTargets(corpus, suite);
});

describe('a reader of what others made', () => {
  it('takes every sample as it is', () => {
    for (const target of targets) {
      expect(target.samples.length, target.name).toBeGreaterThan(0);
      for (const sample of target.samples) expect(problemOf(target, sample), target.name).toBeNull();
    }
  });

  it('takes or refuses mutated samples, and does nothing else', () => {
    const fuzzer = new DecoderFuzzer(targets, 1);
    fuzzer.run(4000);
    expect(fuzzer.failures).toEqual([]);
    for (const [name, { inputs, refused }] of fuzzer.tallies)
      if (inputs > 20) expect(refused, name).toBeGreaterThan(0);
  });

  it('is found out when it throws anything else', () => {
    const target: Target = {
      name: 'faulty',
      weight: 1,
      samples: [new Uint8Array(1)],
      read: ([first]) => {
        if (first === 1) throw new TypeError('cannot read');
      },
      mutant: (random) => Uint8Array.of(random.int(2)),
    };
    const fuzzer = new DecoderFuzzer([target], 1);
    fuzzer.run(20);
    expect(fuzzer.failures).toContain("TypeError: cannot read: --target 'faulty' --hex 01");
  });
});

describe('a bank', () => {
  it('throws nothing at messages that make no sense, signed again or not, at any moment', () => {
    const fuzzer = new BankFuzzer(corpus, suite, 1);
    for (let life = 0; life < 12; life++) fuzzer.live(life, 80);
    expect(fuzzer.failures).toEqual([]);
    expect(fuzzer.tally.hostile).toBe(960);
    expect(fuzzer.tally.refused).toBeGreaterThan(150);
    expect(fuzzer.codes.size).toBeGreaterThan(12);
  });
});
