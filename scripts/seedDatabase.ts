import './lib/check-node.js';
import { runCommand } from '@job-manager/backend/cli/refusal';
import { createSeedProgram } from './lib/seed-program.js';

await runCommand(async () => void (await createSeedProgram().parseAsync()));
