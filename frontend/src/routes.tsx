import { NuqsAdapter } from 'nuqs/adapters/react-router/v7';
import { type PropsWithChildren, Suspense } from 'react';
import { BrowserRouter, Navigate, Route, Routes, useLocation } from 'react-router-dom';
import { AdminRoute } from './admin/AdminRoute';
import { JobManagerPage } from './admin/jobs/JobManagerPage';
import { keepsAccounts, mount } from './api/mount';
import { canonicalPath, paths } from './paths';
import { loadable } from './ui/loadable';
import { PageLoader } from './ui/PageLoader';

// The main page comes with the first load; the others are loaded when first visited.
const LoginPage = loadable(() => import('./auth/LoginPage').then((page) => page.LoginPage));
const NotFoundPage = loadable(() => import('./components/NotFoundPage').then((page) => page.NotFoundPage));
const DashboardPage = loadable(() => import('./admin/DashboardPage').then((page) => page.DashboardPage));
const OverviewPage = loadable(() => import('./admin/overview/OverviewPage').then((page) => page.OverviewPage));
const JobHistoryPage = loadable(() => import('./admin/jobs/JobHistoryPage').then((page) => page.JobHistoryPage));
const JobMonitorPage = loadable(() => import('./admin/jobs/JobMonitorPage').then((page) => page.JobMonitorPage));
const BatchesPage = loadable(() => import('./admin/jobs/BatchesPage').then((page) => page.BatchesPage));
const BatchPage = loadable(() => import('./admin/jobs/BatchPage').then((page) => page.BatchPage));
const AnalyticsPage = loadable(() => import('./admin/analytics/AnalyticsPage').then((page) => page.AnalyticsPage));
const AlertsPage = loadable(() => import('./admin/alerts/AlertsPage').then((page) => page.AlertsPage));
const ComparePage = loadable(() => import('./admin/compare/ComparePage').then((page) => page.ComparePage));
const OperationsPage = loadable(() => import('./admin/operations/OperationsPage').then((page) => page.OperationsPage));
const SystemStatusPage = loadable(() =>
  import('./admin/status/SystemStatusPage').then((page) => page.SystemStatusPage),
);
const jobPages = () => import('./admin/job-pages');
const ChannelsPage = loadable(() => jobPages().then((pages) => pages.ChannelsPage));
const ChannelPage = loadable(() => jobPages().then((pages) => pages.ChannelPage));
const DefinitionsPage = loadable(() => jobPages().then((pages) => pages.DefinitionsPage));
const DefinitionPage = loadable(() => jobPages().then((pages) => pages.DefinitionPage));
const RunnersPage = loadable(() => jobPages().then((pages) => pages.RunnersPage));
const RunnerPage = loadable(() => jobPages().then((pages) => pages.RunnerPage));
const SchedulesPage = loadable(() => jobPages().then((pages) => pages.SchedulesPage));
const SchedulePage = loadable(() => jobPages().then((pages) => pages.SchedulePage));
const JobDetailsPage = loadable(() => import('./admin/jobs/JobDetailsPage').then((page) => page.JobDetailsPage));
const ErrorsPage = loadable(() => import('./admin/errors/ErrorsPage').then((page) => page.ErrorsPage));
const ErrorGroupPage = loadable(() => import('./admin/errors/ErrorGroupPage').then((page) => page.ErrorGroupPage));
const AuditPage = loadable(() => import('./admin/audit/AuditPage').then((page) => page.AuditPage));
const TokensPage = loadable(() => import('./admin/tokens/TokensPage').then((page) => page.TokensPage));
const UsersPage = loadable(() => import('./admin/users/UsersPage').then((page) => page.UsersPage));
const AccountPage = loadable(() => import('./admin/account/AccountPage').then((page) => page.AccountPage));

/** Every address of the panel and its page. */
export function AppRoutes() {
  return (
    <BrowserRouter basename={mount || '/'}>
      <NuqsAdapter>
        <Suspense fallback={<PageLoader />}>
          <CanonicalAddress>
            <Routes>
              <Route path="/" element={<Navigate to={paths.dashboard} replace />} />
              {keepsAccounts && <Route path={paths.login} element={<LoginPage />} />}
              <Route element={<AdminRoute />}>
                <Route path={paths.admin} element={<Navigate to={paths.dashboard} replace />} />
                <Route path={paths.dashboard} element={<DashboardPage />} />
                <Route path={paths.overview} element={<OverviewPage />} />
                <Route path={paths.jobs} element={<JobManagerPage />} />
                <Route path={paths.history} element={<JobHistoryPage />} />
                <Route path={paths.monitor} element={<JobMonitorPage />} />
                <Route path={paths.batches} element={<BatchesPage />} />
                <Route path={paths.batch(':batchId')} element={<BatchPage />} />
                <Route path={paths.operations} element={<OperationsPage />} />
                <Route path={paths.comparePage} element={<ComparePage />} />
                <Route path={paths.analytics} element={<AnalyticsPage />} />
                <Route path={paths.channels} element={<ChannelsPage />} />
                <Route path={paths.channel(':channel')} element={<ChannelPage />} />
                <Route path={paths.runners} element={<RunnersPage />} />
                <Route path={paths.runnerPage(':runnerId')} element={<RunnerPage />} />
                <Route path={paths.definitions} element={<DefinitionsPage />} />
                <Route path={`${paths.definitions}/:jobName`} element={<DefinitionPage />} />
                <Route path={paths.schedules} element={<SchedulesPage />} />
                <Route path={paths.schedule(':scheduleId')} element={<SchedulePage />} />
                <Route path={paths.run(':jobRunId')} element={<JobDetailsPage />} />
                <Route path={paths.errors} element={<ErrorsPage />} />
                <Route path={paths.error(':fingerprint')} element={<ErrorGroupPage />} />
                <Route path={paths.audit} element={<AuditPage />} />
                <Route path={paths.tokens} element={<TokensPage />} />
                <Route path={paths.users} element={<UsersPage />} />
                {keepsAccounts && <Route path={paths.account} element={<AccountPage />} />}
                <Route path={paths.alerts} element={<AlertsPage />} />
                <Route path={paths.systemStatus} element={<SystemStatusPage />} />
                <Route path="*" element={<NotFoundPage />} />
              </Route>
            </Routes>
          </CanonicalAddress>
        </Suspense>
      </NuqsAdapter>
    </BrowserRouter>
  );
}

/** Leads from another spelling of an address to the page itself. */
function CanonicalAddress({ children }: PropsWithChildren) {
  const { pathname, search, hash, state } = useLocation();
  const canonical = canonicalPath(pathname);
  if (canonical === pathname) return children;
  return <Navigate to={{ pathname: canonical, search, hash }} state={state} replace />;
}
