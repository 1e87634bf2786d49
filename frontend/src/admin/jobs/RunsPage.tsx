import type { ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { useLive } from '../../api/live/LiveProvider';
import { useHistoryUrlState } from '../../components/url-state';
import { paths } from '../../paths';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';

/** The lists of runs, each at its address. */
const tabs = [
  { to: paths.jobs, label: 'All' },
  { to: paths.monitor, label: 'Active' },
  { to: paths.history, label: 'History' },
  { to: paths.batches, label: 'Batches' },
] as const;

interface Props {
  tab: (typeof tabs)[number]['label'];
  children: ReactNode;
}

/** The page of runs with one of its lists. */
export function RunsPage({ tab, children }: Props) {
  return (
    <Page
      title="Runs"
      tabTitle={tab === 'All' ? 'Runs' : `${tab} · Runs`}
      trail={
        tab === 'All'
          ? [{ label: 'Runs' }]
          : [
              { label: 'Runs', to: paths.jobs },
              { label: tab, isBeside: true },
            ]
      }
      tabs={<RunsTabs />}
    >
      {children}
    </Page>
  );
}

/** Leads from list to list; the chosen job stays chosen. */
function RunsTabs() {
  const { pathname } = useLocation();
  const { filters } = useHistoryUrlState();
  const counts = useLive((live) => live.counts);
  const query = filters.jobName === undefined ? '' : `?job=${encodeURIComponent(filters.jobName)}`;
  const active = counts === null ? 0 : counts.running + counts.queued;
  return (
    <LinkTabs
      label="Lists of runs"
      tabs={tabs.map(({ to, label }) => ({
        to: `${to}${query}`,
        label,
        isCurrent: pathname === to,
        count: label === 'Active' ? active : undefined,
      }))}
    />
  );
}
