// No error, log or copy of anything shows a secret.
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import * as blst from '@chainsafe/blst';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ORDER, WIDE_LENGTH } from '../../src/crypto/babyjubjub.js';
import { createBankKeystore, openBankKeystore } from '../../src/crypto/bank-keystore.js';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { toHex } from '../../src/crypto/bytes.js';
import { encode } from '../../src/crypto/encoding.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { scalar } from '../../src/crypto/group-codec.js';
import { identity } from '../../src/crypto/identity.js';
import { BankSecrets, deriveSecrets, generateMnemonic, publicKeys } from '../../src/crypto/keys.js';
import { decryptKeystore, encryptKeystore } from '../../src/crypto/keystore.js';
import * as pedersen from '../../src/crypto/pedersen.js';
import { combine, split } from '../../src/crypto/shamir.js';
import * as slices from '../../src/crypto/slices.js';
import * as sharing from '../../src/crypto/verifiable-sharing.js';
import { ell2, tai } from '../../src/crypto/vrf.js';
import { randomness } from './sharing-fixture.js';

/** Bytes that are found again in any text that holds them, and a number made of them. */
const marked = (length: number): Uint8Array => randomness('a secret', length);
const number = BigInt(`0x${toHex(marked(31))}`) % ORDER;
const big = number + ORDER;
const words = generateMnemonic(marked(32));
const password = 'hunter2-hunter2';

/** Every form in which the bytes, the numbers, the words and the password could stand in a text. */
const traces = (bytes: Uint8Array): string[] => [
  toHex(bytes.subarray(0, 6)),
  toHex(bytes.subarray(0, 6)).toUpperCase(),
  [...bytes.subarray(0, 4)].join(','),
  [...bytes.subarray(0, 4)].join(', '),
  Buffer.from(bytes.subarray(0, 6)).toString('base64').slice(0, 8),
];
const TRACES = [
  ...traces(marked(32)),
  ...[number, big].flatMap((value) => [String(value).slice(0, 15), value.toString(16).slice(0, 12)]),
  ...words.split(' ').map((word) => ` ${word} `),
  'hunter2',
];
const secretless = (text: string): void => {
  for (const trace of TRACES) expect(text, trace).not.toContain(trace);
};
/** All that an error tells, to people and to loggers, its causes with it. */
const told = (error: Error): string =>
  [
    String(error),
    error.stack,
    JSON.stringify(error),
    JSON.stringify((error as ConcordatError).detail),
    inspect(error, { depth: 9, showHidden: true, getters: true, maxStringLength: null }),
    format('%s %o %O %j', error, error, error, error),
  ].join('\n');

const random = (length: number): Uint8Array => randomness('random', length);
const wide = (count: number) => randomness('wide', count * WIDE_LENGTH);
const cheap = { password, random, cost: 10 };
const keystore = createBankKeystore(words, nobleBls, cheap);
const sum = (secrets: readonly bigint[]) =>
  sharing.deal(sharing.feldman(), secrets, { threshold: 2, shares: 3, coefficients: wide(1) });

