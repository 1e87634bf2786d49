import type { JobRun } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { toFailure } from '../../api/failure';
import { revealParameters } from '../../api/job-queries';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { REDACTED } from '../../lib/redact';
import { toastError } from '../../ui/toast';
import { JsonBlock } from './JsonBlock';

/** What a run was started with; its secrets are shown on request to those who may see them, until they are hidden again. */
export function RunParameters({ run }: { run: JobRun }) {
  const mayReveal = useCan('viewSecrets', run.jobName);
  const revealed = useAction({
    mutationFn: () => revealParameters(run.id),
    onError: (error) => toastError({ title: 'The secrets could not be shown', message: toFailure(error).details }),
  });
  const hasSecrets = JSON.stringify(run.parameters).includes(REDACTED);
  return (
    <>
      <JsonBlock
        title="Parameters"
        value={revealed.data?.parameters ?? run.parameters}
        fileName={`${run.jobName}-${run.id}-parameters.json`}
        empty="The run was started without parameters."
        note={hasSecrets && !revealed.data ? `Secrets are ${REDACTED} here; the run has them whole.` : undefined}
      />
      {hasSecrets && mayReveal && (
        <Button
          size="compact-sm"
          variant="default"
          mt={6}
          leftSection={revealed.data ? <IconEyeOff size={16} /> : <IconEye size={16} />}
          loading={revealed.isPending}
          title={revealed.data ? undefined : 'This is written to the audit log'}
          onClick={() => (revealed.data ? revealed.reset() : revealed.mutate())}
        >
          {revealed.data ? 'Hide secrets' : 'Show secrets'}
        </Button>
      )}
    </>
  );
}
