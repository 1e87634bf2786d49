import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { channelsQuery } from './calls';
import { useChannelActs } from './useChannelActs';

/** Resumes a channel that is paused; nothing where it goes on by now. */
export function ResumeChannel({ name }: { name: string }) {
  const { data } = useQuery(channelsQuery());
  const { resume } = useChannelActs();
  const channel = data?.find((listed) => listed.name === name && listed.paused !== null);
  if (channel === undefined) return null;
  return (
    <Button variant="default" size="compact-sm" aria-label={`Resume ${name}`} onClick={() => resume(channel)}>
      Resume
    </Button>
  );
}
