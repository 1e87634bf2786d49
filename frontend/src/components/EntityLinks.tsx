import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useCan } from '../api/session';
import { paths } from '../paths';
import { HoverCard } from '../ui/HoverCard';
import { loadable } from '../ui/loadable';
import { RunnerName } from './RunnerName';

const JobCard = loadable(() => import('./JobCard').then((module) => module.JobCard));
const RunnerCard = loadable(() => import('./RunnerCard').then((module) => module.RunnerCard));

interface Props {
  to: string;
  /** Its name where its parts would be read as several words. */
  label?: string;
  children: ReactNode;
}

const EntityLink = ({ to, label, children }: Props) => (
  <Anchor component={Link} to={to} inherit aria-label={label}>
    {children}
  </Anchor>
);

/** A job by its name, leading to its page; a card beside it has its state and its last result. */
export const JobLink = ({ jobName }: { jobName: string }) => (
  <HoverCard label={`Job ${jobName}`} card={<JobCard jobName={jobName} />}>
    <EntityLink to={paths.definition(jobName)}>{jobName}</EntityLink>
  </HoverCard>
);

/** A channel by its name, leading to its page. */
export const ChannelLink = ({ channel }: { channel: string }) => (
  <EntityLink to={paths.channel(channel)}>{channel}</EntityLink>
);

/** A schedule by its name, leading to its page. */
export const ScheduleLink = ({ id, name }: { id: string; name: string }) => (
  <EntityLink to={paths.schedule(id)}>{name}</EntityLink>
);

/** A batch by its name, leading to its page. */
export const BatchLink = ({ id, name }: { id: string; name: string }) => (
  <EntityLink to={paths.batch(id)}>{name}</EntityLink>
);

/** A runner as `host:pid`, leading to its card on the Runners page; a card beside it has its state. */
export const RunnerLink = ({ name }: { name: string }) => (
  <HoverCard label={`Runner ${name}`} card={<RunnerCard name={name} />}>
    <EntityLink to={paths.runner(name)} label={name}>
      <RunnerName name={name} />
    </EntityLink>
  </HoverCard>
);

/** A runner as `host:pid`, leading to its page; where the page around has its state already. */
export const RunnerPageLink = ({ id, name }: { id: string; name: string }) => (
  <EntityLink to={paths.runnerPage(id)} label={name}>
    <RunnerName name={name} />
  </EntityLink>
);

/** A person by their address, leading to what they did; plain text for those who may not see that. */
export const PersonLink = ({ email }: { email: string }) => <ActorLink actor={email}>{email}</ActorLink>;

/** An API token by its name, leading to what was done with it; plain text for those who may not see that. */
export const TokenLink = ({ name }: { name: string }) => (
  <ActorLink actor={`token ${name}`}>API token {name}</ActorLink>
);

/** The actor of an audit entry: `children` is what they are called here. */
export function ActorLink({ actor, children }: { actor: string; children: ReactNode }) {
  const mayViewAudit = useCan('viewAudit');
  return mayViewAudit ? <EntityLink to={paths.auditOf(actor)}>{children}</EntityLink> : <bdi>{children}</bdi>;
}
