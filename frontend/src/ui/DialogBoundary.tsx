import { type PropsWithChildren, Suspense } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { trackError } from '../api/errorTracking';
import { CodeLoadError } from '../api/panel-version';
import { outdatedText, reload } from './OutdatedPanel';
import { toastError } from './toast';

interface Props {
  /** What the dialogs inside are open for; when it changes, a failed one may try again. */
  opened: unknown[];
  onClose: () => void;
}

/** Around dialogs that are loaded on demand: one that cannot be loaded closes, and shows an error. */
export function DialogBoundary({ opened, onClose, children }: PropsWithChildren<Props>) {
  const giveUp = (error: unknown) => {
    trackError(error, { action: 'openDialog', component: 'DialogBoundary' });
    onClose();
    const title = 'The dialog could not be opened';
    if (error instanceof CodeLoadError)
      toastError({ title, message: outdatedText, offer: { label: 'Reload', act: reload } });
    else toastError({ title, message: 'It failed while it was drawn. The rest of the page still works.' });
  };
  return (
    <ErrorBoundary fallback={null} onError={giveUp} resetKeys={opened}>
      <Suspense fallback={null}>{children}</Suspense>
    </ErrorBoundary>
  );
}
