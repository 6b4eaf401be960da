// Every function of `concordat/crypto` with every argument, one after the other, replaced by what it does not take. The
// table is one, and long, since it has a row for every function: one that is exported and has none fails a test below.
import * as blst from '@chainsafe/blst';
import { describe, expect, it } from 'vitest';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { isConcordatError } from '../../src/crypto/error.js';
import * as library from '../../src/crypto/index.js';
import { randomness } from './sharing-fixture.js';

const { bls, encoding, erasure, group, identity, keys, merkle, pedersen, shamir, sharing, slices, vrf } =
  library;

const circle: Record<string, unknown> = {};
circle.circle = circle;

/** What is no argument of anything, and what is one of something else. The lists of holes take no memory themselves. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  Symbol('x'),
  'text',
  7n,
  -1,
  2 ** 53,
  Object.create(null),
  circle,
  new Array(3),
  new Uint8Array(33).fill(255),
  new Array(2 ** 32 - 1),
  true,
  0,
  1.5,
  2 ** 31,
  Number.MAX_SAFE_INTEGER,
  1e308,
  Number.NEGATIVE_INFINITY,
  -7n,
  2n ** 300n,
  '',
  'x'.repeat(10_000),
  '\ud800',
  () => 1,
  {},
  [],
  [undefined],
  [[], []],
  { length: 2 ** 40 },
  new Uint8Array(0),
  new Uint8Array(31),
  new Uint8Array(32),
  new Uint8Array(2000).fill(1),
  new Uint16Array(16),
  new ArrayBuffer(32),
  new Map<unknown, unknown>([[0, 0]]),
];

const bytes = (length: number) => randomness('argument', length);
const secret = bytes(32).with(0, 1);
const [key, possession] = [nobleBls.publicKey(secret), nobleBls.provePossession(secret)];
const proven = nobleBls.proveKey(key, possession);
const signature = nobleBls.sign(secret, bytes(3));
const backends = { noble: nobleBls, blst: bls.blstBls(blst) };
/** Not plain, so that it is replaced as a whole only. */
const backend = Object.create(backends.blst) as typeof nobleBls;
const words = keys.generateMnemonic(bytes(32));
const plain = { bls: secret, identity: secret, vrf: secret, x25519: secret, vault: secret };
const random = (length: number) => bytes(length);
const options = { password: 'password', random, cost: 10, description: 'text', pubkey: bytes(48) };
/** Not plain either: its parts are replaced where a secret is encrypted without deriving keys first. */
const asOne = Object.assign(Object.create({}), options) as typeof options;
const keystore = keys.encryptKeystore(secret, options);
const leaves = [1, 2, 3].map((i) => merkle.leafHash(Uint8Array.of(i)));
const tree = new merkle.MerkleTree(leaves);
const shape = { n: 4, k: 2, f: 1 };
const dealt = slices.deal({ ...shape, payload: bytes(9), context: bytes(2), entropy: secret });
const dealing = slices.Dealing.accept(dealt.header, bytes(2), shape, 100);
const sharingOptions = { threshold: 2, shares: 3, coefficients: bytes(48) };
const shared = sharing.deal(sharing.feldman(), [5n], sharingOptions);
const commitments = sharing.SharingCommitments.decode(sharing.feldman(), 2, shared.commitments);
const shares = shamir.split(5n, sharingOptions);
const proof = vrf.ell2.prove(secret, bytes(3));
const { u8, list } = encoding;

/** A function and arguments that it takes. */
interface Row {
  readonly call: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
  /** It takes long when an argument is good: eight kinds of junk are enough, and four for parts. */
  readonly isSlow?: boolean;
}

const row = (call: Row['call'], ...args: unknown[]): Row => ({ call, args });
const slow = (call: Row['call'], ...args: unknown[]): Row => ({ call, args, isSlow: true });
/** The methods of an object, by their names. */
function methods<T extends object>(
  name: string,
  object: T,
  args: { readonly [M in keyof T]?: readonly unknown[] },
  isSlow = false,
): Record<string, Row> {
  return Object.fromEntries(
    Object.entries(args).map(([method, given]) => [
      `${name}.${method}`,
      {
        call: (...actual) => (object[method as keyof T] as Row['call'])(...actual),
        args: given as unknown[],
        isSlow,
      },
    ]),
  );
}

