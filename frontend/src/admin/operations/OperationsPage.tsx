import { Permitted } from '../../components/Permitted';
import { Page } from '../../ui/Page';
import { JobLookup } from './JobLookup';
import { MaintenanceActivity } from './MaintenanceActivity';
import { OperationsList } from './OperationsList';
import { Tiles } from './Tiles';

/** The place for what touches many runs. */
export function OperationsPage() {
  return (
    <Permitted permission="view" title="Operations">
      <Page title="Operations" lead="These act on many runs at once. Each shows first what it would touch.">
        <OperationsList />
        <Tiles />
        <JobLookup />
        <MaintenanceActivity />
      </Page>
    </Permitted>
  );
}
