import { Button } from '@mantine/core';
import { notifications, notificationsStore } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
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
}

/** More would cover the page. Nothing waits for its turn: a toast that comes late is no news. */
export const MAX_TOASTS = 5;

/** It worked. Answers the toast's id. */
export const toastSuccess = (toast: Toast): string => show(toast, 'teal', <IconCheck size={18} />, 5_000);

export const toastInfo = (toast: Toast): string => show(toast, 'gray', <IconInfoCircle size={18} />, 5_000);

/** It failed; stays long enough to be read and acted on. */
export const toastError = (toast: Toast): string => show(toast, 'red', <IconAlertTriangle size={18} />, 12_000);

/** Stays until it is answered. */
export const toastQuestion = (toast: Toast): string => show(toast, 'blue', <IconInfoCircle size={18} />, false);

interface Group<Item> {
  /** So many stand on screen by themselves. */
  max: number;
  /** Shows one toast about items that came together, and answers its id. */
  showSome(items: readonly Item[]): string;
  /** Shows or renews the toast about all that came since; `latest` are the last few of them. */
  showMore(id: string, count: number, latest: readonly Item[]): void;
}

const LATEST_KEPT = 3;

/** Toasts of a kind that may come faster than they can be read: what finds no place of its own is added up in one. */
export function createToastGroup<Item>(name: string, { max, showSome, showMore }: Group<Item>) {
  const moreId = `${name}: more`;
  let own: string[] = [];
  let more = { count: 0, latest: [] as Item[] };
  return (items: readonly Item[]): void => {
    if (items.length === 0) return;
    own = own.filter(isShown);
    if (own.length < max && !isShown(moreId)) {
      more = { count: 0, latest: [] };
      own.push(showSome(items));
      return;
    }
    if (!isShown(moreId)) more = { count: 0, latest: [] };
    more = { count: more.count + items.length, latest: [...more.latest, ...items].slice(-LATEST_KEPT) };
    showMore(moreId, more.count, more.latest);
  };
}

const isShown = (id: string): boolean => notificationsStore.getState().notifications.some((toast) => toast.id === id);

let renewals = 0;

function show(
  { title, message, offer, id: wantedId }: Toast,
  color: string,
  icon: ReactNode,
  closesAfterMs: number | false,
): string {
  // Mantine counts anew only where the time is another one.
  const autoClose = closesAfterMs && closesAfterMs + (renewals++ % 2);
  const isRenewed = wantedId !== undefined && isShown(wantedId);
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
