// Four banks on a transport of one's own: each is a thread, each pair of them has a link, and nothing else connects them.
// Run after `npm run build`. A real consortium would exchange the founding messages, and have TLS where the ports are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { defineSchema, verifySeal } from 'concordat';
import { bls, keys } from 'concordat/crypto';
import {
  DEFAULT_PARAMETERS,
  defaultSuite,
  joiningKeys,
  joinManifest,
  manifestDocument,
  openProposal,
  propose,
  revealShare,
  signManifest,
} from 'concordat/protocol';

const schema = defineSchema({
  name: 'loans',
  version: 1,
  absence: 'abstain',
  key: ['loan'],
  fields: {
    loan: { type: 'integer' },
    borrower: { type: 'string', normalise: ['trim'] },
    principal: { type: 'decimal', scale: 2 },
  },
});
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const mnemonics = ['east', 'north', 'south', 'west'].map((id) => ({
  id,
  words: keys.generateMnemonic(random(32)),
}));
const suite = defaultSuite(await bls.loadBls());
const manifest = found();

/** The founding in its three rounds: keys, then shares of the genesis seed, then signatures. */
function found() {
  const banks = mnemonics.map(({ id, words }) => ({ id, secrets: keys.deriveSecrets(words) }));
  const joining = banks.map(({ id, secrets }) => joiningKeys(suite.bls, secrets, id, random(32)));
  const parameters = { ...DEFAULT_PARAMETERS, delta: 500 };
  const proposal = propose({ name: 'Four', faults: 1, schema, parameters, banks: joining }, suite.bls);
  const reveals = banks.map(({ secrets }, i) => revealShare(proposal, joining[i], suite.bls, secrets));
  const body = openProposal(proposal, reveals);
  const signatures = banks.map(({ secrets }, i) => signManifest(body, reveals[i], secrets, suite));
  return joinManifest(body, signatures, suite);
}

const books = [
  { loan: 1, borrower: 'Ada', principal: '1200.00' },
  { loan: 2, borrower: 'Grace', principal: '88.50' },
];
const wrong = [books[0], { ...books[1], principal: '8850.00' }];

const folder = mkdtempSync(join(tmpdir(), 'concordat-own-transport-'));
const links = mnemonics.map(() => new Map());
for (let a = 0; a < links.length; a++)
  for (let b = 0; b < a; b++) {
    const { port1, port2 } = new MessageChannel();
    links[a].set(b, port1);
    links[b].set(a, port2);
  }

const document = manifestDocument(manifest);
const sealed = [];
const workers = mnemonics.map(({ id, words }, index) => {
  const worker = new Worker(new URL('bank.mjs', import.meta.url), {
    workerData: {
      index,
      mnemonic: words,
      document,
      rows: id === 'west' ? wrong : books,
      links: links[index],
      logFile: join(folder, `${id}.log`),
    },
    transferList: [...links[index].values()],
  });
  worker.on('message', (message) => {
    if (!message.seal) return console.log(`evidence: ${message.evidence}`);
    sealed.push(message);
    if (sealed.length === mnemonics.length) void finish();
  });
  return worker;
});

async function finish() {
  for (const worker of workers) worker.postMessage('stop');
  const roots = new Set();
  for (const { bank, seal } of sealed.sort((a, b) => (a.bank < b.bank ? -1 : 1))) {
    const { resultRoot, signers } = await verifySeal(document, seal);
    roots.add(Buffer.from(resultRoot).toString('hex'));
    console.log(`${bank} sealed; ${signers.length} executors signed`);
  }
  console.log(`${roots.size} result among ${sealed.length} banks`);
  for (const row of sealed[0].table) console.log(row.join('  '));
  rmSync(folder, { recursive: true });
}
