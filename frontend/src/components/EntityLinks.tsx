import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { paths } from '../paths';

interface Props {
  to: string;
  children: ReactNode;
}

const EntityLink = ({ to, children }: Props) => (
  <Anchor component={Link} to={to} inherit>
    {children}
  </Anchor>
);

/** A job by its name, leading to its page. */
export const JobLink = ({ jobName }: { jobName: string }) => (
  <EntityLink to={paths.definition(jobName)}>{jobName}</EntityLink>
);

/** A channel by its name, leading to its page. */
export const ChannelLink = ({ channel }: { channel: string }) => (
  <EntityLink to={paths.channel(channel)}>{channel}</EntityLink>
);

/** A schedule by its name, leading to its page. */
export const ScheduleLink = ({ id, name }: { id: string; name: string }) => (
  <EntityLink to={paths.schedule(id)}>{name}</EntityLink>
);
