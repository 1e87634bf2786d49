import { createJobsProgram } from './lib/jobs/program.js';

await createJobsProgram().parseAsync();
