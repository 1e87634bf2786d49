import { auth } from './auth.js';
import { jobs } from './jobs.js';

/** The whole API under `/api`: the server serves it, the client calls it, the API document shows it. */
export const contract = { auth, jobs };
