import { limits } from '@job-manager/shared/limits';
import { client } from './client';
import { mount } from './place';

/** Reads what a run said after a message, as much as fits into one answer. */
export const readMessages = (jobRunId: string) => (afterSeq: number, signal: AbortSignal) =>
  client.messages.list({ jobRunId, afterSeq, limit: limits.messagesPage }, { signal });

/** Where all messages of a run are to be had as a text file. */
export const messagesFile = (jobRunId: string): string => `${mount}/api/admin/jobs/${jobRunId}/messages/download`;