const ROWS: Readonly<Record<string, Row>> = {
  isConcordatError: row(library.isConcordatError, new Error(), 'CODE'),
  hash: row(library.hash, 'record', bytes(3), bytes(4)),
  keyedHash: row(library.keyedHash, 'record', secret, bytes(4)),
  ...methods('identity', identity, {
    publicKey: [secret],
    sign: [secret, bytes(3)],
    verify: [secret, bytes(3), bytes(64)],
  }),

  'bls.ProvenKey.prove': row(bls.ProvenKey.prove, key, possession),
  'bls.ProvenKey.is': row(bls.ProvenKey.is, proven),
  'bls.loadBls': slow(bls.loadBls, 'noble'),
  ...Object.assign(
    {},
    ...Object.entries(backends).map(([name, backend]) =>
      methods(
        `bls.${name}`,
        backend,
        {
          publicKey: [secret],
          sign: [secret, bytes(3)],
          provePossession: [secret],
          proveKey: [key, possession],
          verify: [proven, bytes(3), signature],
          aggregate: [[signature, signature]],
          fastAggregateVerify: [[proven], bytes(3), signature],
          aggregateVerify: [[proven], [bytes(3)], signature],
          verifyBatch: [[proven], [bytes(3)], [signature]],
        },
        name === 'noble',
      ),
    ),
  ),

  'bls.findInvalid': row(bls.findInvalid, backend, [{ key: proven, message: bytes(3), signature }]),
  'bls.certificateCodec': row(bls.certificateCodec, 4),
  'bls.verifyCertificate': row(bls.verifyCertificate, backend, [proven], 1, bytes(3), {
    signers: [0],
    signature,
  }),
  'bls.SignatureCollector': row(
    (...given) => new bls.SignatureCollector(...(given as unknown as [never, never, never])),
    backend,
    [proven],
    bytes(3),
  ),
  ...methods('bls.SignatureCollector', new bls.SignatureCollector(backend, [proven], bytes(3)), {
    add: [0, signature],
    aggregate: [1],
  }),

  'group.isPoint': row(group.isPoint, group.ZERO),
  'group.encodePoint': row(group.encodePoint, group.ZERO),
  'group.decodePoint': row(group.decodePoint, bytes(32)),
  'group.scalarFromBytes': row(group.scalarFromBytes, bytes(48)),
  'group.hashToGroup': row(group.hashToGroup, 'label'),

  'pedersen.generators': row(pedersen.generators, 2),
  'pedersen.commit': row(pedersen.commit, [1n], 2n),
  'pedersen.verify': row(pedersen.verify, bytes(32), [1n], 2n),
  'pedersen.validate': row(pedersen.validate, bytes(32)),
  'pedersen.add': row(pedersen.add, pedersen.commit([1n], 2n), pedersen.commit([1n], 2n)),
  'pedersen.blinding': row(pedersen.blinding, bytes(48)),

  'encoding.encode': row(encoding.encode, u8, 5),
  'encoding.decode': row(encoding.decode, u8, Uint8Array.of(5)),
  'encoding.fixed': row(encoding.fixed, 3, 'what'),
  'encoding.bytes': row(encoding.bytes, 3, 'what'),
  'encoding.text': row(encoding.text, 3, 'what'),
  'encoding.list': row(list, u8, 3, 'what'),
  'encoding.nullable': row(encoding.nullable, u8),
  'encoding.struct': row(encoding.struct, { a: u8, b: u8 }),
  'encoding.oneOf': row(encoding.oneOf, ['a', 'b'], 'what'),
  'encoding.union': row(encoding.union, { a: u8, b: u8 }),
  'encoding.Reader': row((of: Uint8Array) => new encoding.Reader(of), bytes(3)),
  ...methods('encoding.Reader', new encoding.Reader(bytes(9)), {
    bytes: [1, 'what'],
    uint: [1, 'what'],
    finish: [],
  }),
  ...methods('encoding.Writer', new encoding.Writer(), {
    bytes: [bytes(1)],
    uint: [1, 1, 'what'],
    finish: [],
  }),
  ...Object.fromEntries(
    Object.entries({
      u8: [encoding.u8, 1],
      u16: [encoding.u16, 1],
      u32: [encoding.u32, 1],
      u53: [encoding.u53, 1],
      bool: [encoding.bool, true],
      varint: [encoding.varint, 1],
      fixed: [encoding.fixed(3), bytes(3)],
      bytes: [encoding.bytes(3), bytes(2)],
      text: [encoding.text(3), 'abc'],
      list: [list(u8, 9), [1, 2]],
      nullable: [encoding.nullable(u8), 1],
      struct: [encoding.struct({ a: u8, b: list(u8, 2) }), { a: 1, b: [1] }],
      oneOf: [encoding.oneOf(['a', 'b']), 'a'],
      union: [encoding.union<{ a: { n: number } }>({ a: encoding.struct({ n: u8 }) }), { type: 'a', n: 1 }],
      header: [slices.headerCodec, dealt.header],
      slice: [slices.sliceCodec, dealt.slices[0]],
      certificate: [bls.certificateCodec(4), { signers: [1, 2], signature }],
    }).map(([name, [codec, value]]) => [
      `a value of ${name}`,
      row((given: never) => encoding.encode(codec as never, given), value),
    ]),
  ),

  'erasure.fragmentLength': row(erasure.fragmentLength, 9, 2, 4),
  'erasure.encode': row(erasure.encode, bytes(9), 2, 4),
  'erasure.decode': row(erasure.decode, new Map(erasure.encode(bytes(9), 2, 4).entries()), 2, 4, 9),

  'keys.generateMnemonic': row(keys.generateMnemonic, secret),
  'keys.deriveSecrets': slow(keys.deriveSecrets, words, 'passphrase'),
  'keys.publicKeys': slow(keys.publicKeys, backend, plain),
  'keys.BankSecrets': row((of: never) => new keys.BankSecrets(of), plain),
  ...methods('keys.BankSecrets', new keys.BankSecrets(plain), {
    use: ['bls', () => 1],
    toJSON: [],
    toString: [],
    erase: [],
  }),
  'keys.encryptKeystore': slow(keys.encryptKeystore, secret, options),
  'keys.decryptKeystore': slow(keys.decryptKeystore, keystore, 'password'),
  'keys.createBankKeystore': slow(keys.createBankKeystore, words, backend, asOne),
  'keys.openBankKeystore': slow(keys.openBankKeystore, keystore, 'password', backend),

  'merkle.leafHash': row(merkle.leafHash, bytes(3)),
  'merkle.root': row(merkle.root, leaves),
  'merkle.MerkleTree': row((of: never) => new merkle.MerkleTree(of), leaves),
  ...methods('merkle.MerkleTree', tree, { proof: [1], multiproof: [[0, 2]], consistency: [2] }),
  'merkle.verifyInclusion': row(merkle.verifyInclusion, {
    index: 1,
    size: 3,
    leaf: leaves[1],
    proof: tree.proof(1),
    root: tree.root,
  }),
  'merkle.verifyMultiproof': row(merkle.verifyMultiproof, {
    indices: [0, 2],
    size: 3,
    leaves: [leaves[0], leaves[2]],
    proof: tree.multiproof([0, 2]),
    root: tree.root,
  }),
  'merkle.verifyConsistency': row(merkle.verifyConsistency, {
    oldSize: 2,
    newSize: 3,
    oldRoot: merkle.root(leaves.slice(0, 2)),
    newRoot: tree.root,
    proof: tree.consistency(2),
  }),

  'shamir.split': row(shamir.split, 5n, sharingOptions),
  'shamir.combine': row(shamir.combine, shares.slice(0, 2), 2),

  'sharing.feldman': row(sharing.feldman, 1),
  'sharing.pedersen': row(sharing.pedersen, 1),
  'sharing.deal': row(sharing.deal, sharing.feldman(), [5n], sharingOptions),
  'sharing.addShares': row(sharing.addShares, [shared.shares[0], shared.shares[0]]),
  'sharing.SharingCommitments.decode': row(
    sharing.SharingCommitments.decode,
    sharing.feldman(),
    2,
    shared.commitments,
  ),
  'sharing.SharingCommitments.sum': row(sharing.SharingCommitments.sum, [commitments, commitments]),
  ...methods('sharing.SharingCommitments', commitments, {
    opens: [[5n]],
    verify: [shared.shares[0]],
    recover: [shared.shares],
  }),

  'slices.deal': row(slices.deal, { ...shape, payload: bytes(9), context: bytes(2), entropy: secret }),
  'slices.checkSlice': row(slices.checkSlice, dealing, dealt.slices[0]),
  'slices.open': row(slices.open, dealing, dealt.slices),
  'slices.Dealing.accept': row(slices.Dealing.accept, dealt.header, bytes(2), shape, 100),

  ...Object.assign(
    {},
    ...[vrf.ell2, vrf.tai].map((suite, i) =>
      methods(`vrf.${['ell2', 'tai'][i]}`, suite, {
        publicKey: [secret],
        prove: [secret, bytes(3)],
        verify: [vrf.ell2.publicKey(secret), bytes(3), proof],
        proofToHash: [proof],
      }),
    ),
  ),
};

