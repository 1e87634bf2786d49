import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import { isTerminal } from '@job-manager/shared/run';
import { Button, Group } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useCan } from '../../api/session';
import { paths } from '../../paths';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { useCancelling } from './CancelProvider';
import { dependentsOf, headsOf, waitsOf } from './chain-layout';
import { RerunDialog } from './RerunDialog';
import type { Chain } from './RunChain';

interface Props {
  chain: Chain;
  jobRunId: string;
}

/** Each is read and queued by itself. */
const MAX_RERUN = 100;

/** What can be done with a chain as a whole, and with the part of it that begins with a run. */
export function ChainActs({ chain, jobRunId }: Props) {
  const [asked, setAsked] = useState<'cancel' | 'rerun' | null>(null);
  const mayCancel = useCan('cancel');
  const mayRetry = useCan('retry');
  const navigate = useNavigate();
  useReturnFocus(asked !== null);
  const close = () => setAsked(null);
  const open = chain.nodes.filter(isOpen);
  const part = partFrom(jobRunId, chain);
  const canCancel = mayCancel && open.length > 0;
  const canRerun = mayRetry && !chain.isCut && part.length <= MAX_RERUN && !part.some(isOpen);
  if (!canCancel && !canRerun) return null;
  return (
    <Group gap="xs">
      {canRerun && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRepeat size={16} />}
          onClick={() => setAsked('rerun')}
        >
          Re-run from here…
        </Button>
      )}
      {canCancel && (
        <Button variant="default" size="compact-sm" onClick={() => setAsked('cancel')}>
          Cancel the chain…
        </Button>
      )}
      <DialogBoundary opened={[asked]} onClose={close}>
        {asked === 'cancel' && <CancelChainDialog open={open} edges={chain.edges} onClose={close} />}
        {asked === 'rerun' && (
          <RerunDialog
            ids={part.map((node) => node.jobRunId)}
            text="This run and those that waited for it are queued anew as a chain of the same shape, with their parameters. What they waited for before it has ended and is not run again."
            waitsFor={waitsOf(chain.edges)}
            onClose={close}
            onDone={([first]) => first !== undefined && void navigate(paths.run(first, 'chain'))}
          />
        )}
      </DialogBoundary>
    </Group>
  );
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
      fault={null}
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
        {(open.length - waiting).toLocaleString('en')} running asked to stop. This can’t be undone.
      </p>
    </ConfirmDialog>
  );
}
