import { limits, type MessageLevel } from './shared.js';

/**
 * A message of the product about runs, written in the statement that changes them: what happened to a run
 * by itself always leaves a message on it. Two parts: `countNote` in the SET of the update (it gives the message its
 * number while the row is locked), `noteFrom` as the body of a CTE that reads the updated rows.
 */
export const countNote = (level: MessageLevel): string => {
  const counter = {
    INFO: '',
    WARN: ', "warningCount" = j."warningCount" + 1',
    ERROR: ', "errorCount" = j."errorCount" + 1',
  };
  return `"messageCount" = j."messageCount" + 1${counter[level]}`;
};

/** `source` has the updated rows of JobRun; `text` is an SQL expression over them. */
export const noteFrom = (source: string, level: MessageLevel, text: string): string =>
  `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
   SELECT id, "messageCount", attempt, '${level}', 'SYSTEM', left(${text}, ${limits.messageChars}) FROM ${source}`;
