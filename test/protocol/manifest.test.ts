import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  type BankEntry,
  genesisCommitment,
  MAX_BANKS,
  Manifest,
  type ManifestBody,
  manifestDigest,
} from '../../src/protocol/manifest.js';
import { consortium, type Fixture } from './network.js';

let fixture: Fixture;
let body: ManifestBody;
beforeAll(async () => {
  fixture = await consortium(4, 1);
  body = fixture.manifest.body;
});

/** The manifest of a body that all banks signed, whatever it says. */
const assemble = (changed: ManifestBody): Manifest => {
  const digest = manifestDigest(changed);
  const signatures = fixture.secrets.map((secret) => fixture.suite.identity.sign(secret.identity, digest));
  return Manifest.assemble(changed, signatures, fixture.suite);
};
const codeOf = (action: () => unknown): string => {
  try {
    action();
    return 'accepted';
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    return error.code;
  }
};
const withBank = (index: number, change: Partial<BankEntry>): ManifestBody => ({
  ...body,
  banks: body.banks.map((bank, i) => (i === index ? { ...bank, ...change } : bank)),
});
const flip = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('a manifest', () => {
  it('holds when every bank signed it, and comes back from its bytes', () => {
    const made = assemble(body);
    const read = Manifest.decode(made.encode(), fixture.suite);
    expect(read.encode()).toEqual(made.encode());
    expect(toHex(read.consortiumId)).toBe(toHex(made.consortiumId));
    expect(toHex(read.genesisSeed)).toBe(toHex(made.genesisSeed));
    expect(read.banks).toEqual(made.banks);
    expect([read.size, read.faults, read.quorum, read.executors, read.sealQuorum]).toEqual([4, 1, 3, 4, 3]);
    expect([read.indexOf('bank-2'), read.indexOf('bank-9')]).toEqual([2, -1]);
  });

  it('is refused when two banks share a name, a key or a share', () => {
    const [first] = body.banks as [BankEntry];
    const { bls, possession, genesisShare, id } = first;
    const copies: readonly Partial<BankEntry>[] = [
      { id },
      { bls, possession },
      { identity: first.identity },
      { vrf: first.vrf },
      { x25519: first.x25519 },
      { genesisShare, genesisCommitment: genesisCommitment('bank-1', genesisShare) },
    ];
    for (const copy of copies)
      expect(
        codeOf(() => assemble(withBank(1, copy))),
        Object.keys(copy).join(),
      ).toBe('MANIFEST_DUPLICATE');
  });

  it('is refused when a key is not proven to be its bank’s, or is none', () => {
    const [first, second] = body.banks as [BankEntry, BankEntry];
    expect(codeOf(() => assemble(withBank(0, { possession: second.possession })))).toBe(
      'BLS_POSSESSION_NOT_PROVEN',
    );
    expect(codeOf(() => assemble(withBank(0, { possession: new Uint8Array(96) })))).toBe(
      'BLS_POSSESSION_NOT_PROVEN',
    );
    const vote = fixture.suite.bls.sign(fixture.secrets[0]!.bls, first.bls);
    expect(codeOf(() => assemble(withBank(0, { possession: vote })))).toBe('BLS_POSSESSION_NOT_PROVEN');
    const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47));
    expect(codeOf(() => assemble(withBank(0, { bls: infinity })))).toBe('BLS_KEY_INVALID');
    expect(codeOf(() => assemble(withBank(0, { bls: flip(first.bls, 47) })))).toMatch(/^BLS_/);
  });

  it('is refused with a rogue key, made to cancel the others out of an aggregate', async () => {
    const { bls12_381 } = await import('@noble/curves/bls12-381.js');
    const { Point } = bls12_381.G1;
    const mine = Point.fromBytes(body.banks[3]!.bls);
    const rogue = [0, 1, 2].reduce((sum, i) => sum.subtract(Point.fromBytes(body.banks[i]!.bls)), mine);
    const key = rogue.toBytes(true);
    const possession = body.banks[3]!.possession;
    expect(codeOf(() => assemble(withBank(3, { bls: key, possession })))).toBe('BLS_POSSESSION_NOT_PROVEN');
  });

  it('is refused when a share of the seed is not the one committed to', () => {
    for (const change of [
      { genesisShare: new Uint8Array(32) },
      { genesisCommitment: new Uint8Array(32) },
      { id: 'new' },
    ])
      expect(codeOf(() => assemble(withBank(2, change)))).toBe('MANIFEST_REVEAL_MISMATCH');
    // Another bank's commitment, copied: it does not open for this one.
    const { genesisCommitment: copied, genesisShare } = body.banks[0]!;
    const copy = withBank(2, { genesisCommitment: copied, genesisShare: flip(genesisShare) });
    expect(codeOf(() => assemble(copy))).toBe('MANIFEST_REVEAL_MISMATCH');
  });

  it('is refused when a signature is missing, foreign, in the wrong place or of another body', () => {
    const { signatures } = fixture.manifest;
    const using = (changed: readonly Uint8Array[]): string =>
      codeOf(() => Manifest.assemble(body, changed, fixture.suite));
    expect(using(signatures)).toBe('accepted');
    expect(using(signatures.slice(1))).toBe('MANIFEST_MALFORMED');
    expect(using([...signatures, signatures[0]!])).toBe('MANIFEST_MALFORMED');
    expect(using([])).toBe('MANIFEST_MALFORMED');
    expect(using([...signatures].reverse())).toBe('MANIFEST_SIGNATURE_INVALID');
    for (const i of [0, 1, 2, 3])
      for (const bad of [
        new Uint8Array(64),
        new Uint8Array(0),
        flip(signatures[i]!, 40),
        signatures[(i + 1) % 4]!,
      ])
        expect(using(signatures.map((s, j) => (i === j ? bad : s)))).toBe('MANIFEST_SIGNATURE_INVALID');
    const renamed = { ...body, name: 'other' };
    expect(codeOf(() => Manifest.assemble(renamed, signatures, fixture.suite))).toBe(
      'MANIFEST_SIGNATURE_INVALID',
    );
  });

  it('is refused when its banks cannot bear its faults', () => {
    expect(codeOf(() => assemble({ ...body, faults: 2 }))).toBe('TOO_MANY_FAULTS');
    expect(codeOf(() => assemble({ ...body, banks: body.banks.slice(1) }))).toBe('TOO_MANY_FAULTS');
    expect(codeOf(() => Manifest.assemble({ ...body, faults: 0, banks: [] }, [], fixture.suite))).toBe(
      'TOO_MANY_FAULTS',
    );
    expect(codeOf(() => assemble({ ...body, faults: 0 }))).toBe('accepted');
  });

  it('is refused with parameters that no bank could run on', () => {
    for (const change of [
      { delta: 0 },
      { sketchSymbols: 7 },
      { sketchSymbols: 512, maxDifferences: 511 },
      { maxDifferences: 2 ** 18 + 1 },
      { sketchSymbols: 2 ** 19, maxDifferences: 2 ** 19 },
    ]) {
      const parameters = { ...body.parameters, ...change };
      expect(
        codeOf(() => assemble({ ...body, parameters })),
        JSON.stringify(change),
      ).toBe('MANIFEST_MALFORMED');
    }
    for (const change of [
      { delta: -1 },
      { delta: 1.5 },
      { delta: Number.NaN },
      { maxDifferences: Infinity },
    ]) {
      const parameters = { ...body.parameters, ...change };
      expect(
        codeOf(() => assemble({ ...body, parameters })),
        JSON.stringify(change),
      ).toMatch(/MALFORMED|OUT_OF_RANGE/);
    }
  });

  it('is refused with an empty, overlong or ill-formed name of a bank', () => {
    const named = (id: string): ManifestBody =>
      withBank(0, { id, genesisCommitment: genesisCommitment(id, body.banks[0]!.genesisShare) });
    expect(codeOf(() => assemble(named('bänk-α')))).toBe('accepted');
    expect(codeOf(() => assemble(named('')))).toBe('MANIFEST_MALFORMED');
    expect(codeOf(() => assemble(named('x'.repeat(65))))).toBe('ENCODING_TOO_LARGE');
    expect(codeOf(() => assemble(named('\ud800')))).toBe('ENCODING_OUT_OF_RANGE');
  });

  it('has another id for anything it says', () => {
    const ids = [
      body,
      { ...body, name: 'other' },
      { ...body, faults: 0 },
      { ...body, parameters: { ...body.parameters, delta: 7 } },
      { ...body, parameters: { ...body.parameters, statistics: 'none' as const } },
      { ...body, banks: [...body.banks].reverse() },
      withBank(0, { x25519: new Uint8Array(32) }),
      withBank(3, { possession: new Uint8Array(96) }),
    ].map((each) => toHex(manifestDigest(each)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is refused with any byte of it flipped, shortened or lengthened', () => {
    const encoded = fixture.manifest.encode();
    const decodes = (bytes: Uint8Array): string => codeOf(() => Manifest.decode(bytes, fixture.suite));
    expect(decodes(encoded)).toBe('accepted');
    for (let i = 0; i < encoded.length; i += 5)
      expect(
        decodes(encoded.map((byte, j) => (i === j ? byte ^ (1 << (i % 8)) : byte))),
        `byte ${i}`,
      ).not.toBe('accepted');
    for (let cut = 0; cut < encoded.length; cut += 29)
      expect(decodes(encoded.subarray(0, cut))).not.toBe('accepted');
    expect(decodes(Uint8Array.of(...encoded, 0))).toBe('ENCODING_TRAILING');
  });

  it('lists a bounded number of banks', () => {
    const banks = Array.from({ length: MAX_BANKS + 1 }, () => body.banks[0]!);
    expect(codeOf(() => manifestDigest({ ...body, banks }))).toBe('ENCODING_TOO_LARGE');
  });
});
