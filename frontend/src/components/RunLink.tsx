import { isRunId } from '@job-manager/shared/contract/run-id';
import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { paths } from '../paths';
import { noteList } from './list-return';

/** "#12847", leading to the run's page; plain text where a browser or a log names something that is no run. */
export function RunLink({ jobRunId }: { jobRunId: string }) {
  if (!isRunId(jobRunId)) return <>{jobRunId}</>;
  return (
    <Anchor component={Link} to={paths.run(jobRunId)} onClick={noteList} inherit className="tabular">
      #{jobRunId}
    </Anchor>
  );
}
