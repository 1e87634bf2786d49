import type { AnyJob } from '@job-manager/engine/queue/job';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { PrismaClient } from '../generated/prisma/client.js';
import { type JobResult, runJobAlone } from './job-context.js';
import { NOW, TestNetwork } from './network.js';
import { createSampleDatabase, type SampleDatabase } from './sample-database.js';

interface Bench {
  readonly db: PrismaClient;
  readonly network: TestNetwork;
  /** Runs a job at NOW, to its end or until `cancelAtCheck`. */
  run(job: AnyJob, parameters?: Record<string, unknown>, options?: RunOptions): Promise<JobResult>;
}

interface RunOptions {
  startedAt?: Date;
  /** Rejects with "cancelled" at the check of this number, counted from 1. */
  cancelAtCheck?: number;
}

/** A database for this test file with a network that is empty before each test, ids beginning at 1. */
export function networkPerTest(): Bench {
  let database: SampleDatabase;
  let network: TestNetwork;
  beforeAll(async () => {
    database = await createSampleDatabase();
  });
  beforeEach(async () => {
    await database.clear();
    network = new TestNetwork(database.db);
  });
  afterAll(() => database.drop());
  return {
    get db() {
      return database.db;
    },
    get network() {
      return network;
    },
    run: (job, parameters = {}, { startedAt = NOW, cancelAtCheck } = {}) =>
      runJobAlone(job, parameters, {
        db: database.db,
        startedAt,
        onCheck: (checks) => cancel(checks === cancelAtCheck),
      }),
  };
}

function cancel(isDue: boolean): void {
  if (isDue) throw new Error('cancelled');
}
