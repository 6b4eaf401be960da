// One bank and its host, in a thread of its own: what carries out the effects of the protocol's state machine. The core
// knows neither threads nor files; here a link is a message port, the log a file, a timer a timeout.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { bls, keys } from 'concordat/crypto';
import { Dataset, formatValue, reconcileOutcome } from 'concordat/data';
import { Bank, defaultSuite, readManifest, sealDocument } from 'concordat/protocol';

const { index, mnemonic, document, rows, links, logFile } = workerData;

const suite = defaultSuite(await bls.loadBls());
const manifest = readManifest(document, suite); // verifies every key and signature in it
const secrets = keys.deriveSecrets(mnemonic);
const bank = new Bank({ manifest, index, secrets, suite, log: readLog(logFile) });

const log = openSync(logFile, 'a', 0o600);
const timers = new Map();

/** One input, and its effects in the order that keeps a bank from contradicting itself after a crash. */
function handle(input) {
  const effects = bank.step(input);
  if (effects.persist.length > 0) append(effects.persist); // first: durable before anything leaves
  for (const { to, bytes } of effects.send) links.get(to).postMessage(bytes);
  for (const { id, after } of effects.timers) setTimer(id, after);
  for (const event of effects.output) onOutput(event);
}

/** Entries, each after its length in four bytes; `readLog` is the inverse. */
function append(entries) {
  for (const entry of entries) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(entry.length);
    const framed = Buffer.concat([length, entry]);
    if (writeSync(log, framed) !== framed.length) throw new Error(`${logFile}: the disk is full`);
  }
  fsyncSync(log);
}

/** A torn entry at the end was never durable, and so nothing that it covers was ever sent. */
function readLog(file) {
  const entries = [];
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    entries.push(new Uint8Array(bytes.subarray(at + 4, end)));
    at = end;
  }
  return entries;
}

function setTimer(id, after) {
  clearTimeout(timers.get(id));
  if (after === null) timers.delete(id);
  else
    timers.set(
      id,
      setTimeout(() => handle({ type: 'timer', id }), after),
    );
}

function onOutput(event) {
  if (event.type === 'reconcile') {
    // Outside the step that asked for it; a large table would go to a thread of its own.
    const outcome = reconcileOutcome(event.request);
    setImmediate(() => handle({ type: 'reconciled', epoch: event.epoch, outcome }));
  } else if (event.type === 'sealed') {
    const { seal, outcome } = event;
    // The seal is right by 2f + 1 executors; the rows are this bank's own, and right if they have the sealed root.
    const isOurs = outcome !== null && Buffer.compare(outcome.root, seal.root) === 0;
    const { fields } = manifest.schema;
    const table = (isOurs ? outcome.rows : []).map(({ values }) =>
      values.map((value, i) => (value === undefined ? '?' : formatValue(fields[i], value))),
    );
    parentPort.postMessage({ bank: manifest.banks[index].id, seal: sealDocument(manifest, seal), table });
  } else if (event.type === 'evidence') parentPort.postMessage({ evidence: event.evidence.kind });
}

for (const [from, port] of links) port.on('message', (bytes) => handle({ type: 'message', from, bytes }));
parentPort.once('message', () => {
  for (const timeout of timers.values()) clearTimeout(timeout);
  for (const port of links.values()) port.close();
  closeSync(log);
});
handle({ type: 'start', dataset: Dataset.fromObjects(manifest.schema, rows) });
