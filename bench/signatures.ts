import { createPrivateKey, createPublicKey, sign as nativeSign, verify as nativeVerify } from 'node:crypto';
import { identity } from '../src/crypto/identity.js';
import { blinding, commit } from '../src/crypto/pedersen.js';
import { ell2, tai } from '../src/crypto/vrf.js';
import { randomBytes } from './random-bytes.js';
import { type Row, type Table, timedRow, timedRows } from './table.js';

/** The DER prefix of an Ed25519 private key in PKCS #8 (RFC 8410); 32 bytes of key follow. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

async function ed25519Rows(): Promise<Row[]> {
  const secret = randomBytes('identity', 0, 32);
  const message = randomBytes('message', 0, 200);
  const publicKey = identity.publicKey(secret);
  const signature = identity.sign(secret, message);
  const nativeSecret = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, secret]),
    format: 'der',
    type: 'pkcs8',
  });
  const nativePublic = createPublicKey(nativeSecret);
  if (!nativeSign(null, message, nativeSecret).equals(signature)) throw new Error('the signatures differ');
  const expectTrue = (holds: boolean) => {
    if (!holds) throw new Error('a good signature did not verify');
  };
  return [
    ...(await timedRows('Ed25519, sign 200 bytes', [
      { by: 'ours, noble', run: () => identity.sign(secret, message) },
      { by: "Node's own, OpenSSL", run: () => nativeSign(null, message, nativeSecret) },
    ])),
    ...(await timedRows('Ed25519, verify 200 bytes', [
      { by: 'ours, noble', run: () => expectTrue(identity.verify(publicKey, message, signature)) },
      {
        by: "Node's own, OpenSSL",
        run: () => expectTrue(nativeVerify(null, message, nativePublic, signature)),
      },
    ])),
  ];
}

async function vrfRows(): Promise<Row[]> {
  const secret = randomBytes('vrf', 0, 32);
  const publicKey = ell2.publicKey(secret);
  // Inputs change from call to call: the tries of try-and-increment depend on them.
  const inputs = Array.from({ length: 64 }, (_, i) => randomBytes('alpha', i, 32));
  const suites = [
    { by: 'ELL2, which the protocol uses', vrf: ell2 },
    { by: 'TAI', vrf: tai },
  ];
  return [
    ...(await timedRows(
      'VRF, prove',
      suites.map(({ by, vrf }) => {
        let call = 0;
        return { by, run: () => vrf.prove(secret, inputs[call++ % inputs.length]!) };
      }),
    )),
    ...(await timedRows(
      'VRF, verify',
      suites.map(({ by, vrf }) => {
        const proofs = inputs.map((alpha) => vrf.prove(secret, alpha));
        let call = 0;
        const run = () => {
          const which = call++ % inputs.length;
          if (!vrf.verify(publicKey, inputs[which]!, proofs[which]!)) throw new Error('a good proof failed');
        };
        return { by, run };
      }),
    )),
  ];
}

/** Ed25519, the VRF and Pedersen commitments. */
export async function measureSignatures(): Promise<Table[]> {
  const secret = blinding(randomBytes('blinding', 0, 48));
  const commitments: Row[] = [];
  for (const count of [1, 3, 30]) {
    const values = Array.from({ length: count }, (_, i) => blinding(randomBytes('value', i, 48)));
    commitments.push(
      await timedRow(`Pedersen, commit to ${count === 1 ? 'one value' : `${count} values`}`, () =>
        commit(values, secret),
      ),
    );
  }
  return [
    {
      title: 'Identities, VRF and commitments',
      about:
        'All in JavaScript but the second line of Ed25519. The registry has no VRF of RFC 9381 to compare with, only ' +
        'drafts of it. Values of a commitment are full-sized scalars.',
      rows: [...(await ed25519Rows()), ...(await vrfRows()), ...commitments],
    },
  ];
}