/** What is exported and has no row, with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  ConcordatError: 'carries what it is given',
  'bls.blstBls': 'wraps a module, and looks into it only when it is used',
  'encoding.Writer': 'is made of nothing',
};

/** The claims with one argument, or one part of one, replaced. */
function* spoilt({ args, isSlow }: Row): Generator<{ readonly what: string; readonly args: unknown[] }> {
  // Not undefined: it stands for the cost that a keystore has when none is given.
  const junk = isSlow ? JUNK.slice(1, 9) : JUNK;
  const junkOfParts = isSlow ? junk.slice(0, 4) : junk;
  for (const [place, argument] of args.entries()) {
    for (const [kind, wrong] of junk.entries())
      yield { what: `argument ${place}, junk ${kind}`, args: args.with(place, wrong) };
    if (typeof argument !== 'object' || argument === null) continue;
    if (!Array.isArray(argument) && Object.getPrototypeOf(argument) !== Object.prototype) continue;
    for (const part of Object.keys(argument))
      for (const [kind, wrong] of junkOfParts.entries()) {
        const copy: object = Array.isArray(argument) ? [...argument] : { ...argument };
        (copy as Record<string, unknown>)[part] = wrong;
        yield { what: `argument ${place}, its ${part}, junk ${kind}`, args: args.with(place, copy) };
      }
  }
}

