import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'shared', include: ['shared/src/**/*.test.ts'] } },
      {
        test: {
          name: 'backend',
          include: ['backend/src/**/*.test.ts', 'prisma/seed/**/*.test.ts', 'scripts/**/*.test.ts'],
          globalSetup: ['backend/src/testing/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      'frontend',
    ],
  },
});
