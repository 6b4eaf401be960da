import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
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
