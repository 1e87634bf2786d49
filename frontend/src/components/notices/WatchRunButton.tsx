import { ActionIcon } from '@mantine/core';
import { IconBell, IconBellFilled } from '@tabler/icons-react';
import { useWatchedRun } from './watched-runs';

/** Announces the end of one run, whatever the preferences are; survives a reload. */
export function WatchRunButton({ run }: { run: { id: string; jobName: string } }) {
  const { isWatched, setWatched } = useWatchedRun(run.id);
  const Icon = isWatched ? IconBellFilled : IconBell;
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={`Notify me when ${run.jobName} #${run.id} ends`}
      aria-pressed={isWatched}
      title={isWatched ? 'Notifies you when it ends (w)' : 'Notify me when this ends (w)'}
      data-key="w"
      onClick={() => setWatched(!isWatched)}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}
