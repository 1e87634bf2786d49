import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { bulkListQuery } from '../../api/bulk-queries';
import { bulkActs } from '../../components/bulk/acts';
import { describeOutcome } from '../../components/bulk/follow-operation';
import { BatchLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { spellRuns } from '../../lib/spell-runs';
import { paths } from '../../paths';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { AbortButton } from './AbortButton';
import { OperationProgress } from './OperationProgress';
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
  const { id, action, total, reason, createdBy, startedAt, batchId, error } = operation;
  return (
    <tr>
      <Cell isHeader>
        <span className={classes.stack}>
          <Anchor component={Link} to={paths.bulkOperation(id)} inherit>
            {bulkActs[action].verb} {spellRuns(total)}
          </Anchor>
          {reason !== null && <span className="dimmed">{reason}</span>}
        </span>
      </Cell>
      <Cell label="How far" isWide>
        {isRunning(operation) ? (
          <OperationProgress operation={operation} />
        ) : (
          <span className={classes.wrap}>
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
        <span className={classes.wrap}>
          {createdBy ?? 'the product'}, <RelativeTime at={startedAt} isPast />
        </span>
      </Cell>
      <Cell isCorner align="right">
        {isRunning(operation) && <AbortButton operation={operation} />}
      </Cell>
    </tr>
  );
}
