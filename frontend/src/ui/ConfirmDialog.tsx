import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ConfirmDialog.module.css';
import { ErrorMessage } from './ErrorMessage';
import { useIsPhone } from './useIsPhone';

interface Props {
  title: string;
  /** The subject, where the title can't name it. */
  subject?: string;
  /** What will happen, and any field it needs. */
  children: ReactNode;
  confirm: string;
  /** Holds a long form: wider, and as large as a phone. */
  isLarge?: boolean;
  /** What it does can't be undone, or takes something away. */
  isDangerous?: boolean;
  isPending: boolean;
  /** Holds typed text: a click beside the dialog does not close it. */
  isChanged?: boolean;
  /** Why it was refused; the dialog stays, to try again or give up. */
  errorText: string | null;
  onConfirm: () => void;
  onClose: () => void;
  /** Cancel, where giving up is more than closing. */
  onGiveUp?: () => void;
}

/** Confirms before something is done, and stays until it is. Show it only while it is open. */
export function ConfirmDialog(props: Props) {
  const { title, subject, children, confirm, isDangerous = false, isPending, isChanged = false, errorText } = props;
  const { isLarge = false, onConfirm, onClose, onGiveUp = onClose } = props;
  const isPhone = useIsPhone();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      returnFocus={false}
      closeOnClickOutside={!isChanged}
      centered
      size={isLarge ? '52rem' : undefined}
      fullScreen={isLarge && isPhone}
    >
      <form
        className={classes.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // React hands it on to the form that the dialog was opened from, which would send itself.
          event.stopPropagation();
          onConfirm();
        }}
      >
        {subject !== undefined && <p className={classes.subject}>{subject}</p>}
        {children}
        {errorText !== null && <ErrorMessage>{errorText}</ErrorMessage>}
        <Group justify="flex-end" gap="xs" className={classes.acts}>
          {/* Unless a field comes before it: a hasty Enter should do nothing that can't be undone. */}
          <Button variant="default" onClick={onGiveUp} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" color={isDangerous ? 'red' : undefined} loading={isPending}>
            {confirm}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
