import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineJob } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { notedIn } from '../world/fault-jobs.js';
import { main } from '../world/runner-program.js';

// A runner with a job that needs something outside, which is down while a file is there.
const folder = process.env.FAULTS_FOLDER ?? '';
const dependent = defineJob({
  name: 'dependent',
  description: 'Needs something that may be down',
  examples: ['only the tests of faults run it'],
  algorithmVersion: '1',
  maxAttempts: 1_000,
  retry: { backoffMs: 250, factor: 2, maxBackoffMs: Number(process.env.DEPENDENT_MAX_BACKOFF_MS) },
  parameters: z.strictObject({}),
  run: notedIn(folder)(async () => {
    if (existsSync(join(folder, 'down'))) throw new Error('Connection refused');
  }),
});
await main({ jobs: [dependent] });
