#!/usr/bin/env node
import { failureLine } from './cli-error.js';
import { run } from './run.js';
import { systemReason } from './system-reason.js';

let isLost = false;
// A reader that closes early, such as `head`, is no failure; a full disk is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || isLost) return;
  isLost = true;
  process.exitCode = 2;
  process.stderr.write(`concordat: standard output: ${reasonOf(error)}\n`);
});
// Nobody is left to be told of this one.
process.stderr.on('error', () => {});

// The code is set, and Node left to end by itself: exiting now could cut off what a pipe has not taken yet.
const code = await run(process.argv.slice(2));
process.exitCode = isLost ? 2 : code;

function reasonOf(error: unknown): string {
  try {
    return systemReason(error);
  } catch {
    return failureLine(error);
  }
}
