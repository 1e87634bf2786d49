import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Files share the modules of their worker: loading them again for each of some 240 files took a quarter of the time. A
 * file that changes what others share changes it back.
 */
const isolate = false;

/**
 * Tests that need a process, and modules, of their own: they measure one, replace what others have loaded, count what
 * others leave behind, or move the clock of all.
 */
const ALONE = {
  backend: [
    'backend/engine/src/queue/meter.test.ts',
    'backend/engine/src/database/functions.test.ts',
    'backend/testing/{src,examples}/**/*.test.ts',
    'scripts/examples/coming-from/coming-from.test.ts',
  ],
  frontend: [
    'src/admin/embedded.test.tsx',
    'src/admin/jobs/sections.test.tsx',
    'src/api/errorTracking.test.ts',
    'src/api/panel-version.test.ts',
    'src/components/notices/incident-notices.test.ts',
  ],
};

/** Where a retry would hide a race: the engine, its store, the live feed and the fault suite. */
const ENGINE = [
  'backend/engine/src/{queue,store}/**/*.test.ts',
  'backend/server/src/live/**/*.test.ts',
  'backend/client/src/**/*.test.ts',
];

/** Installs packages from the registry, and runs what it installed. */
const PACKAGES = ['scripts/packages/**/*.test.ts'];

/** Elsewhere a test that passes at its second try only is named as flaky, which fails the run; see `suite-counts.ts`. */
const retry = process.env.CI ? 1 : 0;

const isFull = process.env.FAULTS === 'full';

/** The longest waits take five seconds, which is the time that a run has to end after a stop: a machine three times as slow passes. */
const waitTimeout = (isFaultSuite: boolean) => ({ WAIT_TIMEOUT_MS: isFaultSuite ? '20000' : '15000' });

/** The largest tests take some three seconds, and seven where they wait for what takes so long. */
const TIMEOUT_MS = 30_000;
/** Those that are ten times as large in the fault suite get ten times as long. */
const ENGINE_TIMEOUT_MS = isFull ? 300_000 : TIMEOUT_MS;

const backend = {
  globalSetup: ['backend/engine/src/testing/global-setup.ts'],
  setupFiles: ['backend/engine/src/testing/wait-for.ts', 'backend/engine/src/testing/draws.ts'],
  env: waitTimeout(isFull),
  testTimeout: TIMEOUT_MS,
  hookTimeout: TIMEOUT_MS,
  isolate,
};

export default defineConfig({
  test: {
    // On two processors vitest would use one worker, and most tests wait for PostgreSQL half of their time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What the modules were translated to is kept from run to run, by their text and by the lock file.
    experimental: { fsModuleCache: true },
    projects: [
      { test: { name: 'shared', include: ['shared/src/**/*.test.ts'], isolate } },
      { test: { name: 'engine', include: ENGINE, exclude: ALONE.backend, ...backend, testTimeout: ENGINE_TIMEOUT_MS } },
      {
        test: {
          name: 'backend',
          include: [
            'backend/{engine,sample,server,testing}/**/*.test.ts',
            'prisma/seed/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          // The benchmark's folder has a `node_modules` of its own, with links to whole packages of ours.
          exclude: [...ENGINE, ...ALONE.backend, ...PACKAGES, '**/node_modules/**'],
          ...backend,
          retry,
        },
      },
      { test: { ...backend, name: 'packages', include: PACKAGES, testTimeout: 240_000 } },
      { test: { ...backend, name: 'backend-alone', include: ALONE.backend, isolate: true } },
      {
        extends: 'frontend/vite.config.ts',
        root: 'frontend',
        test: { name: 'frontend', include: ['src/**/*.test.{ts,tsx}'], exclude: ALONE.frontend, isolate },
      },
      {
        extends: 'frontend/vite.config.ts',
        root: 'frontend',
        // What both have in common has no list of files: lists are put together, not replaced.
        test: { name: 'frontend-alone', include: ALONE.frontend },
      },
      {
        test: {
          name: 'faults',
          include: ['e2e/faults/**/*.test.ts'],
          globalSetup: ['e2e/faults/world/global-setup.ts'],
          setupFiles: ['backend/engine/src/testing/wait-for.ts'],
          env: waitTimeout(true),
          // One at a time: each runs whole processes and judges how they bear a bad day.
          fileParallelism: false,
          testTimeout: isFull ? 3_600_000 : 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
