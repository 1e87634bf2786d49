import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import { isTerminal } from '@job-manager/shared/run';
import { Button, Group } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useCan } from '../../api/session';
import { BulkButton } from '../../components/bulk/BulkButton';
import { useMayDo } from '../../components/bulk/useMayDo';
import { paths } from '../../paths';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { useCancelling } from './CancelProvider';
import { dependentsOf, headsOf } from './chain-layout';
import type { Chain } from './chain-nodes';

interface Props {
  chain: Chain;
  jobRunId: string;
}

/** What can be done with a chain as a whole, and with the part of it that begins with a run. */
export function ChainActs({ chain, jobRunId }: Props) {
  const [isConfirming, setConfirming] = useState(false);
  const mayCancel = useCan('cancel');
  const mayRerun = useMayDo('rerun');
  const showBatch = useShowBatch();
  useReturnFocus(isConfirming);
  const close = () => setConfirming(false);
  const open = chain.nodes.filter(isOpen);
  const part = partFrom(jobRunId, chain);
  const canCancel = mayCancel && open.length > 0;
  const canRerun = mayRerun && !chain.isCut && !part.some(isOpen);
  if (!canCancel && !canRerun) return null;
  return (
    <Group gap="xs">
      {canRerun && (
        <BulkButton
          action="rerun"
          request={() => ({ action: 'rerun', ids: part.map((node) => node.jobRunId) })}
          subject="This run and those that waited for it, as a chain of the same shape"
          leftSection={<IconRepeat size={16} />}
          isAllOrNone
          onEnd={showBatch}
        >
          Re-run from here…
        </BulkButton>
      )}
      {canCancel && (
        <Button variant="default" size="compact-sm" onClick={() => setConfirming(true)}>
          Cancel the chain…
        </Button>
      )}
      <DialogBoundary opened={[isConfirming]} onClose={close}>
        {isConfirming && <CancelChainDialog open={open} edges={chain.edges} onClose={close} />}
      </DialogBoundary>
    </Group>
  );
}

/** Leads to the batch that a re-run has made, if the reader is still there. */
function useShowBatch() {
  const navigate = useNavigate();
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return ({ batchId }: BulkOperation) => {
    if (isHere.current && batchId !== null) void navigate(paths.batch(batchId));
  };
}

const isOpen = ({ status }: GraphNode): boolean => status !== null && !isTerminal(status);

/** The run and all that waited for it, each after those that it waited for. */
function partFrom(jobRunId: string, { nodes, edges }: Chain): GraphNode[] {
  const ids = dependentsOf(jobRunId, edges);
  return nodes.filter((node) => ids.has(node.jobRunId)).sort((a, b) => a.depth - b.depth);
}

interface CancelProps {
  /** The runs that have not ended. */
  open: readonly GraphNode[];
  edges: Chain['edges'];
  onClose: () => void;
}

function CancelChainDialog({ open, edges, onClose }: CancelProps) {
  const { cancelConnected } = useCancelling();
  const name = open.length === 1 ? 'Cancel 1 run' : `Cancel ${open.length.toLocaleString('en')} runs`;
  const waiting = open.filter(({ status }) => status === 'QUEUED').length;
  return (
    <ConfirmDialog
      title="Cancel the chain"
      confirm={name}
      isDangerous
      isPending={false}
      errorText={null}
      onConfirm={() => {
        // The server goes from run to run as far as they have not ended.
        const heads = headsOf(
          open.map(({ jobRunId }) => jobRunId),
          edges,
        );
        for (const { jobRunId, jobName } of open)
          if (heads.includes(jobRunId)) cancelConnected({ id: jobRunId, jobName: jobName ?? 'run' });
        onClose();
      }}
      onClose={onClose}
    >
      <p>
        {waiting.toLocaleString('en')} that {waiting === 1 ? 'waits' : 'wait'} would be cancelled at once, and{' '}
        {(open.length - waiting).toLocaleString('en')} running requested to stop. This can’t be undone.
      </p>
    </ConfirmDialog>
  );
}
