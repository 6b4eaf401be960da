import { findInvalid, loadBls, nobleBls } from '../src/crypto/bls-exports.js';
import { randomBytes, secretKey } from './random-bytes.js';
import { type Table, timedRows } from './table.js';

const SIGNERS = 67;

/** The two backends of BLS beside each other. */
export async function measureBls(): Promise<Table[]> {
  const blst = await loadBls();
  if (blst.name !== 'blst')
    throw new Error('blst has no binary for this platform: there is nothing to compare');
  const message = randomBytes('message', 0, 32);
  const secrets = Array.from({ length: SIGNERS }, (_, i) => secretKey('bls', i));
  const keys = secrets.map((secret) => blst.proveKey(blst.publicKey(secret), blst.provePossession(secret)));
  const signatures = secrets.map((secret) => blst.sign(secret, message));
  const batch = keys.map((key, i) => ({ key, message, signature: signatures[i]! }));
  const aggregate = blst.aggregate(signatures);
  const possession = blst.provePossession(secrets[0]!);
  const expectTrue = (holds: boolean) => {
    if (!holds) throw new Error('a good signature did not verify');
  };

  const both = (what: string, run: (bls: typeof blst) => unknown) =>
    timedRows(
      what,
      [blst, nobleBls].map((bls) => ({ by: bls.name, run: () => run(bls) })),
    );
  const rows = [
    ...(await both('sign', (bls) => bls.sign(secrets[0]!, message))),
    ...(await both('verify', (bls) => expectTrue(bls.verify(keys[0]!, message, signatures[0]!)))),
    ...(await both(`add ${SIGNERS} signatures, each checked to be in the subgroup`, (bls) =>
      bls.aggregate(signatures),
    )),
    ...(await both(`verify the sum of ${SIGNERS} on one message`, (bls) =>
      expectTrue(bls.fastAggregateVerify(keys, message, aggregate)),
    )),
    ...(await both(`check ${SIGNERS} signatures on one message, each for itself, as a batch`, (bls) =>
      expectTrue(findInvalid(bls, batch).length === 0),
    )),
    ...(await timedRows('validate a key and its proof of possession', [
      { by: 'noble, whatever the backend', run: () => nobleBls.proveKey(keys[0]!.bytes, possession) },
    ])),
  ];
  return [
    {
      title: 'BLS signatures',
      about:
        'blst is native code and optional, noble is JavaScript; both give the same bytes. Keys are decoded before.',
      rows,
    },
  ];
}
