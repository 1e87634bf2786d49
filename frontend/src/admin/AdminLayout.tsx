import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useCallback, useEffect, useRef } from 'react';
import { Outlet, useLocation } from 'react-router-dom';
import { trackWarning } from '../api/errorTracking';
import { HttpFallback } from '../api/live/HttpFallback';
import { LiveProvider, useLive } from '../api/live/LiveProvider';
import { isOutdated } from '../api/panel-version';
import { endSession, recheckSession } from '../api/session';
import { SkipLinks } from '../components/SkipLinks';
import { useZoneChoice } from '../lib/time-zone';
import { reload } from '../ui/OutdatedPanel';
import { PageLoader } from '../ui/PageLoader';
import { SectionBoundary } from '../ui/SectionBoundary';
import { toastQuestion } from '../ui/toast';
import classes from './AdminLayout.module.css';
import { CancelProvider } from './jobs/CancelProvider';
import { LiveEffects } from './jobs/LiveEffects';
import { RunDialogs } from './jobs/RunDialogs';
import { Shell } from './shell/Shell';
import { stepsOf, useCrumbs } from './shell/useCrumbs';
import { useScrollMemory } from './shell/useScrollMemory';

/** From the second failure on, the reason may be an ended session that the socket could not name. */
const RECHECK_AFTER_FAILURES = 2;
/** A restart of the server costs a try or two; more is worth knowing of. */
const TELL_AFTER_FAILURES = 4;

/** What surrounds every page of the panel: navigation, live connection, dialogs. */
export function AdminLayout() {
  const queryClient = useQueryClient();
  const onLost = useCallback(
    (failures: number) => {
      if (failures === TELL_AFTER_FAILURES)
        trackWarning('Real-time updates are lost', { action: 'loadActiveJobs', component: 'AdminLayout' });
      if (failures >= RECHECK_AFTER_FAILURES) void recheckSession(queryClient);
    },
    [queryClient],
  );
  return (
    <LiveProvider onLost={onLost}>
      <HttpFallback>
        <CancelProvider>
          <SocketRefusal />
          <UpgradeNotice />
          <SkipLinks />
          <Shell>
            <Main />
          </Shell>
          <RunDialogs />
          <SectionBoundary name="News of runs">
            <LiveEffects />
          </SectionBoundary>
        </CancelProvider>
      </HttpFallback>
    </LiveProvider>
  );
}

function Main() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const previous = useRef(pathname);
  const zone = useZoneChoice();
  useScrollMemory();
  const isFirstLevel = stepsOf(useCrumbs()).length < 2;
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main ref={main} id="content" className={classes.main} data-first-level={isFirstLevel || undefined} tabIndex={-1}>
      {/* In another zone every time on the page is another text. */}
      <SectionBoundary key={`${pathname} ${zone}`}>
        <Suspense fallback={<PageLoader />}>
          <Outlet />
        </Suspense>
      </SectionBoundary>
    </main>
  );
}

/** After each loss of the connection the server may be another version, whose files have other names. */
function UpgradeNotice() {
  const isLive = useLive((live) => live.status === 'live');
  const wasLost = useRef(false);
  const isLost = useLive((live) => live.status === 'reconnecting');
  useEffect(() => {
    if (isLost) wasLost.current = true;
    if (!isLive || !wasLost.current) return;
    wasLost.current = false;
    void isOutdated().then((isAnother) => {
      if (isAnother)
        toastQuestion({
          id: 'outdated',
          title: 'The server was updated',
          message: 'This page is of the version before. Reload when it suits you.',
          offer: { label: 'Reload', act: reload },
        });
    });
  }, [isLive, isLost]);
  return null;
}

/** The server closed the socket for good: signed out, or the role is gone. */
function SocketRefusal() {
  const status = useLive((live) => live.status);
  const queryClient = useQueryClient();
  useEffect(() => {
    if (status === 'signedOut') endSession(queryClient);
    if (status === 'noAccess') void recheckSession(queryClient);
  }, [status, queryClient]);
  return null;
}
