import { main } from '../world/runner-program.js';
import { jobs } from './poison-jobs.js';

// A runner with the jobs of this suite, and those that harm their process.
await main({ jobs, jobsModule: new URL('./poison-jobs.ts', import.meta.url).href });
