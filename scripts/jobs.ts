import './lib/check-node.js';
import { createJobsProgram } from './lib/jobs/program.js';

await createJobsProgram().parseAsync();
