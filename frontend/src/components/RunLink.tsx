import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { paths } from '../paths';

/** "#12847", leading to the run's page; plain text where a browser or a log names something that is no run. */
export function RunLink({ jobRunId }: { jobRunId: string }) {
  if (!/^[1-9]\d{0,18}$/.test(jobRunId)) return <>{jobRunId}</>;
  return (
    <Anchor component={Link} to={paths.run(jobRunId)} inherit className="tabular">
      #{jobRunId}
    </Anchor>
  );
}
