import { defineConfig } from 'vitest/config';

const TESTS = ['test/**/*.test.ts'];
/** Run with `test/sim/remembered.ts`, which computes keys and signatures once. */
const SIM = 'test/sim/*.test.ts';
/** Replace modules, or watch what a module does when it is first loaded: each needs a process of its own. */
const ALONE = [
  'test/crypto/{bls-load,erasure,secrets,secrets-overwritten}.test.ts',
  'test/node/{file-system,transport}.test.ts',
  'test/protocol/colliding-ids.test.ts',
  'test/sim/{campaign-recovery,campaign-unverified,fallback,statistics-secrecy,suite}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'shared', include: TESTS, exclude: [...ALONE, SIM], isolate: false } },
      {
        extends: true,
        test: {
          name: 'sim',
          include: [SIM],
          exclude: ALONE,
          isolate: false,
          setupFiles: ['test/sim/remembered.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
    // Only with --coverage: `npm run coverage` runs the tests of the cryptography.
    coverage: {
      provider: 'v8',
      include: ['src/crypto/**'],
      reporter: ['text', 'html'],
      reportOnFailure: true,
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
