import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { uiStatus } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { forceFailAfterQuery } from '../../api/job-queries';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { formatDuration } from '../../lib/duration';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const ForceFailModal = loadable(() => import('./ForceFailModal').then((module) => module.ForceFailModal));

interface Props {
  run: JobRunSummary;
  /** Says from the cancel on when it will be offered, instead of appearing then. */
  isAnnounced?: boolean;
}

/** For a run that was asked to stop and goes on: offered once it has had some time to stop by itself. */
export function ForceFailButton({ run, isAnnounced = false }: Props) {
  const mayForceFail = useCan('forceFail');
  const { data: graceMs } = useQuery(forceFailAfterQuery());
  const askedAt = uiStatus(run) === 'CANCEL_REQUESTED' ? run.cancelRequestedAt : null;
  const waitMs = useServerTime((now) =>
    askedAt === null || graceMs === undefined ? -1 : Math.max(0, Date.parse(askedAt) + graceMs - now),
  );
  if (!mayForceFail || waitMs === -1) return null;
  if (waitMs === 0) return <Offer run={run} />;
  if (!isAnnounced) return null;
  return (
    <Button variant="default" size="sm" disabled className="tabular">
      Force fail in {formatDuration(Math.ceil(waitMs / 1_000) * 1_000)}
    </Button>
  );
}

function Offer({ run }: { run: JobRunSummary }) {
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  const close = () => setOpen(false);
  return (
    <>
      <Button
        variant="outline"
        color="red"
        size="sm"
        aria-label={`Force fail ${run.jobName} #${run.id}`}
        onClick={() => setOpen(true)}
      >
        Force fail
      </Button>
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && <ForceFailModal run={run} onClose={close} />}
      </DialogBoundary>
    </>
  );
}
