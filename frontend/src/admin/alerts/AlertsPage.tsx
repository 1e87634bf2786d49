import { useQuery, useQueryClient } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { AutoRefresh } from '../../components/AutoRefresh';
import { api, refreshAlerts } from '../../components/alerts/calls';
import { Permitted } from '../../components/Permitted';
import { paths } from '../../paths';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';
import { DestinationsTab } from './DestinationsTab';
import { IncidentsTab } from './IncidentsTab';
import { RulesTab } from './RulesTab';

const tabs = ['incidents', 'rules', 'destinations'] as const;
const labels = { incidents: 'Incidents', rules: 'Rules', destinations: 'Destinations' } as const;

/** What is wrong and needs attention, who is notified, and by which rules. */
export function AlertsPage() {
  return (
    <Permitted permission="view" title="Alerts">
      <Alerts />
    </Permitted>
  );
}

function Alerts() {
  const [tab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('incidents'));
  const queryClient = useQueryClient();
  const { data, dataUpdatedAt, isFetching } = useQuery(api.incidents.queryOptions({ input: { state: 'open' } }));
  return (
    <Page
      title="Alerts"
      tabTitle={`${labels[tab]} · Alerts`}
      tabs={
        <LinkTabs
          label="Parts of alerts"
          tabs={tabs.map((each) => ({
            to: each === 'incidents' ? paths.alerts : `${paths.alerts}?tab=${each}`,
            label: labels[each],
            isCurrent: each === tab,
            ...(each === 'incidents' && { count: data?.open ?? 0 }),
          }))}
        />
      }
      actions={
        <AutoRefresh
          page="alerts"
          isOnByDefault
          updatedAt={dataUpdatedAt}
          isFetching={isFetching}
          onRefresh={() => refreshAlerts(queryClient)}
        />
      }
    >
      {tab === 'incidents' ? <IncidentsTab /> : tab === 'rules' ? <RulesTab /> : <DestinationsTab />}
    </Page>
  );
}
