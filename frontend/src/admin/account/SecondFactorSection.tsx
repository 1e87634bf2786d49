import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toFailure } from '../../api/failure';
import { recheckSession } from '../../api/session';
import { RelativeTime } from '../../components/RelativeTime';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';
import { useReturnFocus } from '../../ui/useReturnFocus';
import type { FactorAct } from './SecondFactorDialog';
import classes from './second-factor.module.css';
import { factorKey, factorQuery } from './second-factor-calls';

const SecondFactorDialog = loadable(() => import('./SecondFactorDialog').then((module) => module.SecondFactorDialog));

/** Whether signing in takes a code as well, and what can be done about it. */
export function SecondFactorSection({ user }: { user: CurrentUser }) {
  const queryClient = useQueryClient();
  const [act, setAct] = useState<FactorAct | null>(null);
  const { data, error, refetch } = useQuery(factorQuery());
  useReturnFocus(act !== null);
  const close = () => setAct(null);
  const done = () => {
    close();
    void queryClient.invalidateQueries({ queryKey: factorKey() });
    void recheckSession(queryClient);
  };
  return (
    <Section
      title="Two-step sign-in"
      aside={data && <Tag tone={data.since === null ? 'neutral' : 'success'}>{data.since === null ? 'Off' : 'On'}</Tag>}
    >
      {data ? (
        <FactorState {...data} onAct={setAct} />
      ) : error ? (
        <ErrorPanel title="Its state could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
      ) : (
        <RowSkeletons rows={2} label="Loading the state of two-step sign-in" />
      )}
      <DialogBoundary opened={[act]} onClose={close}>
        {act && <SecondFactorDialog act={act} user={user} onDone={done} onClose={close} />}
      </DialogBoundary>
    </Section>
  );
}

interface StateProps {
  since: string | null;
  recoveryCodes: number;
  isDemanded: boolean;
  onAct: (act: FactorAct) => void;
}

function FactorState({ since, recoveryCodes, isDemanded, onAct }: StateProps) {
  if (since === null) {
    return (
      <div className={classes.section}>
        <p className={classes.lead}>
          Signing in can take a code from an authenticator app as well, so that your password alone is not enough.
        </p>
        <div>
          <Button onClick={() => onAct('setUp')}>Set up</Button>
        </div>
      </div>
    );
  }
  return (
    <div className={classes.section}>
      <p className={classes.lead}>
        Set up <RelativeTime at={since} />. Signing in takes a code from your authenticator app, or one of{' '}
        {recoveryCodes === 1 ? '1 recovery code' : `${recoveryCodes} recovery codes`} that you have not used.
      </p>
      {isDemanded && (
        <p className={classes.lead}>This server demands it of your role: turned off, it must be set up again.</p>
      )}
      <Group gap="xs">
        <Button variant="default" onClick={() => onAct('renewRecoveryCodes')}>
          New recovery codes
        </Button>
        <Button variant="default" onClick={() => onAct('turnOff')}>
          Turn off
        </Button>
      </Group>
    </div>
  );
}
