import type { JobRun } from '@job-manager/shared/contract/run';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { neighboursQuery } from '../../api/run-list-queries';
import { historyWith } from '../../components/url-state';

/** How many other runs of the job failed of the same cause, leading to them; nothing where none did. */
export function AlikeFailures({ run }: { run: JobRun }) {
  const { data } = useQuery(neighboursQuery(run));
  const { fingerprint: cause, runs = 0 } = data?.alike ?? {};
  const others = runs - 1;
  if (others < 1) return null;
  return (
    <Anchor
      component={Link}
      to={historyWith({ jobName: run.jobName, status: 'FAILED', cause })}
      size="sm"
      display="block"
      mt={4}
    >
      {others.toLocaleString('en')} {others === 1 ? 'other' : 'others'} alike
    </Anchor>
  );
}
