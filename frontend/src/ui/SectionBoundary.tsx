import type { PropsWithChildren } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { trackError } from '../api/errorTracking';
import { ErrorPanel } from './ErrorPanel';

/** Keeps a fault in one part of the page from taking the rest with it. */
export function SectionBoundary({ children }: PropsWithChildren) {
  return (
    <ErrorBoundary
      onError={(error) => trackError(error, { action: 'render', component: 'SectionBoundary' })}
      fallbackRender={({ resetErrorBoundary }) => (
        <ErrorPanel
          title="This part of the page has failed"
          details="The rest still works. Trying again may help."
          onRetry={resetErrorBoundary}
        />
      )}
    >
      {children}
    </ErrorBoundary>
  );
}
