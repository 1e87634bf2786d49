import { messages } from '@job-manager/shared/contract/messages';
import { limits } from '@job-manager/shared/limits';
import { createClient } from './client';
import { mount } from './mount';

const { messages: calls } = createClient({ messages });

/** Reads the messages of a run after a number, as much as fits into one answer. */
export const readMessages = (jobRunId: string) => (afterSeq: number, signal: AbortSignal) =>
  calls.list({ jobRunId, afterSeq, limit: limits.messagesPage }, { signal });

/** Where all messages of a run are to be had as a text file. */
export const messagesFile = (jobRunId: string): string => `${mount}/api/admin/jobs/${jobRunId}/messages/download`;
