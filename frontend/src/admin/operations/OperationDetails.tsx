import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import { useQuery } from '@tanstack/react-query';
import { bulkOperationQuery } from '../../api/bulk-queries';
import { bulkActs } from '../../components/bulk/acts';
import { describeOutcome } from '../../components/bulk/follow-operation';
import { BatchLink, PersonLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { spellRuns } from '../../lib/spell-runs';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { Fact, Facts } from '../../ui/Facts';
import { Section } from '../../ui/Section';
import { AbortButton } from './AbortButton';
import { OperationProgress } from './OperationProgress';

const READ_EVERY_MS = 1_000;

/** One operation on many runs, as the address names it: what it was to do, how far it is, and why runs were skipped. */
export function OperationDetails({ operationId }: { operationId: string }) {
  const query = useQuery({
    ...bulkOperationQuery(operationId),
    retry: false,
    refetchInterval: ({ state }) => state.data?.operation.state === 'RUNNING' && READ_EVERY_MS,
  });
  const { data } = query;
  return (
    <Section
      title={`Operation #${operationId}`}
      actions={data?.state === 'RUNNING' && <AbortButton operation={data} />}
    >
      {data === undefined ? (
        <Pending query={query} what="The operation" rows={2} isDense />
      ) : (
        <OperationFacts operation={data} />
      )}
    </Section>
  );
}

function OperationFacts({ operation }: { operation: BulkOperation }) {
  const { action, state, total, problems, filter, ids, reason, createdBy, startedAt, finishedAt, batchId } = operation;
  return (
    <>
      {state === 'RUNNING' && <OperationProgress operation={operation} />}
      {operation.error !== null && <ErrorMessage>{`Stopped by an error: ${operation.error}`}</ErrorMessage>}
      <Facts>
        <Fact name="What">{`${bulkActs[action].verb} ${spellRuns(total)}`}</Fact>
        <Fact name="How far">{describeOutcome(operation)}</Fact>
        <Fact name="Which runs">{ids === null ? describeFilter(filter) : `${spellRuns(ids)} by their numbers`}</Fact>
        {problems.length > 0 && (
          <Fact name="Skipped">
            {problems.map(({ reason: why, count }) => `${count.toLocaleString('en')} ${why}`).join(', ')}
          </Fact>
        )}
        {reason !== null && <Fact name="Reason">{reason}</Fact>}
        <Fact name="Started">
          <RelativeTime at={startedAt} isPast /> by{' '}
          {createdBy === null ? 'the product' : <PersonLink email={createdBy} />}
        </Fact>
        {finishedAt !== null && (
          <Fact name="Ended">
            <RelativeTime at={finishedAt} isPast />
          </Fact>
        )}
        {batchId !== null && (
          <Fact name="Batch">
            <BatchLink id={batchId} name={`#${batchId}`} />
          </Fact>
        )}
      </Facts>
    </>
  );
}

/** "jobName match-scores, status FAILED". */
const describeFilter = (filter: BulkOperation['filter']): string =>
  Object.entries(filter ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
