import { Anchor } from '@mantine/core';
import { IconBugOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { Permitted } from '../../components/Permitted';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { ErrorGroupView } from './ErrorGroupView';
import { PeriodChoice } from './PeriodChoice';
import { errorGroupQuery } from './queries';
import { useErrorPeriod } from './url-state';

/** One kind of error: `/admin/errors/0123456789abcdef`. */
export function ErrorGroupPage() {
  const { fingerprint = '' } = useParams();
  return (
    <Permitted permission="viewErrors" title="Error">
      {/^[0-9a-f]{16}$/.test(fingerprint) ? <ErrorGroup fingerprint={fingerprint} /> : <NoSuchErrorPage />}
    </Permitted>
  );
}

function ErrorGroup({ fingerprint }: { fingerprint: string }) {
  const { period, setPeriod } = useErrorPeriod();
  const { data, error, refetch } = useQuery(errorGroupQuery(fingerprint, period));
  const failure = error && toFailure(error);
  return (
    <Page
      title="Error"
      trail={[{ label: 'Browser errors', to: `${paths.errors}?period=${period}` }, { label: 'Error' }]}
      lead={
        <Anchor component={Link} to={{ pathname: paths.errors, search: `?period=${period}` }} inherit>
          All errors
        </Anchor>
      }
      actions={<PeriodChoice period={period} onChange={setPeriod} />}
    >
      {failure?.status === 404 ? (
        <NoSuchError />
      ) : data ? (
        <ErrorGroupView answer={data} period={period} />
      ) : (
        <Section title="Occurrences">
          {failure ? (
            <ErrorPanel title="The error could not be loaded" details={failure} onRetry={() => void refetch()} />
          ) : (
            <RowSkeletons rows={6} label="Loading the error" />
          )}
        </Section>
      )}
    </Page>
  );
}

function NoSuchErrorPage() {
  return (
    <Page title="Error">
      <NoSuchError />
    </Page>
  );
}

function NoSuchError() {
  return (
    <Section title="Occurrences">
      <EmptyState
        icon={IconBugOff}
        title="Nothing of this kind in this period"
        text="Choose a longer period, or search all errors. Reports that are old enough are removed."
        action={
          <Anchor component={Link} to={paths.errors}>
            All errors
          </Anchor>
        }
      />
    </Section>
  );
}
