import { type ClientErrorGroup, type ErrorPeriod, maxErrorGroups } from '@job-manager/shared/contract/errors';
import { Anchor } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'react-router-dom';
import { useListSort } from '../../components/list-sort';
import { Change } from '../../components/metrics/Change';
import { RelativeTime } from '../../components/RelativeTime';
import { countOf } from '../../lib/count-of';
import { paths } from '../../paths';
import { Ellipsis } from '../../ui/Ellipsis';
import { Cell, Table } from '../../ui/Table';
import classes from './ErrorGroupTable.module.css';
import { ErrorState } from './ErrorState';
import { LevelTag } from './LevelTag';
import { periodNames } from './period';
import type { ErrorGroups } from './queries';
import { SmallRate } from './RateChart';

interface Props {
  answer: ErrorGroups;
  period: ErrorPeriod;
  /** Others are on their way, these are still shown. */
  isBusy: boolean;
}

const columns = [
  { label: 'Error' },
  { label: 'Level' },
  { label: 'Count', align: 'right', sortBy: 'count', isLargestFirst: true },
  { label: 'Users', align: 'right', sortBy: 'users', isLargestFirst: true },
  { label: 'Rate' },
  { label: 'First seen', sortBy: 'first', isLargestFirst: true },
  { label: 'Last seen', sortBy: 'last', isLargestFirst: true },
  { label: 'Pages' },
  { label: 'State' },
] as const;

const orders = {
  count: ({ count }: ClientErrorGroup) => count,
  users: ({ users }: ClientErrorGroup) => users,
  first: ({ firstSeenAt }: ClientErrorGroup) => Date.parse(firstSeenAt),
  last: ({ lastSeenAt }: ClientErrorGroup) => Date.parse(lastSeenAt),
};

export function ErrorGroupTable({ answer, period, isBusy }: Props) {
  const { groups, bucketMs, since } = answer;
  const { sort, sorted } = useListSort<ClientErrorGroup>(orders);
  return (
    <>
      <Table caption="Errors by kind" columns={columns} stackOn="tablet" isBusy={isBusy} sort={sort}>
        {sorted(groups).map((group) => (
          <GroupRow key={group.fingerprint} group={group} period={period} bucketMs={bucketMs} since={since} />
        ))}
      </Table>
      {groups.length === maxErrorGroups && (
        <p className="dimmed">The {maxErrorGroups} kinds that were seen last are listed; filters find others.</p>
      )}
    </>
  );
}

interface RowProps extends Pick<ErrorGroups, 'bucketMs' | 'since'> {
  group: ClientErrorGroup;
  period: ErrorPeriod;
}

const GroupRow = memo(function GroupRow({ group, period, bucketMs, since }: RowProps) {
  return (
    <tr data-error={group.fingerprint}>
      <Cell isHeader isWide>
        <Anchor
          component={Link}
          to={{ pathname: paths.error(group.fingerprint), search: `?period=${period}` }}
          inherit
          className={classes.message}
        >
          <Ellipsis text={group.message} />
        </Anchor>
        <span className={classes.where}>
          <Ellipsis text={whereOf(group)} />
        </span>
      </Cell>
      <Cell label="Level">
        <span>
          <LevelTag level={group.level} />
        </span>
      </Cell>
      <Cell label="Count" align="right">
        <span className={classes.count}>
          {group.count.toLocaleString('en')}
          <Change now={group.count} before={group.previousCount} more="bad" />
        </span>
      </Cell>
      <Cell label="Users" align="right">
        {group.users.toLocaleString('en')}
      </Cell>
      <Cell label="Rate">
        <SmallRate
          rate={{ values: group.rate, bucketMs, since }}
          description={`${countOf(group.count, 'occurrence')} in ${periodNames[period]}`}
        />
      </Cell>
      <Cell label="First seen">
        <RelativeTime at={group.firstSeenAt} />
      </Cell>
      <Cell label="Last seen">
        <RelativeTime at={group.lastSeenAt} />
      </Cell>
      <Cell label="Pages">
        <Pages pages={group.pages} />
      </Cell>
      <Cell label="State">
        <ErrorState group={group} />
      </Cell>
    </tr>
  );
});

/** "enqueueJob · RunJobModal". */
const whereOf = ({ action, component }: Pick<ClientErrorGroup, 'action' | 'component'>): string =>
  component === null ? action : `${action} · ${component}`;

/** The most affected page, and how many more; all of them on hover. */
function Pages({ pages }: Pick<ClientErrorGroup, 'pages'>) {
  const [first, ...others] = pages;
  if (first === undefined) return <span className="dimmed">–</span>;
  return (
    <span className={classes.pages} title={pages.map(({ path, count }) => `${path} (${count})`).join('\n')}>
      <span className={classes.path}>{first.path}</span>
      {others.length > 0 && <span className="dimmed"> +{others.length}</span>}
    </span>
  );
}
