import { Button } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { JobStatsTiles } from '../../components/JobStatsTiles';
import { useStats } from '../../components/useStats';
import { paths } from '../../paths';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Section } from '../../ui/Section';

/** The counts, and the way to the jobs. */
export function JobStatsCard() {
  const { data, error, isStale, refetch } = useStats();
  return (
    <Section
      title="Job Statistics"
      actions={
        <Button component={Link} to={paths.jobs} rightSection={<IconArrowRight size={16} />}>
          Manage Jobs
        </Button>
      }
    >
      {error && data === undefined ? (
        <ErrorPanel
          title="Statistics could not be loaded"
          details={toFailure(error).details}
          onRetry={() => void refetch()}
        />
      ) : (
        <JobStatsTiles stats={data ?? null} isStale={isStale} />
      )}
    </Section>
  );
}
