import { Button, Group, Modal } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Banner } from './Banner';
import { CopyButton } from './CopyButton';
import classes from './ShownOnceDialog.module.css';

interface Props {
  title: string;
  /** Whose or which. */
  subject: string;
  /** What the secret is called: "password", "token". */
  noun: string;
  secret: string;
  /** How it is used. */
  children?: ReactNode;
  onDone: () => void;
}

/** A secret that is not shown again; no slip of the hand closes it. */
export function ShownOnceDialog({ title, subject, noun, secret, children, onDone }: Props) {
  return (
    <Modal
      opened
      onClose={onDone}
      title={title}
      size="lg"
      centered
      returnFocus={false}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <div className={classes.content}>
        <p className={classes.subject}>{subject}</p>
        <Banner icon={IconAlertTriangle} title={`Copy the ${noun} now`}>
          It is not shown again, and cannot be looked up.
        </Banner>
        <div className={classes.secret}>
          <code className={classes.text}>{secret}</code>
          <CopyButton text={secret} label="Copy" description={`Copy the ${noun}`} />
        </div>
        {children}
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </div>
    </Modal>
  );
}
