import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contract } from '@job-manager/shared/contract/index';
import { limits } from '@job-manager/shared/limits';
import { implement } from '@orpc/server';
import type { Response } from 'express';
import { droppedText, messageLine, presentMessage } from '../present/message.js';
import { unknownRun } from '../queue/errors.js';
import { type MessageCounts, readMessageCounts, readMessages } from '../store/messages.js';
import type { Sql } from '../store/sql.js';
import type { CallContext, HttpDeps } from './context.js';

const os = implement(contract.messages).$context<CallContext>();

/** What runs say. */
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
      const name = `run-${jobRunId}-messages.txt`;
      res.attachment(name).type('text/plain');
      await stream(textOf(pool, jobRunId, counts), res);
      // The answer is out; this only tells oRPC what kind it was.
      return new File([], name);
    }),
  });
}

/** Page by page, so that memory holds one page of them whatever a run wrote. What is written meanwhile is left out. */
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

/** Sends the parts as fast as they are taken. A reader that leaves early ends it; that is no fault. */
async function stream(parts: AsyncIterable<string>, res: Response): Promise<void> {
  await pipeline(Readable.from(parts), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
