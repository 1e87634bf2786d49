import { Button, type ButtonProps } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { copyText } from '../lib/clipboard';
import { toastError } from './toast';

interface Props {
  /** A long text is better made when it is wanted. */
  text: string | (() => string);
  label: string;
  size?: 'compact-sm' | 'sm';
  /** For screen readers, where the label alone is not enough. */
  description?: string;
  /** On hover. */
  title?: string;
  /** The key that presses it. */
  shortcut?: string;
  /** The label is for screen readers alone. */
  isIconOnly?: boolean;
}

const SHOWN_INSTEAD = 200;

const refusalOf = (text: string): string =>
  text.length > SHOWN_INSTEAD ? 'The browser refused to copy the text.' : `Could not copy. The text is: ${text}`;

/** What makes a button with an icon as wide as that; its label stays for screen readers. */
export const iconOnly = {
  px: 'xs',
  classNames: { label: 'visually-hidden' },
  styles: { section: { margin: 0 } },
} satisfies Partial<ButtonProps>;

/** Copies, and shows for a moment that it did. */
export function CopyButton({ text, label, size = 'sm', description, title, shortcut, isIconOnly }: Props) {
  const [isCopied, setCopied] = useState(false);
  const { start } = useTimeout(() => setCopied(false), 2_000);
  const copy = async () => {
    const wanted = typeof text === 'string' ? text : text();
    if (!(await copyText(wanted))) return toastError({ message: refusalOf(wanted) });
    setCopied(true);
    start();
  };
  return (
    <Button
      variant="default"
      size={size}
      {...(isIconOnly ? iconOnly : {})}
      title={title ?? (shortcut && `${label} (${shortcut})`)}
      data-key={shortcut}
      leftSection={isCopied ? <IconCheck size={16} /> : <IconCopy size={16} />}
      aria-label={isCopied ? undefined : description}
      onClick={() => void copy()}
    >
      {isCopied ? 'Copied' : label}
    </Button>
  );
}
