import type { TokenPermission } from '@job-manager/shared/permissions';

interface Example {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: string;
}

/** A call for each permission. Repeating a run takes the permission to start one as well. */
const examples = {
  view: { method: 'GET', path: '/api/admin/jobs/active' },
  execute: { method: 'POST', path: '/api/admin/jobs/start', body: '{"jobName": "my-program"}' },
  run: { method: 'POST', path: '/api/admin/jobs/enqueue', body: '{"jobName": "trending"}' },
  retry: { method: 'POST', path: '/api/admin/jobs/enqueue', body: '{"jobName": "trending", "rerunOfId": "1"}' },
  cancel: { method: 'POST', path: '/api/admin/jobs/1/cancel', body: '{}' },
  bulk: {
    method: 'POST',
    path: '/api/admin/jobs/bulk/preview',
    body: '{"action": "cancel", "filter": {"jobName": "trending"}}',
  },
  export: { method: 'GET', path: '/api/admin/jobs/history/export' },
  cleanup: { method: 'POST', path: '/api/admin/jobs/cleanup-stalled', body: '{}' },
  manageChannels: { method: 'PUT', path: '/api/admin/jobs/channels/default', body: '{"concurrency": 10}' },
  manageJobs: { method: 'POST', path: '/api/admin/jobs/definitions/trending/pause', body: '{}' },
  manageRunners: {
    method: 'POST',
    path: '/api/admin/jobs/runners/commands',
    body: '{"kind": "PING", "runnerIds": ["00000000-0000-4000-8000-000000000000"]}',
  },
  manageSchedules: {
    method: 'POST',
    path: '/api/admin/jobs/schedules/00000000-0000-4000-8000-000000000000/pause',
    body: '{}',
  },
  viewSecrets: { method: 'POST', path: '/api/admin/jobs/1/reveal', body: '{}' },
} as const satisfies Record<TokenPermission, Example>;

/** For a shell, with lines that fit a dialog: a call that the token allows; one that changes nothing, where it may. */
export function exampleCall(token: string, permissions: readonly TokenPermission[], origin: string): string {
  const order = Object.keys(examples) as TokenPermission[];
  const { method, path, body }: Example = examples[order.find((one) => permissions.includes(one)) ?? 'view'];
  const parts = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${origin}${path}`,
    `-H 'Authorization: Bearer ${token}'`,
    ...(body ? [`-H 'Content-Type: application/json'`, `-d '${body}'`] : []),
  ];
  return parts.join(' \\\n  ');
}
