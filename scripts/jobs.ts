import '@job-manager/server/cli/check-node';
import { createJobsProgram } from './lib/jobs-program.js';

await createJobsProgram().parseAsync();
