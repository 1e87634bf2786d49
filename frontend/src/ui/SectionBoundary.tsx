import { notifyManager, type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { PropsWithChildren } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { trackError } from '../api/errorTracking';
import { CodeLoadError } from '../api/panel-version';
import { ErrorPanel } from './ErrorPanel';
import { OutdatedPanel } from './OutdatedPanel';
import classes from './Section.module.css';

interface Props {
  /** What has failed, as text: the section's title. */
  name?: string;
  /** Stands around a whole section, so that the panel needs the frame that went with it. */
  isFramed?: boolean;
}

/** Keeps an error in one part of the page from breaking the rest, and offers to try again. */
export function SectionBoundary({ name, isFramed = false, children }: PropsWithChildren<Props>) {
  const queryClient = useQueryClient();
  return (
    <ErrorBoundary
      onError={(error) => trackError(error, { action: 'render', component: name ?? 'SectionBoundary' })}
      fallbackRender={({ error, resetErrorBoundary }) => (
        <div className={isFramed ? classes.section : undefined}>
          {error instanceof CodeLoadError ? (
            <OutdatedPanel name={name} />
          ) : (
            <ErrorPanel
              title={name ? `${name} could not be shown` : 'This part of the page has failed'}
              details="The rest still works. Trying again may help."
              // Queued behind those who are notified of what has been read.
              onRetry={() => void readAnew(queryClient).then(() => notifyManager.schedule(resetErrorBoundary))}
              retry="Try again"
            />
          )}
        </div>
      )}
    >
      {children}
    </ErrorBoundary>
  );
}

/** What a section broke over may be what it was given: shown again as it is, it would break it again. */
async function readAnew(queryClient: QueryClient): Promise<void> {
  queryClient.removeQueries({ type: 'inactive' });
  await queryClient.refetchQueries({ type: 'active' });
}
