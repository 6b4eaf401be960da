#!/usr/bin/env node
import { run } from './run.js';

// A reader that closes early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// The code is set, and Node left to end by itself: exiting now could cut off what a pipe has not taken yet.
process.exitCode = await run(process.argv.slice(2));
