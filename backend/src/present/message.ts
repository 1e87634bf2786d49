import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { MessageCounts, MessageRow } from '../store/messages.js';

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

/** A message as a line of a text file; a message of several lines stays one line. */
export function messageText({ at, attempt, level, message, data }: MessageRow): string {
  const said = message.replace(/\r\n|[\n\r\u2028\u2029]/g, '\\n');
  const beside = data === null ? '' : ` ${JSON.stringify(data)}`;
  return `${at.toISOString()} [attempt ${attempt}] ${level} ${said}${beside}\n`;
}

/** The first line of such a file, where the run wrote more than was kept; else nothing. */
export function droppedText({ messageCount, droppedMessages }: MessageCounts): string {
  if (droppedMessages === 0) return '';
  const [dropped, all] = [droppedMessages, messageCount].map((count) => count.toLocaleString('en-US'));
  return `# ${dropped} of ${all} messages were dropped, the oldest and least severe first, to keep within the limit per run\n`;
}
