import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberBE, numberToBytesBE, numberToBytesLE } from '@noble/curves/utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { propose } from '../../src/protocol/joining.js';
import { type BankEntry, Manifest, type ManifestBody, manifestDigest } from '../../src/protocol/manifest.js';
import { consortium, type Fixture } from './network.js';

let fixture: Fixture;
let body: ManifestBody;
beforeAll(async () => {
  fixture = await consortium(4, 1);
  body = fixture.manifest.body;
});

const withBank = (index: number, change: Partial<BankEntry>): ManifestBody => ({
  ...body,
  banks: body.banks.map((bank, i) => (i === index ? { ...bank, ...change } : bank)),
});
/** The manifest of a body that all banks signed, whatever it says. */
const assemble = (changed: ManifestBody): Manifest => {
  const digest = manifestDigest(changed);
  const signatures = fixture.secrets.map(({ identity }) => fixture.suite.identity.sign(identity, digest));
  return Manifest.assemble(changed, signatures, fixture.suite);
};
const refusal = (facts: object) => expect.objectContaining({ name: 'ConcordatError', detail: facts });

const ORDER_8 = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a';
const mixed = (key: Uint8Array): Uint8Array =>
  ed25519.Point.fromBytes(key).add(ed25519.Point.fromHex(ORDER_8)).toBytes();
/** Five above the order of the field. */
const unreduced = numberToBytesLE(ed25519.Point.Fp.ORDER + 5n, 32);
const zero = new Uint8Array(32);
const one = numberToBytesLE(1n, 32);

const cases: readonly ['identity' | 'vrf' | 'x25519', string, (own: Uint8Array) => Uint8Array, string][] = [
  ['identity', 'all zero', () => zero, 'small-order'],
  ['identity', 'neutral', () => one, 'small-order'],
  ['identity', 'of mixed order', mixed, 'mixed-order'],
  ['identity', 'not canonical', () => unreduced, 'encoding'],
  ['vrf', 'all zero', () => zero, 'small-order'],
  ['vrf', 'neutral', () => one, 'small-order'],
  ['vrf', 'of mixed order', mixed, 'mixed-order'],
  ['vrf', 'not canonical', () => unreduced, 'encoding'],
  ['x25519', 'all zero', () => zero, 'small-order'],
  ['x25519', 'of order 4', () => one, 'small-order'],
  ['x25519', 'not canonical', () => unreduced, 'encoding'],
  [
    'x25519',
    'with the bit that RFC 7748 drops',
    (own) => own.map((b, i) => (i === 31 ? b | 0x80 : b)),
    'encoding',
  ],
];

describe('a manifest has only keys that a secret can have', () => {
  it.each(cases)('%s, %s', (what, _, change, reason) => {
    const changed = withBank(2, { [what]: change(body.banks[2]![what]) });
    const bank = body.banks[2]!.id;
    expect(() => assemble(changed)).toThrow(refusal({ code: 'MANIFEST_KEY_INVALID', bank, what, reason }));
    expect(() => propose(changed, fixture.suite.bls)).toThrow(
      refusal({ code: 'JOINING_KEY_INVALID', bank, what, cause: reason }),
    );
  });

  it('the keys of the fixture are such', () => {
    expect(assemble(body).size).toBe(4);
    expect(propose(body, fixture.suite.bls).banks).toHaveLength(4);
  });
});

describe('BLS keys that cancel out', () => {
  it('are refused, although possession of both is proven', () => {
    const [first, , third] = body.banks as [BankEntry, BankEntry, BankEntry, BankEntry];
    const { bls } = fixture.suite;
    const secret = bytesToNumberBE(fixture.secrets[0]!.bls);
    const negated = numberToBytesBE(bls12_381.fields.Fr.ORDER - secret, 32);
    const key = bls.publicKey(negated);
    const possession = bls.provePossession(negated);
    expect(bls.proveKey(key, possession).bytes).toEqual(key);
    const changed = withBank(2, { bls: key, possession });
    const facts = { bank: third.id, other: first.id };
    expect(() => assemble(changed)).toThrow(refusal({ code: 'MANIFEST_KEYS_CANCEL', ...facts }));
    expect(() => propose(changed, bls)).toThrow(refusal({ code: 'JOINING_KEYS_CANCEL', ...facts }));
  });
});
