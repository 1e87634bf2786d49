import { Button, MantineProvider } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { trackError } from './api/errorTracking';
import { toFailure } from './api/failure';
import { createQueryClient } from './api/query-client';
import { endSession } from './api/session';
import { AppRoutes } from './routes';
import { MessagePage } from './ui/MessagePage';
import { ToastHost } from './ui/ToastHost';
import { contrastVariables, theme } from './ui/theme';
import { toastError } from './ui/toast';

/** The whole panel. */
export function App() {
  const [queryClient] = useState(() =>
    createQueryClient({ onSignedOut: endSession, onFailure: trackFailure, onStale: toastStale }),
  );
  return (
    <MantineProvider theme={theme} cssVariablesResolver={contrastVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <ErrorBoundary
          FallbackComponent={BrokenPage}
          onError={(error) => trackError(error, { action: 'showPage', component: 'App' })}
        >
          <AppRoutes />
        </ErrorBoundary>
        <ToastHost />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function trackFailure(error: unknown, call: string): void {
  // What an address names and the server doesn't have is a mistyped or an old address; the page reports it.
  if (toFailure(error).status !== 404) trackError(error, { action: 'load', component: call });
}

function toastStale(error: unknown, retry: () => void): void {
  const { title, details } = toFailure(error);
  toastError({ id: `stale: ${title}`, title, message: details, offer: { label: 'Retry', act: retry } });
}

/** A page could not be loaded or shown: often a new version of the server, whose files have new names. */
function BrokenPage() {
  return (
    <MessagePage
      icon={IconAlertTriangle}
      title="This page could not be loaded"
      text="The server may have been updated or be unreachable. Reloading usually helps."
    >
      <Button onClick={() => window.location.reload()}>Reload</Button>
    </MessagePage>
  );
}
