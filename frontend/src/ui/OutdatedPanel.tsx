import { reloadIfReachable } from '../api/panel-version';
import { ErrorPanel } from './ErrorPanel';
import { toastError } from './toast';

export const outdatedText = 'The server may have been updated. Reloading brings the new version.';

/** Reloads the page, unless the server is away. */
export function reload(): void {
  void reloadIfReachable().then((isReloading) => {
    if (!isReloading)
      toastError({ id: 'reload', title: 'The server cannot be reached', message: 'Reload in a moment.' });
  });
}

/** In place of a part whose code can't be loaded. Trying again couldn't help: the server has no such file. */
export function OutdatedPanel({ name = 'This part of the page' }: { name?: string }) {
  return <ErrorPanel title={`${name} could not be loaded`} details={outdatedText} onRetry={reload} retry="Reload" />;
}
