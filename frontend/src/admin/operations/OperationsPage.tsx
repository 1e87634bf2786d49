import { isRunId } from '@job-manager/shared/contract/run-id';
import { parseAsString, useQueryState } from 'nuqs';
import { Permitted } from '../../components/Permitted';
import { Page } from '../../ui/Page';
import { JobLookup } from './JobLookup';
import { MaintenanceActivity } from './MaintenanceActivity';
import { OperationDetails } from './OperationDetails';
import { OperationsList } from './OperationsList';
import { Tiles } from './Tiles';

/** The place for what touches many runs. */
export function OperationsPage() {
  const [operation] = useQueryState('operation', parseAsString);
  return (
    <Permitted permission="view" title="Operations">
      <Page title="Operations" lead="These act on many runs at once. Each shows first what it would touch.">
        {operation !== null && isRunId(operation) && <OperationDetails operationId={operation} />}
        <OperationsList />
        <Tiles />
        <JobLookup />
        <MaintenanceActivity />
      </Page>
    </Permitted>
  );
}
