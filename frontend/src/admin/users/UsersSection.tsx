import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Pager } from '../../ui/Pager';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { NoUsers } from './NoUsers';
import { accountsQuery, PAGE_SIZE } from './queries';
import { UserFilterBar } from './UserFilterBar';
import { UserTable } from './UserTable';
import { useUsersUrlState } from './url-state';
import type { OpenedAct } from './user-acts';

interface Props {
  onAct: (act: OpenedAct) => void;
}

/** The list of people, its filters and page in the address. */
export function UsersSection({ onAct }: Props) {
  const place = useUsersUrlState();
  const { data, error, isPlaceholderData, refetch } = useQuery(accountsQuery(place.filters, place.page));
  return (
    <Section title="People" isTitleHidden>
      <UserFilterBar filters={place.filters} onSearch={place.setSearch} onRoleChange={place.setRole} />
      {data ? (
        data.users.length > 0 ? (
          <UserTable accounts={data.users} isBusy={isPlaceholderData} onAct={onAct} />
        ) : (
          <NoUsers place={place} isPastEnd={data.total > 0} />
        )
      ) : error ? (
        <ErrorPanel title="Users could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
      ) : (
        <RowSkeletons rows={8} label="Loading users" />
      )}
      {data && data.total > 0 && (
        <Pager
          label="User pages"
          noun="users"
          page={place.page}
          pageSize={PAGE_SIZE}
          total={data.total}
          shown={data.users.length}
          onPageChange={place.setPage}
        />
      )}
    </Section>
  );
}
