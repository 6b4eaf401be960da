import { strategies } from './strategies.mjs';

/** An epoch in which nothing goes wrong but what a mistake's scenario adds. Small books: they differ and disagree enough. */
const CALM = {
  epochs: 1,
  records: 24,
  divergence: 0.1,
  disputed: 0.2,
  noise: 0,
  quota: null,
  statistics: 'none',
  latencyMs: 20,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  partitions: [],
  unstable: null,
  byzantine: [],
  crashes: [],
  healsAtMs: 0,
};

/** How long an epoch may take after everything has healed, in Δ: less than in a campaign, where views have grown long. */
const PATIENCE = 200;

/** What a compiled copy of the sources has to offer. */
export async function load(folder) {
  const from = (path) => import(new URL(`${path}.js`, `file://${folder}/`).href);
  const modules = await Promise.all(
    [
      'crypto/bls-load',
      'crypto/bytes',
      'crypto/encoding',
      'data/conflict',
      'data/dataset',
      'data/sketch',
      'data/sketch-items',
      'protocol/attestations',
      'protocol/certificate',
      'protocol/chain',
      'protocol/commitment',
      'protocol/default-suite',
      'protocol/draft',
      'protocol/quorum',
      'protocol/reading',
      'protocol/requests',
      'protocol/seal',
      'protocol/slice-store',
      'protocol/slot',
      'sim/adversaries/forged-ballot',
      'sim/adversary',
      'sim/campaign-engine',
      'sim/campaign-run',
      'sim/campaign-scenario',
      'sim/falsify',
      'sim/lying-draft',
      'sim/random',
      'sim/redealing',
    ].map(from),
  );
  return Object.assign({}, ...modules);
}

/** What runs the scenarios of a mistake: `run(seed)` returns the violations that the oracle reports. */
export async function runnerOf({ campaign, settings, rehearsal }, library) {
  if (campaign === 'engine') {
    const engine = new library.EngineCampaign();
    return (seed) => engine.run(engineScenario(seed, settings, library)).violations;
  }
  const epochs = new library.Campaign(library.defaultSuite(await library.loadBls()), PATIENCE);
  // Strategies may remember what they learned in the rehearsal: each is made once.
  const own = strategies(library);
  return (seed) => {
    if (rehearsal) epochs.run(epochScenario(seed, rehearsal, library, own));
    return epochs.run(epochScenario(seed, settings, library, own)).violations;
  };
}

/**
 * The campaign's own scenario of the seed. `harsh`: four banks, one of which lies, on bad links, with so many `crashes`.
 * `isolated`: on good links, and the first leader is cut off at about the time at which it decides.
 */
function engineScenario(seed, { harsh = false, isolated = false, crashes = 0 }, library) {
  const drawn = library.drawEngineScenario(seed);
  if (!harsh && !isolated) return drawn;
  const random = new library.Random(seed).fork('planted');
  const healsAtMs = 3000;
  // As the engine draws its leaders: the first one decides first, and the next one lies to those that did not hear of it.
  const [first, ...others] = new library.Random(seed).fork('leaders').shuffle([0, 1, 2, 3]);
  const [liar, ...honest] = isolated ? [...others, first] : random.shuffle([0, 1, 2, 3]);
  const sound = { loss: 0, duplicate: 0, reorder: 0, unstable: null };
  const fromMs = 20 + random.int(25);
  const cut = { ...awayFrom([liar, ...honest], healsAtMs), fromMs };
  return {
    ...drawn,
    banks: 4,
    faults: 1,
    byzantine: [{ bank: liar, strategy: random.pick(['liar', 'lying-twins']) }],
    crashes: crashPoints(crashes, honest, 40, random),
    healsAtMs,
    ...(isolated
      ? { ...sound, partitions: [cut] }
      : {
          partitions: library.drawPartitions(4, healsAtMs, random),
          unstable: { untilMs: healsAtMs, drop: 0.1, late: 0.4, lateMs: 60 * drawn.latencyMs },
        }),
  };
}

/** One honest bank, the last of these, hears nothing and is not heard at first. */
const awayFrom = (places, untilMs) => ({
  fromMs: 0,
  untilMs,
  groups: [places.slice(0, -1), places.slice(-1)],
});

/** Crashes of honest banks, each over one of its first so many steps. */
function crashPoints(count, honest, steps, random) {
  return Array.from({ length: count }, () => ({
    bank: random.pick(honest),
    step: 1 + random.int(steps),
    during: random.pick(['persist', 'send']),
    share: random.next(),
    downMs: random.int(200),
  }));
}

/**
 * @param settings what is other than in a calm epoch; `liars` names the strategies of each Byzantine bank, of which there are
 * as many as are borne, and with `leads` the first of them leads first; one honest bank is away for `awayMs`, or down until `misses` epochs
 * are over, or loses its disk at its input `loses`
 */
function epochScenario(
  seed,
  { liars = [], leads = false, awayMs = 0, misses = 0, loses = 0, ...settings },
  library,
  own,
) {
  const banks = settings.banks ?? 4;
  const faults = settings.faults ?? library.maxFaults(banks);
  const places = new library.Random(seed).fork('planted').shuffle([...Array(banks).keys()]);
  const byzantine = places
    .slice(0, liars.length > 0 ? faults : 0)
    .sort((a, b) => a - b)
    .map((bank) => ({
      bank,
      strategies: liars.map((name) => own[name] ?? name),
      trigger: { kind: 'always' },
    }));
  return {
    ...CALM,
    seed,
    banks,
    faults,
    byzantine,
    ...(leads && { firstLeader: byzantine[0].bank }),
    ...(misses > 0 && {
      epochs: misses + 1,
      outages: [{ bank: places.at(-1), from: 0, afterMs: 50, until: misses }],
    }),
    ...(loses > 0 && {
      epochs: 4,
      healsAtMs: 10_000, // nothing crashes later
      crashes: [{ bank: places.at(-1), step: loses, during: 'send', share: 1, downMs: 30, disk: 'lost' }],
    }),
    ...(awayMs > 0 && { partitions: [awayFrom(places, awayMs)], healsAtMs: awayMs }),
    ...settings,
  };
}
