import { Button, Group, Text } from '@mantine/core';
import { IconZzz } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { emergencyPreviewQuery } from '../../api/recovery-queries';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { EmergencyForm } from './EmergencyForm';
import type { Outcome } from './EmergencyResult';

interface Props {
  onDone: (outcome: Outcome) => void;
  onClose: () => void;
}

/**
 * What it would fail, as of now; and the question, when there is anything to confirm. The focus waits on the
 * dialog's own closing mark meanwhile: what stands here goes when the list arrives.
 */
export function EmergencyQuestion({ onDone, onClose }: Props) {
  const { data, error, refetch } = useQuery(emergencyPreviewQuery());
  if (data && data.runs.length > 0) return <EmergencyForm preview={data} onDone={onDone} onClose={onClose} />;
  return (
    <>
      {data ? (
        <EmptyState
          icon={IconZzz}
          title="Nothing is running"
          text="There is no run to fail. Queued runs stay queued."
        />
      ) : error ? (
        <ErrorPanel
          title="Running jobs could not be looked up"
          details={toFailure(error)}
          onRetry={() => void refetch()}
        />
      ) : (
        <>
          <Text size="sm">Reading the running jobs. Nothing has been done yet.</Text>
          <RowSkeletons rows={3} label="Reading running jobs" />
        </>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </Group>
    </>
  );
}
