// Commits to a table in a process of its own, and sends what that took: time, and memory above what stood before.
import { toHex } from '../src/crypto/bytes.js';
import { processorTime } from './measure.js';
import { COMMITMENTS, RECORD_LENGTH } from './merkle-commitments.js';
import { randomBytes } from './random-bytes.js';

const [way, size] = process.argv.slice(2) as [keyof typeof COMMITMENTS, string];
const count = Number(size);
const table = randomBytes('table', 0, RECORD_LENGTH * count);
const record = (index: number): Uint8Array =>
  table.subarray(RECORD_LENGTH * index, RECORD_LENGTH * (index + 1));

globalThis.gc?.();
const before = process.memoryUsage().rss;
const start = processorTime();
const root = COMMITMENTS[way](count, record);
const ms = processorTime() - start;
// Kilobytes on every system that Node runs on.
const peak = 1024 * process.resourceUsage().maxRSS;
process.send!({ ms, bytes: peak - before, resident: peak, root: toHex(root) });
process.disconnect();
