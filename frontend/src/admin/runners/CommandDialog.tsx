import { Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toFailure } from '../../api/failure';
import { formatDuration } from '../../lib/duration';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import type { RunnerOrder } from './calls';
import { previewQuery } from './calls';
import { commandLabels } from './describe-command';
import { RefusedRunners } from './RefusedRunners';
import type { RunnerSubject } from './runner-subject';

interface Props {
  kind: 'DRAIN' | 'STOP' | 'RESTART';
  runners: readonly RunnerSubject[];
  isPending: boolean;
  errorText: string | null;
  onSend: (order: RunnerOrder) => void;
  onClose: () => void;
}

const meaning = {
  DRAIN: 'Nothing more is claimed. What runs goes on to its end, however long that takes; Resume undoes it.',
  STOP: 'Nothing more is claimed, and the process ends.',
  RESTART: 'Nothing more is claimed, and a new process takes the place of this one.',
};

/** Shows what a command would touch, and sends it. */
export function CommandDialog({ kind, runners, isPending, errorText, onSend, onClose }: Props) {
  const runnerIds = runners.map(({ id }) => id);
  const { data, error } = useQuery(previewQuery({ kind, runnerIds }));
  const [isRolling, setRolling] = useState(true);
  const able = data?.runners ?? [];
  const several = runnerIds.length > 1;
  const name = several ? `${able.length} runners` : (runners[0]?.name ?? '');
  const label = commandLabels[kind];
  return (
    <ConfirmDialog
      title={`${label} ${name}?`}
      confirm={several ? `${label} ${able.length}` : label}
      isDangerous={kind === 'STOP'}
      isPending={isPending || data === undefined}
      errorText={errorText ?? (error ? toFailure(error).details : null)}
      onConfirm={() => {
        if (data !== undefined)
          onSend({ kind, runnerIds, ...(several && kind === 'RESTART' && { rolling: isRolling }) });
      }}
      onClose={onClose}
    >
      <p>{meaning[kind]}</p>
      {kind === 'STOP' && [...new Set(runners.map(describeReturn))].map((text) => <p key={text}>{text}</p>)}
      {data && <Touched runs={data.runs} graceMs={kind === 'DRAIN' ? null : data.drainMs} />}
      {several && able.length > 0 && <p className="dimmed">{able.map((runner) => runner.name).join(', ')}</p>}
      {several && kind === 'RESTART' && (
        <Checkbox
          label="One after the other: the next only when the one before is active again, none after a failure"
          checked={isRolling}
          onChange={(event) => setRolling(event.currentTarget.checked)}
        />
      )}
      {data && <RefusedRunners refused={data.refused} runners={runners} />}
    </ConfirmDialog>
  );
}

/** Whether a stopped runner is started again automatically, as far as that is known. */
function describeReturn({ kind, supervisor }: RunnerSubject): string {
  switch (supervisor) {
    case 'server':
      return 'It stays away until the server starts again, or one is started here (Add runner).';
    case 'kubernetes':
      return 'Kubernetes starts its container again, as of any Deployment: lower the replicas instead, or drain it.';
    case 'pm2':
      return 'pm2 starts it again: “pm2 stop” ends it for good. Drain it to have it claim nothing meanwhile.';
    case 'docker':
      return 'Its container comes back where its restart policy is “always” or “unless-stopped”; with “on-failure” it stays away.';
    case 'systemd':
      return 'Its service comes back where it has Restart=always; with Restart=on-failure it stays away.';
    default:
      return kind === 'BUILT_IN'
        ? 'The application goes on without it; another start of the application brings it back.'
        : 'It stays away, unless a supervisor starts it again at any exit code; then stop it there.';
  }
}

function Touched({ runs, graceMs }: { runs: number; graceMs: number | null }) {
  if (runs === 0) return <p>No run is executed there now.</p>;
  const count = runs === 1 ? '1 run is' : `${runs.toLocaleString('en')} runs are`;
  const grace = graceMs === null ? '' : ` What has not ended after ${formatDuration(graceMs)} goes back to the queue.`;
  return (
    <p>
      {count} executed there now.{grace} No attempt is lost by it.
    </p>
  );
}
