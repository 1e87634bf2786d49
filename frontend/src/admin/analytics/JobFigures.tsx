import { Button } from '@mantine/core';
import { IconChartBar, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { byJobQuery } from '../../components/metrics/metric-calls';
import { Pending } from '../../components/Pending';
import { formatDateTime } from '../../lib/date-time';
import { downloadText } from '../../lib/download';
import { spellRange } from '../../lib/time-range';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { type FigureName, JobFiguresTable } from './JobFiguresTable';
import { csvOf, rowsOf } from './job-rows';
import type { useAnalyticsUrlState } from './url-state';

interface Props {
  place: ReturnType<typeof useAnalyticsUrlState>;
  figures: readonly FigureName[];
}

/** The table of jobs over the range of the page. */
export function JobFigures({ place: { range, isCompared, job }, figures }: Props) {
  const query = useQuery(byJobQuery(range, isCompared));
  const all = query.data && rowsOf(query.data.jobs);
  const rows = all?.filter(({ jobName }) => job === null || jobName === job);
  return (
    <Section
      title={`By job, over ${spellRange(range)}`}
      actions={
        rows !== undefined &&
        rows.length > 0 && (
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => downloadText(`jobs-${range}.csv`, csvOf(rows))}
          >
            CSV
          </Button>
        )
      }
    >
      {rows === undefined ? (
        <Pending query={query} what="Figures of jobs" rows={6} />
      ) : rows.length > 0 ? (
        <JobFiguresTable rows={rows} figures={figures} range={range} />
      ) : (
        <EmptyState
          icon={IconChartBar}
          title="No run ended in this time"
          text={
            query.data?.since == null
              ? 'Figures begin with the first run that ends.'
              : `Runs are counted since ${formatDateTime(query.data.since)}.`
          }
        />
      )}
    </Section>
  );
}
