import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import classes from './EmptyState.module.css';

interface Props {
  title: string;
  details: string;
  onRetry?: () => void;
  /** What the button says. */
  retry?: string;
}

/** In place of something that could not be shown. */
export function ErrorPanel({ title, details, onRetry, retry = 'Retry' }: Props) {
  return (
    <div className={classes.panel} role="alert">
      <span className={classes.icon} data-tone="failed" aria-hidden>
        <IconAlertTriangle size={22} />
      </span>
      <p className={classes.title}>{title}</p>
      <p className={classes.text}>{details}</p>
      {onRetry && (
        <Button variant="default" onClick={onRetry} mt={8}>
          {retry}
        </Button>
      )}
    </div>
  );
}
