import { Button } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { statsQuery } from '../../api/job-queries';
import { ConnectionIndicator } from '../../components/ConnectionIndicator';
import { JobStatsTiles } from '../../components/JobStatsTiles';
import { useStatsFollowRuns } from '../../components/useStatsFollowRuns';
import { paths } from '../../paths';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Section } from '../../ui/Section';

/** The counts, and the way to the jobs. */
export function JobStatsCard() {
  const { data, error, refetch } = useQuery(statsQuery());
  useStatsFollowRuns();
  return (
    <Section
      title="Job Statistics"
      aside={<ConnectionIndicator />}
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
        <JobStatsTiles stats={data ?? null} />
      )}
    </Section>
  );
}