/** A refusal of every function that takes a secret, with the secret in what was wrong. */
const refusals: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(
    [nobleBls, blstBls(blst)].flatMap((bls) => [
      [`bls.publicKey, ${bls.name}`, () => bls.publicKey(marked(33))],
      [`bls.sign, ${bls.name}`, () => bls.sign(marked(31), random(8))],
      [`bls.sign of no message, ${bls.name}`, () => bls.sign(marked(32).with(0, 1), 'text' as never)],
      [`bls.provePossession, ${bls.name}`, () => bls.provePossession(marked(48))],
      [`bls.sign with text, ${bls.name}`, () => bls.sign(toHex(marked(32)) as never, random(8))],
      [
        `publicKeys, ${bls.name}`,
        () => publicKeys(bls, { ...deriveSecrets(words), bls: marked(31) } as never),
      ],
    ]),
  ),
  'identity.publicKey': () => identity.publicKey(marked(33)),
  'identity.sign': () => identity.sign(marked(64), random(8)),
  'identity.sign of no message': () => identity.sign(marked(32), 7 as never),
  ...Object.fromEntries(
    [ell2, tai].flatMap((vrf) => [
      [`vrf.publicKey, ${vrf.suite}`, () => vrf.publicKey(marked(33))],
      [`vrf.prove, ${vrf.suite}`, () => vrf.prove(marked(31), random(8))],
      [`vrf.prove of no input, ${vrf.suite}`, () => vrf.prove(marked(32), 7 as never)],
    ]),
  ),
  generateMnemonic: () => generateMnemonic(marked(33)),
  'deriveSecrets, a word missing': () => deriveSecrets(words.split(' ').slice(1).join(' ')),
  'deriveSecrets, a wrong checksum': () => deriveSecrets(words.split(' ').toReversed().join(' ')),
  'deriveSecrets, the passphrase': () => deriveSecrets(words, `${password}\ud800`),
  BankSecrets: () => {
    const [bls, identity, vrf, x25519] = new Array(4).fill(marked(32)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    return new BankSecrets({ bls, identity, vrf, x25519, vault: marked(31) });
  },
  'BankSecrets of text': () =>
    new BankSecrets({ bls: toHex(marked(32)), identity: words, vrf: password } as never),
  'encryptKeystore, the secret': () => encryptKeystore(marked(65), cheap),
  'encryptKeystore, the cost': () => encryptKeystore(marked(32), { ...cheap, cost: 99 }),
  'encryptKeystore, the password': () =>
    encryptKeystore(marked(32), { ...cheap, password: `${password}\ud800` }),
  'encryptKeystore, the source': () => encryptKeystore(marked(32), { ...cheap, random: () => marked(7) }),
  'encryptKeystore, the key': () => encryptKeystore(marked(32), { ...cheap, pubkey: marked(32) }),
  createBankKeystore: () => createBankKeystore(`${words} ${password}`, nobleBls, cheap),
  'decryptKeystore, the password': () => decryptKeystore(keystore, `${password}!`),
  'decryptKeystore, no text': () => decryptKeystore(keystore, marked(32) as never),
  'decryptKeystore, a misplaced secret': () => decryptKeystore({ ...keystore, version: words }, password),
  'decryptKeystore, a secret for a name': () => decryptKeystore({ ...keystore, [words]: 1 }, password),
  'decryptKeystore, a secret for a name, deeper': () =>
    decryptKeystore({ ...keystore, crypto: { ...keystore.crypto, [toHex(marked(32))]: 1 } }, password),
  'decryptKeystore, a secret as cost': () =>
    decryptKeystore(
      { ...keystore, crypto: { ...keystore.crypto, kdf: { ...keystore.crypto.kdf, function: password } } },
      password,
    ),
  openBankKeystore: () => openBankKeystore(encryptKeystore(marked(32), cheap), password, nobleBls),
  'pedersen.commit, a value': () => pedersen.commit([1n, big], number),
  'pedersen.commit, the blinding': () => pedersen.commit([number], big),
  'pedersen.commit, a value of text': () => pedersen.commit([words as never], number),
  'pedersen.blinding': () => pedersen.blinding(marked(32)),
  'shamir.split, the secret': () => split(big, { threshold: 2, shares: 3, coefficients: wide(1) }),
  'shamir.split, the threshold': () => split(number, { threshold: 4, shares: 3, coefficients: wide(3) }),
  'shamir.split, the randomness': () => split(number, { threshold: 3, shares: 3, coefficients: marked(48) }),
  'shamir.combine, a share': () =>
    combine(
      [
        { x: 1, y: number },
        { x: 2, y: big },
      ],
      2,
    ),
  'shamir.combine, the places': () =>
    combine(
      [
        { x: 1, y: number },
        { x: 1, y: number },
      ],
      2,
    ),
  'shamir.combine, the count': () => combine([{ x: 1, y: number }], 2),
  'sharing.deal, a secret': () => sum([big]),
  'sharing.deal, the count': () => sum([number, number]),
  'sharing.deal, the randomness': () =>
    sharing.deal(sharing.feldman(), [number], { threshold: 3, shares: 3, coefficients: marked(48) }),
  'sharing.addShares': () =>
    sharing.addShares([
      { x: 1, ys: [number] },
      { x: 2, ys: [number] },
    ]),
  'slices.deal, the entropy': () =>
    slices.deal({ n: 4, k: 2, f: 1, payload: marked(32), context: random(1), entropy: marked(31) }),
  'slices.deal, the shape': () =>
    slices.deal({ n: 4, k: 1, f: 1, payload: marked(32), context: random(1), entropy: marked(32) }),
  'the encoding of a scalar': () => encode(scalar, big),
};

