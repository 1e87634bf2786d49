import { NuqsAdapter } from 'nuqs/adapters/react-router/v7';
import { Suspense } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router-dom';
import { AdminRoute } from './admin/AdminRoute';
import { JobManagerPage } from './admin/jobs/JobManagerPage';
import { NotFoundPage } from './NotFoundPage';
import { paths } from './paths';
import { loadable } from './ui/loadable';
import { PageLoader } from './ui/PageLoader';

// The main page comes with the first load; the others are loaded when first visited.
const LoginPage = loadable(() => import('./auth/LoginPage').then((page) => page.LoginPage));
const AdminDashboard = loadable(() => import('./admin/dashboard/AdminDashboard').then((page) => page.AdminDashboard));
const JobHistoryPage = loadable(() => import('./admin/jobs/JobHistoryPage').then((page) => page.JobHistoryPage));
const JobMonitorPage = loadable(() => import('./admin/jobs/JobMonitorPage').then((page) => page.JobMonitorPage));
const SystemStatusPage = loadable(() =>
  import('./admin/status/SystemStatusPage').then((page) => page.SystemStatusPage),
);
const JobDetailsPage = loadable(() => import('./admin/jobs/JobDetailsPage').then((page) => page.JobDetailsPage));

/** Every address of the panel and what is shown there. */
export function AppRoutes() {
  return (
    <BrowserRouter>
      <NuqsAdapter>
        <Suspense fallback={<PageLoader />}>
          <Routes>
            <Route path="/" element={<Navigate to={paths.dashboard} replace />} />
            <Route path={paths.login} element={<LoginPage />} />
            <Route element={<AdminRoute />}>
              <Route path={paths.admin} element={<Navigate to={paths.dashboard} replace />} />
              <Route path={paths.dashboard} element={<AdminDashboard />} />
              <Route path={paths.jobs} element={<JobManagerPage />} />
              <Route path={paths.history} element={<JobHistoryPage />} />
              <Route path={paths.monitor} element={<JobMonitorPage />} />
              <Route path={paths.run(':jobRunId')} element={<JobDetailsPage />} />
              <Route path={paths.systemStatus} element={<SystemStatusPage />} />
            </Route>
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </NuqsAdapter>
    </BrowserRouter>
  );
}
