import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { abortBulk, bulkListKey, bulkListQuery } from '../../api/bulk-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { bulkActs } from '../../components/bulk/acts';
import { describeOutcome } from '../../components/bulk/follow-operation';
import { useMayDo } from '../../components/bulk/useMayDo';
import { BatchLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { spellRuns } from '../../lib/spell-runs';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { toastError } from '../../ui/toast';
import classes from './operations.module.css';

const READ_EVERY_MS = 1_000;
const SHOWN = 10;
const columns = [{ label: 'Operation' }, { label: 'How far' }, { label: 'By' }, { label: 'Actions', isHidden: true }];

/** The operations on many runs: those that are under way, with their progress, and the last that ended. */
export function OperationsList() {
  const query = useQuery({
    ...bulkListQuery(),
    refetchInterval: ({ state }) => state.data?.operations.some(isRunning) === true && READ_EVERY_MS,
  });
  const { data } = query;
  if (data?.length === 0) return null;
  return (
    <Section title="Running and last operations">
      {data === undefined ? (
        <Pending query={query} what="Operations" rows={2} isDense />
      ) : (
        <Table caption="Operations on many runs" columns={columns}>
          {[...data.filter(isRunning), ...data.filter((one) => !isRunning(one))].slice(0, SHOWN).map((operation) => (
            <Row key={operation.id} operation={operation} />
          ))}
        </Table>
      )}
    </Section>
  );
}

const isRunning = ({ state }: BulkOperation): boolean => state === 'RUNNING';

function Row({ operation }: { operation: BulkOperation }) {
  const { id, action, total, done, skipped, reason, createdBy, startedAt, batchId, error } = operation;
  return (
    <tr>
      <Cell isHeader>
        <span className={classes.stack}>
          {bulkActs[action].verb} {spellRuns(total)}
          {reason !== null && <span className="dimmed">{reason}</span>}
        </span>
      </Cell>
      <Cell label="How far" isWide>
        {isRunning(operation) ? (
          <progress
            className={classes.bar}
            max={total}
            value={done + skipped}
            aria-label={`Progress of operation #${id}`}
          />
        ) : (
          <span>
            {describeOutcome(operation)}
            {error !== null && `; stopped by an error: ${error}`}
            {batchId !== null && (
              <>
                {' '}
                in <BatchLink id={batchId} name={`batch #${batchId}`} />
              </>
            )}
          </span>
        )}
      </Cell>
      <Cell label="By">
        <span>
          {createdBy ?? 'the product'}, <RelativeTime at={startedAt} isPast />
        </span>
      </Cell>
      <Cell isCorner align="right">
        {isRunning(operation) && <AbortButton operation={operation} />}
      </Cell>
    </tr>
  );
}

function AbortButton({ operation: { id, action } }: { operation: BulkOperation }) {
  const queryClient = useQueryClient();
  const may = useMayDo(action);
  const { mutate, isPending } = useAction({
    mutationFn: () => abortBulk(id),
    onError: (failed) => toastError({ title: 'The operation goes on', message: toFailure(failed).details }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: bulkListKey() }),
  });
  if (!may) return null;
  return (
    <Button variant="default" size="compact-sm" loading={isPending} onClick={() => mutate()}>
      Abort
    </Button>
  );
}
