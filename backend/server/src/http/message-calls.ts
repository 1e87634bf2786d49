import { unknownRun } from '@job-manager/engine/queue/errors';
import { type MessageCounts, readMessageCounts, readMessages } from '@job-manager/engine/store/messages';
import type { Sql } from '@job-manager/engine/store/sql';
import { contract } from '@job-manager/shared/contract/index';
import { limits } from '@job-manager/shared/limits';
import { implement } from '@orpc/server';
import { droppedText, messageLine, presentMessage } from '../present/message.js';
import type { CallContext, HttpDeps } from './context.js';
import { sendFile } from './download.js';

const os = implement(contract.messages).$context<CallContext>();

/** Messages of runs. */
export function createMessageCalls({ pool }: Pick<HttpDeps, 'pool'>) {
  const countsOf = async (runId: string): Promise<MessageCounts> => {
    const counts = await readMessageCounts(pool, runId);
    if (!counts) throw unknownRun(runId);
    return counts;
  };

  return os.router({
    list: os.list.handler(async ({ input: { jobRunId, ...page } }) => {
      const counts = await countsOf(jobRunId);
      return { messages: (await readMessages(pool, jobRunId, page)).map(presentMessage), ...counts };
    }),

    download: os.download.handler(async ({ input: { jobRunId }, context: { res } }) => {
      const counts = await countsOf(jobRunId);
      const file = { name: `run-${jobRunId}-messages.txt`, type: 'text/plain' };
      return sendFile(res, file, textOf(pool, jobRunId, counts));
    }),
  });
}

/** Page by page, so that memory holds one page of them however many a run wrote. Messages written meanwhile are left out. */
async function* textOf(sql: Sql, runId: string, counts: MessageCounts): AsyncGenerator<string> {
  yield droppedText(counts);
  for (let afterSeq = 0; afterSeq < counts.messageCount; ) {
    const rows = await readMessages(sql, runId, { afterSeq, limit: limits.messagesPage });
    yield rows
      .filter(({ seq }) => seq <= counts.messageCount)
      .map(messageLine)
      .join('');
    afterSeq = rows.at(-1)?.seq ?? counts.messageCount;
  }
}
