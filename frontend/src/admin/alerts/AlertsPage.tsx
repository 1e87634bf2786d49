import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useFreshAlerts } from '../../components/alerts/calls';
import { Permitted } from '../../components/Permitted';
import { useOpenIncidents } from '../../components/useOpenIncidents';
import { paths } from '../../paths';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';
import { DestinationsTab } from './DestinationsTab';
import { IncidentsTab } from './IncidentsTab';
import { RulesTab } from './RulesTab';

const tabs = ['incidents', 'rules', 'destinations'] as const;
const labels = { incidents: 'Incidents', rules: 'Rules', destinations: 'Destinations' } as const;

/** Incidents that need attention, who is notified, and by which rules. */
export function AlertsPage() {
  return (
    <Permitted permission="view" title="Alerts">
      <Alerts />
    </Permitted>
  );
}

function Alerts() {
  const [tab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('incidents'));
  useFreshAlerts();
  const { open } = useOpenIncidents();
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
            ...(each === 'incidents' && { count: open }),
          }))}
        />
      }
    >
      {tab === 'incidents' ? <IncidentsTab /> : tab === 'rules' ? <RulesTab /> : <DestinationsTab />}
    </Page>
  );
}