/** Most bytes that a call with junk may take. */
const MOST = 2 ** 26;

/** What is wrong with how a call ended: nothing, when it returned or threw a typed error that is short. */
async function faultOf(call: () => unknown): Promise<string | null> {
  const before = process.memoryUsage().arrayBuffers;
  try {
    await call();
  } catch (error) {
    if (!isConcordatError(error)) return `threw ${String((error as Error)?.stack ?? error).slice(0, 300)}`;
    if (typeof error.code !== 'string') return 'has no code';
    if (error.message.length > 1000) return `tells ${error.message.length} characters`;
  }
  return process.memoryUsage().arrayBuffers - before > MOST ? 'took too much memory' : null;
}

describe('a wrong argument', () => {
  it.each(Object.entries(ROWS))('of %s is told by a typed error', async (_, tested) => {
    // What every row does with good arguments, or the others would show nothing.
    expect(await faultOf(() => tested.call(...(tested.args as never[])))).toBeNull();
    const faults: string[] = [];
    for (const { what, args } of spoilt(tested)) {
      const fault = await faultOf(() => tested.call(...(args as never[])));
      if (fault !== null) faults.push(`${what} ${fault}`);
    }
    expect(faults.slice(0, 5), `${faults.length} faults`).toEqual([]);
  });

  it('would be found where it is not', async () => {
    expect(await faultOf(() => (undefined as never as Uint8Array).length)).toContain('TypeError');
    expect(await faultOf(() => new Array(-1))).toContain('RangeError');
    expect(await faultOf(() => Promise.reject(new Error('no')))).toContain('no');
    let kept: unknown;
    const greedy = () => {
      kept = new Uint8Array(2 * MOST);
    };
    expect(await faultOf(greedy)).toBe('took too much memory');
    expect(kept).toBeDefined();
  });
});

describe('the public functions', () => {
  const isClass = (value: unknown): value is { readonly prototype: object } =>
    typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
  const called = (holder: object): string[] =>
    Object.entries(Object.getOwnPropertyDescriptors(holder))
      .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
      .map(([name]) => name);
  const isCodec = (value: object) => called(value).join() === 'write,read';

  /** The names of all functions and methods under `value`. */
  function namesOf(name: string, value: unknown): string[] {
    if (isClass(value))
      return [name, ...[...called(value), ...called(value.prototype)].map((method) => `${name}.${method}`)];
    if (typeof value === 'function') return [name];
    if (typeof value !== 'object' || value === null || name.split('.').length > 2 || isCodec(value))
      return [];
    return Object.entries(value).flatMap(([part, inner]) => namesOf(name ? `${name}.${part}` : part, inner));
  }

  it('all have a row above, or a reason why not', () => {
    const names = namesOf('', library)
      .map((name) => name.replace(/^bls\.nobleBls\b/, 'bls.noble'))
      // Constructed by their own methods only: TypeScript lets nobody call the constructor.
      .filter((name) => !/^(bls\.ProvenKey|slices\.Dealing|sharing\.SharingCommitments)$/.test(name));
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => !(name in ROWS) && !(name in WITHOUT))).toEqual([]);
  });

  it('are those that are documented: parts of them that serve other modules are not among them', () => {
    expect(Object.keys(shamir).sort()).toEqual(['MAX_SHARES', 'combine', 'split']);
    expect(Object.keys(encoding)).not.toContain('encodingError');
  });
});
