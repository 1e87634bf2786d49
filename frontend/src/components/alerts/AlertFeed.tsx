import { Anchor } from '@mantine/core';
import { IconBellCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';
import { Pending } from '../Pending';
import { RelativeTime } from '../RelativeTime';
import classes from './AlertFeed.module.css';
import { api } from './calls';
import { incidentLook } from './severity';

const SHOWN = 10;

/** The newest incidents, open ones first. */
export function AlertFeed() {
  const query = useQuery(api.incidents.queryOptions({ input: { limit: SHOWN }, refetchInterval: 60_000 }));
  const { data } = query;
  return (
    <Section
      title="Alerts"
      actions={
        <Anchor component={Link} to={paths.alerts} size="sm">
          All incidents
        </Anchor>
      }
    >
      {data === undefined ? (
        <Pending query={query} what="Alerts" rows={3} />
      ) : data.incidents.length === 0 ? (
        <EmptyState icon={IconBellCheck} title="No incidents" text="What goes wrong from now on is listed here." />
      ) : (
        <ul className={classes.feed}>
          {data.incidents.map((incident) => (
            <li key={incident.id}>
              <Tag tone={incidentLook(incident).tone}>{incidentLook(incident).label}</Tag>
              <Anchor component={Link} to={paths.incident(incident.id)} className={classes.title}>
                {incident.title}
              </Anchor>
              <RelativeTime at={incident.closedAt ?? incident.openedAt} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
