import type { SystemEvent } from '@job-manager/shared/contract/system';
import type { SystemEventKind, SystemEventSeverity } from '@job-manager/shared/system-components';
import { Anchor, Button, NativeSelect } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { Link } from 'react-router-dom';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { FilterBar } from '../../ui/FilterBar';
import { Section } from '../../ui/Section';
import { Tag, type TagTone } from '../../ui/Tag';
import classes from './EventFeed.module.css';
import { api, calls } from './system-calls';

const kindLabels: Record<SystemEventKind, string> = {
  incident: 'Incident',
  runner: 'Runner',
  verdict: 'Health',
  version: 'Version',
  maintenance: 'Maintenance',
};
const tones: Record<SystemEventSeverity, TagTone> = {
  info: 'neutral',
  success: 'success',
  warning: 'warning',
  error: 'failed',
};
const NEWEST = 8;

/** The newest incidents and events beside the matrix. */
export function AlertFeed() {
  const query = useQuery(api.events.queryOptions({ input: { limit: NEWEST } }));
  return (
    <Section
      title="Alert feed"
      actions={
        <Anchor component={Link} to={`${paths.systemStatus}?tab=events`} size="sm">
          All events
        </Anchor>
      }
    >
      {query.data === undefined ? (
        <Pending query={query} what="The alert feed" rows={4} />
      ) : (
        <EventList events={query.data.events} />
      )}
    </Section>
  );
}

const kinds = Object.keys(kindLabels) as SystemEventKind[];
const choices = [
  { value: '', label: 'All events' },
  ...kinds.map((kind) => ({ value: kind, label: kindLabels[kind] })),
];

/** The service log: what happened to the installation, page by page. */
export function ServiceLog() {
  const [kind, setKind] = useQueryState('kind', parseAsStringLiteral(kinds));
  const query = useInfiniteQuery({
    queryKey: [...api.events.key(), 'pages', kind],
    queryFn: ({ pageParam, signal }) => calls.events({ kind: kind ?? undefined, before: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const events = query.data?.pages.flatMap((page) => page.events);
  return (
    <Section title="Events" isTitleHidden>
      <FilterBar>
        <NativeSelect
          aria-label="Filter by kind"
          data={choices}
          value={kind ?? ''}
          onChange={(event) => void setKind((event.currentTarget.value || null) as typeof kind, { history: 'push' })}
        />
      </FilterBar>
      {events === undefined ? <Pending query={query} what="The events" rows={6} /> : <EventList events={events} />}
      {query.hasNextPage && (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show older
        </Button>
      )}
    </Section>
  );
}

function EventList({ events }: { events: readonly SystemEvent[] }) {
  if (events.length === 0)
    return (
      <EmptyState
        icon={IconListDetails}
        title="No events"
        text="Incidents, runners that start and stop, changes of the verdict, new versions of jobs and maintenance are listed here."
      />
    );
  return (
    <ul className={classes.feed}>
      {events.map((event) => (
        <li key={event.id}>
          <span className={classes.head}>
            <Tag tone={tones[event.severity]}>{kindLabels[event.kind]}</Tag>
            <RelativeTime at={event.at} isPast />
          </span>
          <Message event={event} />
        </li>
      ))}
    </ul>
  );
}

function Message({ event: { message, incidentId, runnerId } }: { event: SystemEvent }) {
  const to = incidentId !== null ? paths.incident(incidentId) : runnerId !== null ? paths.runnerPage(runnerId) : null;
  if (to === null) return <bdi className={classes.message}>{message}</bdi>;
  return (
    <Anchor component={Link} to={to} className={classes.message} inherit>
      <bdi>{message}</bdi>
    </Anchor>
  );
}
