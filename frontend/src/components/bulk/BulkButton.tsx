import { Button, type ButtonProps } from '@mantine/core';
import { type ComponentProps, type ReactNode, useState } from 'react';
import type { BulkRequest } from '../../api/bulk-queries';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { useMayDo } from './useMayDo';

const BulkDialog = loadable(() => import('./BulkDialog').then((module) => module.BulkDialog));

interface Props
  extends ButtonProps,
    Pick<ComponentProps<typeof BulkDialog>, 'subject' | 'isAllOrNone' | 'onDone' | 'onEnd'> {
  /** Made when it is clicked: a range that ends now ends then. */
  request: () => BulkRequest;
  action: BulkRequest['action'];
  /** Of the dialog, where it isn't what the act is called. */
  heading?: string;
  /** Why the button is disabled. */
  title?: string;
  children: ReactNode;
  'aria-label'?: string;
  'data-key'?: string;
}

/** Confirms before something is done to many runs; nothing for those who may not. */
export function BulkButton({ request, action, heading, children, ...props }: Props) {
  const { subject, isAllOrNone, onDone, onEnd, ...button } = props;
  const may = useMayDo(action);
  const [opened, setOpened] = useState<BulkRequest | null>(null);
  useReturnFocus(opened !== null);
  if (!may) return null;
  const close = () => setOpened(null);
  return (
    <>
      <Button variant="default" size="compact-sm" {...button} onClick={() => setOpened(request())}>
        {children}
      </Button>
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened && (
          <BulkDialog request={opened} title={heading} onClose={close} {...{ subject, isAllOrNone, onDone, onEnd }} />
        )}
      </DialogBoundary>
    </>
  );
}
