import type { PropsWithChildren } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { trackError } from '../api/errorTracking';
import { ErrorPanel } from './ErrorPanel';
import classes from './Section.module.css';

interface Props {
  /** What has failed, in words: the section's title. */
  name?: string;
  /** Stands around a whole section, so that the panel needs the frame that went with it. */
  isFramed?: boolean;
}

/** Keeps a fault in one part of the page from taking the rest with it, and offers to try again. */
export function SectionBoundary({ name, isFramed = false, children }: PropsWithChildren<Props>) {
  return (
    <ErrorBoundary
      onError={(error) => trackError(error, { action: 'render', component: name ?? 'SectionBoundary' })}
      fallbackRender={({ resetErrorBoundary }) => (
        <div className={isFramed ? classes.section : undefined}>
          <ErrorPanel
            title={name ? `${name} could not be shown` : 'This part of the page has failed'}
            details="The rest still works. Trying again may help."
            onRetry={resetErrorBoundary}
            retry="Try again"
          />
        </div>
      )}
    >
      {children}
    </ErrorBoundary>
  );
}
