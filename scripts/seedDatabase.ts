import '@job-manager/server/cli/check-node';
import { runCommand } from '@job-manager/server/cli/refusal';
import { createSeedProgram } from './lib/seed-program.js';

await runCommand(async () => void (await createSeedProgram().parseAsync()));
