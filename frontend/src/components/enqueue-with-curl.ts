import { quoteForShell } from '../lib/shell';

/** The call that queues a run, for a shell; the token is named and not in it. `server` is the address without `/api`. */
export const enqueueWithCurl = (server: string, request: { jobName: string; [option: string]: unknown }): string =>
  [
    `curl -X POST ${server}/api/admin/jobs/enqueue`,
    `-H "Authorization: Bearer $JOBS_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoteForShell(JSON.stringify(request))}`,
  ].join(' \\\n  ');
