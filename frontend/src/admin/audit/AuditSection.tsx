import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { Button } from '@mantine/core';
import { IconFilterOff, IconListDetails } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { AuditFilterBar } from './AuditFilterBar';
import { AuditPager } from './AuditPager';
import { AuditTable } from './AuditTable';
import type { useAuditUrlState } from './url-state';

type Place = ReturnType<typeof useAuditUrlState>;

interface Props {
  place: Place;
  entries: UseQueryResult<{ events: AuditEvent[]; hasMore: boolean }>;
}

/** A page of the log, with what narrows it. */
export function AuditSection({ place, entries }: Props) {
  const { data, error, isPlaceholderData, refetch } = entries;
  return (
    <Section title="Entries" isTitleHidden>
      <AuditFilterBar
        filters={place.filters}
        onChange={place.setFilters}
        isHiding={place.isHiding}
        onHide={place.setHiding}
      />
      {data ? (
        data.events.length > 0 ? (
          <AuditTable events={data.events} isBusy={isPlaceholderData} />
        ) : (
          <NoEntries place={place} />
        )
      ) : error ? (
        <ErrorPanel
          title="The audit log could not be loaded"
          details={toFailure(error)}
          onRetry={() => void refetch()}
        />
      ) : (
        <RowSkeletons rows={8} label="Loading the audit log" />
      )}
      {data && (
        <AuditPager
          isAtNewest={place.before === undefined}
          older={data.hasMore ? (data.events.at(-1)?.id ?? null) : null}
          onGo={place.goBefore}
        />
      )}
    </Section>
  );
}

function NoEntries({ place }: { place: Place }) {
  const isAtEnd = place.before !== undefined;
  if (place.isFiltered || isAtEnd) {
    return (
      <EmptyState
        icon={IconFilterOff}
        title={isAtEnd ? 'No older entries' : 'No entries match these filters'}
        text="Try other dates, or fewer filters."
        action={
          <Button variant="default" onClick={place.clear}>
            Show all entries
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={IconListDetails}
      title="No entries yet"
      text={`Runs started and cancelled, and changes to users and tokens are listed here. ${place.isHiding ? 'Sign-ins are hidden.' : ''}`}
    />
  );
}
