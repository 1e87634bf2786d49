import '@job-manager/server/cli/check-node';
import { spawnSync } from 'node:child_process';
import { ensurePrismaClient } from './lib/client.js';
import { programOf, ROOT } from './lib/repository.js';

// Takes the pictures of the README again, of a product started for them.
await ensurePrismaClient();
const { status } = spawnSync(
  process.execPath,
  [programOf('@playwright/test', 'playwright'), 'test', '--config=e2e', '--project=screenshots'],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, SCREENSHOTS: 'on' } },
);
process.exitCode = status ?? 1;
