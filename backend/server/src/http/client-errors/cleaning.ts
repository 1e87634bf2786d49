import { writeJson } from '@job-manager/client/json-value';
import type { Redaction } from '@job-manager/engine/queue/redaction';
import { dataOptions, storableText } from '@job-manager/engine/queue/storable';
import type { NewClientError } from '@job-manager/engine/store/client-errors';
import type { clientErrorReport } from '@job-manager/shared/contract/errors';
import { limits } from '@job-manager/shared/limits';
import type * as z from 'zod';
import { fingerprintOf } from './fingerprint.js';

/** A report as it is kept: no secrets, nothing too long, nothing that a text column can't hold. */
export function clean(report: z.output<typeof clientErrorReport>, redaction: Redaction): NewClientError {
  const { level, component, jobName, jobRunId, parameters, count } = report;
  const text = (value: string, most: number) => storableText(value, most, redaction);
  const textOrNull = (value: string | undefined, most: number) => (value ? text(value, most) : null);
  const message = text(report.message, limits.clientErrorChars);
  const stack = textOrNull(report.stack?.split('\n', limits.stackFrames + 1).join('\n'), 8_000);
  const action = text(report.action, 100);
  return {
    fingerprint: fingerprintOf({ level, action, message, stack: stack ?? undefined }),
    level,
    message,
    stack,
    action,
    component: textOrNull(component, 100),
    jobName: textOrNull(jobName, 100),
    jobRunId: textOrNull(jobRunId, 20),
    parameters: parameters === undefined ? null : cleanParameters(parameters, redaction),
    ...cleanUrl(report.url),
    count,
  };
}

const reportOptions = dataOptions((text, redaction) => redaction.text(text));

function cleanParameters(parameters: Record<string, unknown>, redaction: Redaction): unknown {
  const json = writeJson(parameters, 'parameters', reportOptions(redaction));
  if (json === undefined) return null;
  if (Buffer.byteLength(json) <= limits.messageDataBytes) return JSON.parse(json);
  return { truncated: storableText(json, limits.messageDataBytes / 4) };
}

const ID = /^(?:\d+|[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * The address of a page without the values behind `?`, where a token could stand; their names stay. `path` is the
 * same for the pages of all runs.
 */
function cleanUrl(given: string): { path: string; url: string } {
  const url = URL.canParse(given, 'http://panel') ? new URL(given, 'http://panel') : null;
  if (!url || !/^https?:$/.test(url.protocol)) return { path: '/', url: '' };
  const origin = url.host === 'panel' ? '' : url.origin;
  const names = [...new Set(url.searchParams.keys())].map(encodeURIComponent).join('&');
  const path = url.pathname
    .split('/')
    .map((segment) => (ID.test(segment) ? ':id' : segment))
    .join('/');
  return {
    path: storableText(path, 300),
    url: storableText(`${origin}${url.pathname}${names === '' ? '' : `?${names}`}`, 500),
  };
}
