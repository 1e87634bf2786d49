import '@job-manager/backend/cli/check-node';
import { runCommand } from '@job-manager/backend/cli/refusal';
import { createSeedProgram } from './lib/seed-program.js';

await runCommand(async () => void (await createSeedProgram().parseAsync()));
