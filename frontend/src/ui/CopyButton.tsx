import { Button } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { copyText } from '../lib/clipboard';
import { toastError } from './toast';

interface Props {
  text: string;
  label: string;
  size?: 'compact-sm' | 'sm';
  /** For screen readers, where the label alone is not enough. */
  description?: string;
}

/** Copies, and says for a moment that it did. */
export function CopyButton({ text, label, size = 'sm', description }: Props) {
  const [isCopied, setCopied] = useState(false);
  const { start } = useTimeout(() => setCopied(false), 2_000);
  const copy = async () => {
    if (!(await copyText(text))) return toastError({ message: `Could not copy. The text is: ${text}` });
    setCopied(true);
    start();
  };
  return (
    <Button
      variant="default"
      size={size}
      leftSection={isCopied ? <IconCheck size={16} /> : <IconCopy size={16} />}
      aria-label={isCopied ? undefined : description}
      onClick={() => void copy()}
    >
      {isCopied ? 'Copied' : label}
    </Button>
  );
}
