import { notificationsStore } from '@mantine/notifications';
import { lazy, Suspense, useState, useSyncExternalStore } from 'react';

const Toasts = lazy(() => import('./Toasts').then((module) => ({ default: module.Toasts })));

const subscribe = (listener: () => void) => notificationsStore.subscribe(listener);
const hasToasts = () => notificationsStore.getState().notifications.length > 0;

/** Where toasts appear; its code is loaded with the first one. */
export function ToastHost() {
  const isNeeded = useSyncExternalStore(subscribe, hasToasts);
  const [wasNeeded, setWasNeeded] = useState(false);
  if (isNeeded && !wasNeeded) setWasNeeded(true);
  return <Suspense fallback={null}>{wasNeeded && <Toasts />}</Suspense>;
}
