import './lib/check-node.js';
import { runCommand } from './lib/refusal.js';
import { createSeedProgram } from './lib/seed-program.js';

await runCommand(async () => void (await createSeedProgram().parseAsync()));
