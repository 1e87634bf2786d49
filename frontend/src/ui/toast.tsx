import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Offer {
  label: string;
  act(): void;
}

interface Toast {
  title?: string;
  message: ReactNode;
  offer?: Offer;
  /** Toasts of one id are shown once at a time. */
  id?: string;
}

/** It worked. */
export const toastSuccess = (toast: Toast): void => show(toast, 'teal', <IconCheck size={18} />, 5_000);

export const toastInfo = (toast: Toast): void => show(toast, 'gray', <IconInfoCircle size={18} />, 5_000);

/** It failed; stays long enough to be read and acted on. */
export const toastError = (toast: Toast): void => show(toast, 'red', <IconAlertTriangle size={18} />, 12_000);

function show({ title, message, offer, id: wantedId }: Toast, color: string, icon: ReactNode, autoClose: number): void {
  const id = notifications.show({
    id: wantedId,
    title,
    color,
    icon,
    autoClose,
    withBorder: true,
    message: (
      <>
        {message}
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
    ),
    closeButtonProps: { 'aria-label': 'Dismiss' },
  });
}
