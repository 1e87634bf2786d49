import { readSelfTest, type SelfTestRow } from '@job-manager/engine/store/self-test';
import { contract } from '@job-manager/shared/contract/index';
import type { SelfTestResult } from '@job-manager/shared/contract/self-test';
import { SELF_TEST_JOB } from '@job-manager/shared/run';
import { implement } from '@orpc/server';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.selfTest).$context<CallContext>();

/** Long enough that runners with free slots share them, short enough that ten of one slot take two seconds. */
const RUN_MS = 200;

/** The test batch that shows whether the queue works. */
export function createSelfTestCalls({ pool, queue }: Pick<HttpDeps, 'pool' | 'queue'>) {
  return os.router({
    start: os.start.handler(async ({ input: { runs: count, failing, channel }, context }) => {
      const runs = Array.from({ length: count }, (_, index) => ({
        jobName: SELF_TEST_JOB,
        parameters: { ms: RUN_MS, fails: index < failing },
        channel,
      }));
      const trigger = callerOf(context).via === 'bearer' ? ('API' as const) : ('MANUAL' as const);
      const name = `Self-test of ${count} ${count === 1 ? 'run' : 'runs'}`;
      const { batchId } = await queue.enqueueBatch({ name, runs, trigger }, actorOf(context));
      return { batchId };
    }),

    result: os.result.handler(async ({ input: { batchId } }) => {
      const row = await readSelfTest(pool, batchId);
      if (row === null) throw new HttpProblem('NOT_FOUND', 'There is no such test batch.');
      return { batchId, state: stateOf(row), ...row };
    }),
  });
}

function stateOf({ total, ended, asExpected, executedAgain }: SelfTestRow): SelfTestResult['state'] {
  if (ended < total) return 'RUNNING';
  return asExpected === total && executedAgain === 0 ? 'PASSED' : 'FAILED';
}