describe('no error shows a secret', () => {
  it.each(Object.entries(refusals))('%s', (_, refuse) => {
    let thrown: unknown;
    try {
      refuse();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    secretless(told(thrown as Error));
  });

  it('would show them to this test if it did', () => {
    for (const leak of [toHex(marked(32)), String(big), words, password, String(marked(32))])
      expect(() => secretless(told(new ConcordatError({ code: 'LEAK', leak }, `leak ${leak}`)))).toThrow();
  });
});

describe('a bank’s secrets', () => {
  const secrets = new BankSecrets({
    bls: marked(32),
    identity: marked(32),
    vrf: marked(32),
    x25519: marked(32),
    vault: marked(32),
  });

  it.each<[string, () => string]>([
    ['structured cloning', () => inspect(structuredClone(secrets), { customInspect: false, depth: 9 })],
    ['cloning of what holds them', () => JSON.stringify(structuredClone({ bank: [secrets] }))],
    ['serialising', () => serialize({ secrets }).toString('latin1') + serialize(secrets).toString('hex')],
    ['a format of the console', () => format('%s %d %i %f %j %o %O %c', ...new Array(8).fill(secrets))],
    ['a message of an error', () => told(new Error(`bank ${secrets}`, { cause: { secrets } }))],
    ['assignment', () => JSON.stringify(Object.assign({}, secrets))],
    ['entries', () => JSON.stringify([Object.entries(secrets), Reflect.ownKeys(secrets)])],
    ['a replacer', () => JSON.stringify({ secrets }, (_, value) => value)],
  ])('are not shown by %s', (_, show) => secretless(show()));

  it('are copies of what they were made of and of what they give, also where that is a Buffer', () => {
    const given = { bls: 1, identity: 2, vrf: 3, x25519: 4, vault: 5 };
    const buffers = Object.fromEntries(
      Object.entries(given).map(([purpose, byte]) => [purpose, Buffer.alloc(32, byte)]),
    ) as unknown as { readonly [purpose in keyof typeof given]: Buffer };
    const own = new BankSecrets(buffers);
    for (const purpose of Object.keys(given) as (keyof typeof given)[]) {
      buffers[purpose].fill(0);
      own[purpose].fill(0);
      expect(own[purpose]).toEqual(new Uint8Array(32).fill(given[purpose]));
    }
  });
});

describe('a secret key that blst signs with', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** The names of what `use` made texts or integers with, of a secret that tells when it is read as one. */
  function madeOf(use: (secret: Uint8Array) => unknown): string[] {
    const made: string[] = [];
    class Watched extends Uint8Array {
      override toString = (): string => this.#note('toString');
      override toLocaleString = (): string => this.#note('toLocaleString');
      override join = (): string => this.#note('join');
      toHex = (): string => this.#note('toHex');
      toBase64 = (): string => this.#note('toBase64');
      #note(name: string): string {
        made.push(name);
        return '00';
      }
    }
    const integer = BigInt;
    const watched = (value: bigint | boolean | number | string): bigint => {
      made.push('BigInt');
      return integer(value);
    };
    vi.stubGlobal('BigInt', Object.assign(watched, { asIntN: integer.asIntN, asUintN: integer.asUintN }));
    try {
      use(Watched.from(marked(32).with(0, 1)));
    } finally {
      vi.unstubAllGlobals();
    }
    return made;
  }

  it('is made no text and no integer of: neither could be overwritten', () => {
    const bls = blstBls(blst);
    expect(madeOf((secret) => bls.sign(secret, random(8)))).toEqual([]);
    expect(madeOf((secret) => bls.publicKey(secret))).toEqual([]);
  });

  it('is by the JavaScript backend, which this test sees', () => {
    expect(madeOf((secret) => nobleBls.sign(secret, random(8)))).toContain('BigInt');
    expect(madeOf((secret) => String(secret))).toEqual(['toString']);
  });
});
