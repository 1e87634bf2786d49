import '@job-manager/server/cli/check-node';
import { ensurePrismaClient } from './lib/client.js';
import { programOf } from './lib/repository.js';
import { listTroubles } from './lib/suite-troubles.js';
import { runTestSuite } from './lib/suites.js';

// Packs what applications install, installs it in three of them and runs these: with the registry of npm, unlike every
// other test.
await ensurePrismaClient();
const { passed, failed, troubles } = await runTestSuite({
  name: 'packages',
  tool: 'vitest',
  command: [programOf('vitest'), 'run', '--project=packages', '--reporter=default', '--reporter=json'],
  args: (report) => [`--outputFile.json=${report}`],
});
for (const line of listTroubles(troubles)) console.log(line);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
