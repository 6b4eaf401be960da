import { toHex, utf8 } from '../crypto/bytes.js';
import { hash } from '../crypto/hash.js';
import type { Dataset, Entry } from '../data/dataset.js';

/** The union of some banks' records. */
export interface UnionResult {
  /** Over the record digests in their order, 32 bytes. */
  readonly digest: Uint8Array;
  /** One version of each key, in order of key digest. */
  readonly records: readonly Entry[];
}

interface Version {
  readonly entry: Entry;
  /** The record's digest, hex. */
  readonly name: string;
  support: number;
}

/**
 * The plainest reconciliation: of each key the version that most of the inputs have, and of equals the one with the
 * least digest. When the schema says that absence is a claim, a key that more inputs lack than have in its best version
 * is left out. Computed once for each set of inputs, however many banks ask.
 */
export class NaiveUnion {
  readonly #known = new Map<string, UnionResult>();

  constructor(private readonly datasets: readonly Dataset[]) {}

  /** @param inputs for each bank whether its data set is among them; at least one is */
  of(inputs: readonly boolean[]): UnionResult {
    const name = inputs.map(Number).join('');
    const known = this.#known.get(name);
    if (known) return known;
    const result = unite(this.datasets.filter((_, bank) => inputs[bank]));
    this.#known.set(name, result);
    return result;
  }
}

function unite(datasets: readonly Dataset[]): UnionResult {
  const absenceVotes = datasets[0]?.schema.absence === 'vote';
  const records: [string, Entry][] = [];
  for (const [key, versions] of versionsByKey(datasets)) {
    const best = versions.reduce((a, b) => (outranks(b, a) ? b : a));
    const lacking = datasets.length - versions.reduce((sum, version) => sum + version.support, 0);
    if (!absenceVotes || best.support >= lacking) records.push([key, best.entry]);
  }
  records.sort(([a], [b]) => (a < b ? -1 : 1));
  const digests = new Uint8Array(32 * records.length);
  for (const [i, [, entry]] of records.entries()) digests.set(entry.digest, 32 * i);
  return {
    digest: hash('simulation', utf8('naive-union'), digests),
    records: records.map(([, entry]) => entry),
  };
}

function versionsByKey(datasets: readonly Dataset[]): Map<string, Version[]> {
  const byKey = new Map<string, Version[]>();
  for (const { entries } of datasets) {
    for (const entry of entries) {
      const key = toHex(entry.keyDigest);
      const name = toHex(entry.digest);
      const versions = byKey.get(key);
      const same = versions?.find((version) => version.name === name);
      if (same) same.support++;
      else if (versions) versions.push({ entry, name, support: 1 });
      else byKey.set(key, [{ entry, name, support: 1 }]);
    }
  }
  return byKey;
}

const outranks = (a: Version, b: Version): boolean =>
  a.support > b.support || (a.support === b.support && a.name < b.name);
