import { main } from '../world/runner-program.js';
import { jobs } from './plain-jobs.js';

// A runner whose jobs kill it. With ALONE it doesn't know from where processes of their own could load them.
const jobsModule = process.env.ALONE ? undefined : new URL('./plain-jobs.ts', import.meta.url).href;
await main({ jobs, jobsModule });
