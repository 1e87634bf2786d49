import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './EmptyState.module.css';

interface Cause {
  details: string;
  /** What the server's log calls the call that failed. */
  requestId?: string;
}

interface Props {
  title: string;
  details: string | Cause;
  onRetry?: () => void;
  /** The label of the button. */
  retry?: string;
}

/** In place of something that could not be shown. */
export function ErrorPanel({ title, details: given, onRetry, retry = 'Retry' }: Props) {
  const cause: Cause = typeof given === 'string' ? { details: given } : given;
  return (
    <div className={classes.panel} role="alert">
      <span className={classes.icon} data-tone="failed" aria-hidden>
        <IconAlertTriangle size={22} />
      </span>
      <p className={classes.title}>{title}</p>
      <p className={classes.text}>{cause.details}</p>
      <div className={classes.acts}>
        {onRetry && (
          <Button variant="default" onClick={onRetry}>
            {retry}
          </Button>
        )}
        {cause.requestId && <CopyDetails title={title} cause={cause} />}
      </div>
    </div>
  );
}

/** For inspection: what failed where and when, and what the server's log has of it. */
function CopyDetails({ title, cause }: { title: string; cause: Cause }) {
  const [isCopied, setCopied] = useState(false);
  // Most visits copy nothing: the code comes with the click, from a server that has answered.
  const copy = async () => {
    const { copyText } = await import('../lib/clipboard');
    const at = [`Request ${cause.requestId}`, window.location.href, new Date().toISOString()];
    setCopied(await copyText([title, cause.details, ...at].join('\n')));
  };
  return (
    <Button variant="subtle" color="gray" onClick={() => void copy()}>
      {isCopied ? 'Copied' : 'Copy details'}
    </Button>
  );
}
