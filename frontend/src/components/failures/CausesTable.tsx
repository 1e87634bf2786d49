import type { FailureCause, FailureState, FailuresAnswer, failureRanges } from '@job-manager/shared/contract/failures';
import { Anchor, Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { serverNow } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { countOf } from '../../lib/count-of';
import { formatDateTime } from '../../lib/date-time';
import { boundsOf } from '../../lib/time-range';
import { Ellipsis } from '../../ui/Ellipsis';
import { EmptyState } from '../../ui/EmptyState';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { Tag, type TagTone } from '../../ui/Tag';
import { toastError, toastSuccess } from '../../ui/toast';
import { AlertMe } from '../alerts/AlertMe';
import { RerunCause } from '../bulk/RerunCause';
import { JobLink } from '../EntityLinks';
import { failuresKey, setFailure } from '../metrics/metric-calls';
import { formatOf } from '../metrics/metric-data';
import { RelativeTime } from '../RelativeTime';
import { RunLink } from '../RunLink';
import { historyWith } from '../url-state';
import classes from './CausesTable.module.css';

type Range = keyof typeof failureRanges;
const formatRate = formatOf('failureRate');

const columns: Column[] = [
  { label: 'Cause' },
  { label: 'Runs', align: 'right' },
  { label: 'First' },
  { label: 'Last' },
  { label: 'Versions' },
  { label: 'Last run' },
  { label: 'State' },
];

interface Props {
  /** Of all jobs where it is left out; then each cause names its own. */
  jobName?: string;
  range: Range;
  answer: FailuresAnswer;
}

/** Causes of failures, each with how often and since when, to run again, resolve or ignore. */
export function CausesTable({ jobName, range, answer }: Props) {
  const { failures, causes, runs, isCut, searchedBackTo } = answer;
  const onSet = useSetState();
  const horizon = isCut ? ` Looked back to ${formatDateTime(searchedBackTo)} only: there are more.` : '';
  if (failures.length === 0)
    return (
      <EmptyState
        icon={IconCircleCheck}
        title={`No failures in ${range}`}
        text={`No run that ended within that time failed.${horizon}`}
      />
    );
  return (
    <>
      <p className="dimmed">
        {countOf(runs, 'run')} failed, of {countOf(causes, 'cause')}
        {causes > failures.length && `; the first ${failures.length} are listed`}.{horizon}{' '}
        <Anchor
          component={Link}
          to={historyWith({ jobName, status: 'FAILED', time: range })}
          inherit
          underline="always"
        >
          All in the history
        </Anchor>
      </p>
      <Table caption="Failures by cause" columns={columns} isRoving>
        {failures.map((cause) => (
          <Cause key={cause.fingerprint} cause={cause} range={range} namesJob={jobName === undefined} onSet={onSet} />
        ))}
      </Table>
    </>
  );
}

interface CauseProps {
  cause: FailureCause;
  range: Range;
  namesJob: boolean;
  onSet: (change: StateChange) => void;
}

function Cause({ cause: failure, range, namesJob, onSet }: CauseProps) {
  const { fingerprint, jobName, cause, error, runs, rate, firstAt, lastAt, lastRunId } = failure;
  return (
    <tr data-row={fingerprint}>
      <Cell isHeader>
        {namesJob && <JobLink jobName={jobName} />}
        <span className={classes.cause} title={error}>
          {cause}
        </span>
      </Cell>
      <Cell label="Runs" align="right">
        <span>
          <Anchor
            component={Link}
            to={historyWith({ jobName, status: 'FAILED', time: range, cause: fingerprint })}
            aria-label={`${countOf(runs, 'run')} that failed of it`}
            inherit
          >
            {runs.toLocaleString('en')}
          </Anchor>
          {rate !== null && <span className={classes.note}>{formatRate(rate)} of its runs</span>}
          <RerunCause cause={failure} times={() => boundsOf(range, serverNow())} />
        </span>
      </Cell>
      <Cell label="First">
        <RelativeTime at={firstAt} isPast />
      </Cell>
      <Cell label="Last">
        <RelativeTime at={lastAt} isPast />
      </Cell>
      <Cell label="Versions">
        <Ellipsis text={formatVersions(failure)} />
      </Cell>
      <Cell label="Last run">
        <RunLink jobRunId={lastRunId} />
      </Cell>
      <Cell label="State">
        <CauseState failure={failure} onSet={onSet} />
      </Cell>
    </tr>
  );
}

const appearances: Record<FailureState, { label: string; tone: TagTone }> = {
  OPEN: { label: 'Open', tone: 'failed' },
  RESOLVED: { label: 'Resolved', tone: 'success' },
  IGNORED: { label: 'Ignored', tone: 'neutral' },
};

/** What was made of a cause, and what may be. */
function CauseState({ failure, onSet }: { failure: FailureCause; onSet: CauseProps['onSet'] }) {
  const { fingerprint, jobName, cause, state, stateBy, note, cameBackAt } = failure;
  const canManage = useCan('manageJobs');
  const act = (label: string, next: FailureState) => (
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`${label}: ${cause}`}
      onClick={() => onSet({ fingerprint, state: next, before: state })}
    >
      {label}
    </Button>
  );
  return (
    <span className={classes.state}>
      <Tag tone={appearances[state].tone} title={note ?? undefined}>
        {appearances[state].label}
      </Tag>
      {state !== 'OPEN' && stateBy !== null && <span className="dimmed">by {stateBy}</span>}
      {cameBackAt !== null && (
        <span className="dimmed">
          came back <RelativeTime at={cameBackAt} isPast />
        </span>
      )}
      {canManage &&
        (state === 'OPEN' ? (
          <>
            {act('Resolve', 'RESOLVED')} {act('Ignore', 'IGNORED')}
          </>
        ) : (
          act('Reopen', 'OPEN')
        ))}
      {state === 'RESOLVED' && (
        <AlertMe
          kind="newCause"
          jobName={jobName}
          of={`when an error of ${jobName} is new or back`}
          size="compact-xs"
        />
      )}
    </span>
  );
}

interface StateChange {
  fingerprint: string;
  state: FailureState;
  before: FailureState;
}

/** Resolves, ignores or reopens a cause, which the toast offers to undo. */
function useSetState(): (change: StateChange) => void {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: ({ fingerprint, state }: StateChange) => setFailure({ fingerprint, state }),
    onSuccess: (_answer, { state, before, ...of }) => {
      const offer = { label: 'Undo', act: () => mutate({ ...of, state: before, before: state }) };
      toastSuccess({ message: `The cause is ${appearances[state].label.toLowerCase()} now.`, offer });
    },
    onError: (failed) => toastError({ title: 'The cause stays as it is', message: toFailure(failed).details }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: failuresKey }),
  });
  return mutate;
}

function formatVersions({ firstVersion, lastVersion }: Pick<FailureCause, 'firstVersion' | 'lastVersion'>): string {
  const [first, last] = [firstVersion ?? 'unknown', lastVersion ?? 'unknown'];
  return first === last ? first : `${first} to ${last}`;
}
