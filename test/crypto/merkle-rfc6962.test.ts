import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { leafHash, MerkleTree, root, verifyInclusion } from '../../src/crypto/merkle.js';

interface Probe {
  readonly name: string;
  readonly desc: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}
const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/merkle-rfc6962/${name}.json`, import.meta.url), 'utf8'));
const roots = load('rfc6962-roots.derived') as { leafInputs: string[]; rootHashesFromSize0: string[] };
const { probes } = load('inclusion-probes') as { probes: Probe[] };
const base64 = (text: string | null): Uint8Array =>
  Uint8Array.from(atob(text ?? ''), (char) => char.charCodeAt(0));

describe('RFC 6962', () => {
  const leaves = roots.leafInputs.map((hex) => leafHash(fromHex(hex)));

  it('gives the published roots of the trees of 0 to 8 leaves', () => {
    expect(roots.rootHashesFromSize0).toHaveLength(9);
    roots.rootHashesFromSize0.forEach((expected, size) => {
      expect(toHex(root(leaves.slice(0, size)))).toBe(expected);
      expect(toHex(new MerkleTree(leaves.slice(0, size)).root)).toBe(expected);
    });
  });

  it('has 47 inclusion probes, 44 of them to be refused', () => {
    expect(probes).toHaveLength(47);
    expect(probes.filter(({ wantErr }) => wantErr)).toHaveLength(44);
  });

  it.each(probes.map((probe) => [probe.wantErr ? 'refuses' : 'accepts', probe.name, probe] as const))(
    '%s %s',
    (_verdict, _name, probe) => {
      const verify = () =>
        verifyInclusion({
          index: probe.leafIdx,
          size: probe.treeSize,
          leaf: base64(probe.leafHash),
          proof: (probe.proof ?? []).map(base64),
          root: base64(probe.root),
        });
      if (!probe.wantErr) return expect(verify()).toBeUndefined();
      try {
        verify();
      } catch (error) {
        return expect(isConcordatError(error) && error.code).toMatch(/^MERKLE_/);
      }
      return expect.unreachable('the probe was accepted');
    },
  );
});
