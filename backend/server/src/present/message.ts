import type { MessageCounts, MessageRow } from '@job-manager/engine/store/messages';
import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { messageText } from '@job-manager/shared/message-text';

/** A message as the API and the socket show it. */
export function presentMessage(row: MessageRow): JobRunMessage {
  return {
    seq: row.seq,
    at: row.at.toISOString(),
    attempt: row.attempt,
    level: row.level,
    source: row.source,
    message: row.message,
    data: row.data,
  };
}

/** A message as a line of a text file. */
export const messageLine = (row: MessageRow): string => `${messageText(presentMessage(row))}\n`;

/** The first line of such a file, where the run wrote more than was kept; else nothing. */
export function droppedText({ messageCount, droppedMessages }: MessageCounts): string {
  if (droppedMessages === 0) return '';
  const [dropped, all] = [droppedMessages, messageCount].map((count) => count.toLocaleString('en-US'));
  return `# ${dropped} of ${all} messages were dropped, the oldest and least severe first, to keep within the limit per run\n`;
}
