import { type PropsWithChildren, Suspense } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { trackError } from '../api/errorTracking';
import { toastError } from './toast';

interface Props {
  /** What the dialogs inside are open for; when it changes, a failed one may try again. */
  opened: unknown[];
  onClose: () => void;
}

/** Around dialogs that are loaded on demand: one that cannot be loaded closes, and says so. */
export function DialogBoundary({ opened, onClose, children }: PropsWithChildren<Props>) {
  const giveUp = (error: unknown) => {
    trackError(error, { action: 'openDialog', component: 'DialogBoundary' });
    onClose();
    toastError({ title: 'The dialog could not be opened', message: 'The server may be restarting. Try again.' });
  };
  return (
    <ErrorBoundary fallback={null} onError={giveUp} resetKeys={opened}>
      <Suspense fallback={null}>{children}</Suspense>
    </ErrorBoundary>
  );
}
