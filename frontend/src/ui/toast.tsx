import { Button } from '@mantine/core';
import { notifications, notificationsStore } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconInfoCircle, IconLoader2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { addNotice } from './notices';
import classes from './toast.module.css';

interface Offer {
  label: string;
  act(): void;
}

export interface Toast {
  title?: string;
  message: ReactNode;
  offer?: Offer;
  /** A toast whose id is on screen replaces that one and stays for its own time. */
  id?: string;
  /** The bell has it already, as another text. */
  isNoticed?: boolean;
}

/** More would cover the page. Nothing waits for its turn: a toast that comes late is no news. */
export const MAX_TOASTS = 5;

/** It worked; what can be undone stays for long enough to do so. Answers the toast's id. */
export const toastSuccess = (toast: Toast): string =>
  show(toast, 'teal', <IconCheck size={18} />, toast.offer ? 10_000 : 5_000);

export const toastInfo = (toast: Toast): string => show(toast, 'gray', <IconInfoCircle size={18} />, 5_000);

/** It failed; stays long enough to be read and acted on, and behind the bell. */
export function toastError(toast: Toast): string {
  const id = show(toast, 'red', <IconAlertTriangle size={18} />, 12_000);
  if (!toast.isNoticed) addNotice(errorNotice(id, toast));
  return id;
}

/** Something is under way; stays until it is dismissed or replaced. */
export const toastProgress = (toast: Toast): string => show(toast, 'blue', <IconLoader2 size={18} />, false);

/** Stays until it is answered. */
export const toastQuestion = (toast: Toast): string => show(toast, 'blue', <IconInfoCircle size={18} />, false);

/** Whether a toast is on screen. */
export const isToastShown = (id: string): boolean =>
  notificationsStore.getState().notifications.some((toast) => toast.id === id);

/** An error of a call, by its title or else its text. */
function errorNotice(id: string, { title, message }: Toast) {
  const text = typeof message === 'string' ? message : null;
  return {
    id,
    kind: 'error' as const,
    title: title ?? text ?? 'An error',
    text: title === undefined ? null : text,
    to: null,
  };
}

let renewals = 0;

function show(
  { title, message, offer, id: wantedId }: Toast,
  color: string,
  icon: ReactNode,
  closesAfterMs: number | false,
): string {
  // Mantine restarts the countdown only where the time is another one.
  const autoClose = closesAfterMs && closesAfterMs + (renewals++ % 2);
  const isRenewed = wantedId !== undefined && isToastShown(wantedId);
  const { notifications: shown } = notificationsStore.getState();
  if (!isRenewed && shown.length >= MAX_TOASTS) notifications.hide(shown[0]?.id ?? '');
  const data = { title, color, icon, autoClose, withBorder: true, closeButtonProps: { 'aria-label': 'Dismiss' } };
  const content = (
    <>
      <span className={classes.text}>{message}</span>
      {offer && (
        <Button
          size="compact-sm"
          variant="default"
          mt={6}
          display="block"
          onClick={() => {
            notifications.hide(id);
            offer.act();
          }}
        >
          {offer.label}
        </Button>
      )}
    </>
  );
  if (isRenewed) notifications.update({ ...data, id: wantedId, message: content });
  const id = isRenewed ? wantedId : notifications.show({ ...data, id: wantedId, message: content });
  return id;
}
