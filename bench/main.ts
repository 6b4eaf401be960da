// Measures the cryptography beside its peers and writes bench/results.md.
//
//   npm run bench                    everything, four minutes
//   npm run bench -- sketch merkle   these subjects only, to the terminal
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describeMachine } from './machine.js';
import { isSubject, SUBJECTS } from './subjects.js';
import { formatTable, type Table } from './table.js';

const INTRODUCTION = `# What the cryptography costs

\`npm run bench\` measured this and wrote this file. The machine:

${describeMachine()}

Compare ratios, not times: the machine was shared, and yours is another. Times are of the processor, in all threads of
the process, so that waiting for others is not in them. Where several do the same thing they take turns in one process,
A B C A B C …, after a warm-up. The median is over samples of at least 10 ms; n counts the calls in them. A ratio is the
median over the rounds of a contestant's time over that of the first line of its group. The middle half runs from the
lower to the upper quartile: where it is wide, something else was running.
`;

/** Runs one subject in a process of its own and takes its tables. */
function runApart(subject: string): Promise<Table[]> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./run-subject.js', import.meta.url), [subject]);
    let tables: Table[] | undefined;
    child.on('message', (message) => {
      tables = message as Table[];
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0 && tables) resolve(tables);
      else reject(new Error(`the measurement of ${subject} ended with ${code}`));
    });
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isSubject(name));
if (unknown.length > 0) {
  console.error(
    `bench: no subject is called ${unknown.join(', ')}; there are ${Object.keys(SUBJECTS).join(', ')}`,
  );
  process.exit(2);
}

const texts: string[] = [];
for (const subject of asked.length > 0 ? asked : Object.keys(SUBJECTS)) {
  for (const table of await runApart(subject)) {
    texts.push(formatTable(table));
    console.log(texts.at(-1));
  }
}
if (asked.length === 0) {
  writeFileSync('bench/results.md', [INTRODUCTION, ...texts].join('\n'));
  console.log('written to bench/results.md');
}
