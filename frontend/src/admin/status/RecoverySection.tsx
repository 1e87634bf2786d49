import { Button } from '@mantine/core';
import { IconEraser, IconUrgent } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useCan } from '../../api/session';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { Section } from '../../ui/Section';
import { useDialog } from '../../ui/useDialog';
import { EmergencyDialog } from './EmergencyDialog';
import classes from './RecoverySection.module.css';

/** What an operator can do when runs no longer help themselves; absent for those who may do none of it. */
export function RecoverySection() {
  const cleanUp = useCleanUpStalled();
  const isEmergencyAllowed = useCan('emergency');
  if (!cleanUp.open && !isEmergencyAllowed) return null;
  return (
    <Section title="Recovery">
      {cleanUp.open && (
        <Measure
          title="Clean up stalled jobs"
          text="Recovers runs whose runner is gone: each goes back to the queue while it has attempts left, and fails otherwise. The server does this by itself from time to time; here it is done now. Shows first which runs it would touch."
        >
          <Button variant="default" leftSection={<IconEraser size={16} />} onClick={cleanUp.open}>
            Clean Up Stalled
          </Button>
        </Measure>
      )}
      {isEmergencyAllowed && <DangerZone />}
      {cleanUp.dialog}
    </Section>
  );
}

function DangerZone() {
  const emergency = useDialog(EmergencyDialog);
  return (
    <section className={classes.danger} aria-label="Danger zone">
      <Measure
        title="Emergency cleanup"
        text="Fails all running jobs at once, in whatever state they are. Lists them first, and requires a typed confirmation."
      >
        <Button variant="outline" color="red" leftSection={<IconUrgent size={16} />} onClick={emergency.open}>
          Emergency cleanup
        </Button>
      </Measure>
      {emergency.dialog}
    </section>
  );
}

function Measure({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className={classes.measure}>
      <div className={classes.words}>
        <h3 className={classes.title}>{title}</h3>
        <p className={classes.text}>{text}</p>
      </div>
      {children}
    </div>
  );
}
