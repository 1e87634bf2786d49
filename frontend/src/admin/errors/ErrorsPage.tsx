import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { AlertMe } from '../../components/alerts/AlertMe';
import { Permitted } from '../../components/Permitted';
import { Page } from '../../ui/Page';
import { ErrorGroupsSection } from './ErrorGroupsSection';
import { ErrorRateSection } from './ErrorRateSection';
import { PeriodChoice } from './PeriodChoice';
import { errorGroupsQuery, errorsExport } from './queries';
import { useErrorsUrlState } from './url-state';

/** What went wrong in people's browsers. */
export function ErrorsPage() {
  return (
    <Permitted permission="viewErrors" title="Browser errors">
      <Errors />
    </Permitted>
  );
}

function Errors() {
  const place = useErrorsUrlState();
  const groups = useQuery(errorGroupsQuery(place.filters));
  return (
    <Page
      title="Browser errors"
      lead="What went wrong in the browsers of people who use this panel"
      actions={
        <>
          <AlertMe kind="panelErrors" of="when browsers report many errors" size="sm" />
          <PeriodChoice period={place.filters.period} onChange={place.setPeriod} />
          <Button
            component="a"
            href={errorsExport(place.filters)}
            download
            variant="default"
            leftSection={<IconDownload size={16} />}
          >
            Export CSV
          </Button>
        </>
      }
    >
      {(groups.data ? groups.data.total > 0 : !groups.error) && (
        <ErrorRateSection answer={groups.data} period={place.filters.period} />
      )}
      <ErrorGroupsSection place={place} groups={groups} />
    </Page>
  );
}
