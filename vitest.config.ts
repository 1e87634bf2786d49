import { defineConfig } from 'vitest/config';

/** What passes at its second try only is named as flaky at the end of `pnpm check`. */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'shared', include: ['shared/src/**/*.test.ts'], retry } },
      {
        test: {
          name: 'backend',
          include: [
            'backend/src/**/*.test.ts',
            'backend/client/src/**/*.test.ts',
            'prisma/seed/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          globalSetup: ['backend/src/testing/global-setup.ts'],
          setupFiles: ['backend/src/testing/patience.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry,
        },
      },
      'frontend',
      {
        test: {
          name: 'faults',
          include: ['e2e/faults/**/*.test.ts'],
          setupFiles: ['backend/src/testing/patience.ts'],
          // After all others and one at a time: each runs whole processes and judges how they bear a bad day.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: process.env.FAULTS === 'full' ? 3_600_000 : 240_000,
          hookTimeout: 120_000,
          retry,
        },
      },
    ],
  },
});
