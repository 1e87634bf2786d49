import { Button } from '@mantine/core';

interface Props {
  /** The name of the channel or job. */
  name: string;
  isPaused: boolean;
  onPause: () => void;
  onResume: () => void;
  /** In the head of a page, where the buttons beside it are larger. */
  size?: 'sm' | 'compact-sm';
}

/** Pauses a job or channel, after a question for the reason, or resumes it; `P` presses it. */
export function PauseButton({ name, isPaused, onPause, onResume, size = 'compact-sm' }: Props) {
  const act = isPaused ? 'Resume' : 'Pause';
  return (
    <Button
      variant="default"
      size={size}
      aria-label={`${act} ${name}`}
      data-key="P"
      onClick={isPaused ? onResume : onPause}
    >
      {isPaused ? act : `${act}…`}
    </Button>
  );
}
