import { notificationsStore } from '@mantine/notifications';
import { type ComponentType, useEffect, useState, useSyncExternalStore } from 'react';
import { trackError } from '../api/errorTracking';
import { loadCode } from '../api/panel-version';

const subscribe = (listener: () => void) => notificationsStore.subscribe(listener);
const hasToasts = () => notificationsStore.getState().notifications.length > 0;

/**
 * Where toasts appear. Its code comes after the page's own, and before it is needed: the toast that reports the
 * server is away can't be fetched from the server.
 */
export function ToastHost() {
  const isNeeded = useSyncExternalStore(subscribe, hasToasts);
  const [Toasts, setToasts] = useState<ComponentType>();
  const isMissing = Toasts === undefined;
  useEffect(() => {
    if (!isMissing) return;
    // Should it not come, the next toast tries again.
    const failed = (error: unknown) =>
      trackError(error, { action: isNeeded ? 'showToast' : 'fetchToasts', component: 'ToastHost' });
    const load = () => import('./Toasts');
    // A prefetch may fail silently: nothing is to be shown yet.
    (isNeeded ? loadCode(load) : load()).then((module) => setToasts(() => module.Toasts), failed);
  }, [isMissing, isNeeded]);
  return Toasts && <Toasts />;
}
