import '@job-manager/server/cli/check-node';
import { join } from 'node:path';
import { printLine } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import { ensurePrismaClient } from './lib/client.js';
import { ensurePanel } from './lib/panel.js';
import { ROOT } from './lib/repository.js';
import { buildPackages } from './packages/build.js';

const { to } = new Command('pack:packages')
  .description('Builds the packages that applications install, as tarballs.')
  .option('--to <folder>', 'where they are written', join(ROOT, '.packages'))
  .showHelpAfterError('Try --help.')
  .parse()
  .opts<{ to: string }>();

await ensurePrismaClient();
await ensurePanel();
for (const path of Object.values(await buildPackages(to))) printLine(path);
