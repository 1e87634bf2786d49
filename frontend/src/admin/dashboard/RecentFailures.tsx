import type { FailureCause } from '@job-manager/shared/contract/failures';
import { Anchor, Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { serverNow } from '../../api/server-clock';
import { RerunCause } from '../../components/bulk/RerunCause';
import { ChannelLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { RunPageLink } from '../../components/RunPageLink';
import { historyWith, useOpenedRun } from '../../components/url-state';
import { spellRuns } from '../../lib/spell-runs';
import { boundsOf } from '../../lib/time-range';
import { useThrottled } from '../../lib/useThrottled';
import { EmptyState } from '../../ui/EmptyState';
import { useRovingRows } from '../../ui/roving-rows';
import { openRowOnClick } from '../../ui/row-click';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { Tag } from '../../ui/Tag';
import { CauseMenu } from './CauseMenu';
import { failuresOfDayQuery } from './calls';
import classes from './dashboard.module.css';
import { MutedCauses } from './MutedCauses';
import { useCauseMutes } from './useCauseMutes';
import { countNew, type LastVisit, useLastVisit } from './useLastVisit';
import { useRowCount } from './useRowCount';

/** The server keeps its answer for so long. */
const MIN_INTERVAL_MS = 10_000;
const columns: Column[] = [
  { label: 'Job' },
  { label: 'Error' },
  { label: 'Runs', align: 'right' },
  { label: 'Actions', isHidden: true },
];

/** Why runs failed within a day, by job and cause: of one cause that hides all others one line is enough. */
export function RecentFailures() {
  const query = useQuery(failuresOfDayQuery());
  const { data } = query;
  const rows = useRowCount();
  const mute = useCauseMutes();
  const [isMutedShown, showMuted] = useState(false);
  const lastVisit = useLastVisit(data?.failures);
  useFollowFailures();
  const [muted, listed] = split(data?.failures ?? [], ({ mutedUntil }) => mutedUntil !== null);
  const hidden = data ? data.causes - muted.length - Math.min(rows, listed.length) : 0;
  return (
    <Section
      title="Recent Failures"
      aside={
        <>
          {lastVisit && <NewSince lastVisit={lastVisit} causes={listed} />}
          {hidden > 0 && <span className="dimmed">and {hidden.toLocaleString('en')} more causes</span>}
        </>
      }
      actions={
        <>
          {muted.length > 0 && (
            <Button
              variant="subtle"
              size="compact-sm"
              aria-expanded={isMutedShown}
              onClick={() => showMuted(!isMutedShown)}
            >
              {muted.length.toLocaleString('en')} muted
            </Button>
          )}
          <Anchor component={Link} to={historyWith({ status: 'FAILED' })} size="sm">
            All failures
          </Anchor>
        </>
      }
    >
      {data === undefined ? (
        <Pending query={query} what="Failures" rows={4} isDense />
      ) : listed.length > 0 ? (
        <FailureCauses causes={listed.slice(0, rows)} lastVisit={lastVisit} onMute={mute} />
      ) : (
        <EmptyState
          icon={IconCircleCheck}
          title={muted.length > 0 ? 'No other failures in 24 hours' : 'No failures in 24 hours'}
          text="Runs that fail are listed by cause."
        />
      )}
      {isMutedShown && <MutedCauses causes={muted} onShow={(cause) => mute({ cause, until: null })} />}
    </Section>
  );
}

function split<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** How many runs failed since the list was last seen in this browser. */
function NewSince({ lastVisit, causes }: { lastVisit: LastVisit; causes: readonly FailureCause[] }) {
  const count = causes.reduce((sum, cause) => sum + countNew(cause, lastVisit), 0);
  if (count === 0) return null;
  return (
    <Tag tone="failed">
      {count.toLocaleString('en')} new since you looked <RelativeTime at={lastVisit.at} isPast />
    </Tag>
  );
}

interface CausesProps {
  causes: readonly FailureCause[];
  lastVisit: LastVisit | null;
  onMute: ReturnType<typeof useCauseMutes>;
}

function FailureCauses({ causes, lastVisit, onMute }: CausesProps) {
  const { open } = useOpenedRun();
  const navigate = useNavigate();
  const table = useRef<HTMLDivElement>(null);
  useRovingRows(table);
  return (
    <div ref={table}>
      <Table caption="Failures by job and cause" columns={columns}>
        {causes.map((cause) => (
          <tr
            key={cause.fingerprint}
            data-row={cause.fingerprint}
            className={classes.row}
            onClick={(event) =>
              openRowOnClick(event, () =>
                cause.runs === 1 ? open(cause.lastRunId) : void navigate(historyOfCause(cause)),
              )
            }
          >
            <Cell isHeader>
              <span className={classes.stack}>
                <CauseLink cause={cause} />
                <span className={classes.under}>
                  last <RunLink jobRunId={cause.lastRunId} />
                  {cause.lastChannel !== null && (
                    <>
                      {' in '}
                      <ChannelLink channel={cause.lastChannel} />
                    </>
                  )}{' '}
                  <RelativeTime at={cause.lastAt} isPast />
                </span>
              </span>
            </Cell>
            <Cell isWide>
              <span className={classes.error} title={cause.error}>
                {cause.runs === 1 ? cause.error : cause.cause}
              </span>
            </Cell>
            <Cell label="Runs" align="right">
              <span className={classes.figures}>
                {spellRuns(cause.runs)}
                <NewRuns count={lastVisit ? countNew(cause, lastVisit) : 0} />
              </span>
            </Cell>
            <Cell isCorner align="right">
              <span className={classes.acts}>
                <RerunCause cause={cause} times={() => boundsOf('24h', serverNow())} />
                <CauseMenu cause={cause} onMute={(until) => onMute({ cause, until })} />
              </span>
            </Cell>
          </tr>
        ))}
      </Table>
    </div>
  );
}

const NewRuns = ({ count }: { count: number }) =>
  count > 0 && <span className={classes.under}>{count.toLocaleString('en')} new</span>;

const historyOfCause = ({ jobName, fingerprint }: FailureCause): string =>
  historyWith({ jobName, status: 'FAILED', time: '24h', cause: fingerprint });

function CauseLink({ cause }: { cause: FailureCause }) {
  if (cause.runs === 1) {
    return (
      <RunPageLink jobRunId={cause.lastRunId} className={classes.name}>
        {cause.jobName}
      </RunPageLink>
    );
  }
  return (
    <Link to={historyOfCause(cause)} className={classes.name}>
      {cause.jobName}
    </Link>
  );
}

function useFollowFailures(): void {
  const queryClient = useQueryClient();
  const readAnew = useThrottled(
    () => void queryClient.invalidateQueries({ queryKey: failuresOfDayQuery().queryKey }),
    MIN_INTERVAL_MS,
  );
  useLiveChanges(
    useCallback(
      ({ completed, vanished }: ActiveChange) => {
        if (vanished.length > 0 || completed.some((run) => run.status === 'FAILED')) readAnew();
      },
      [readAnew],
    ),
  );
}
