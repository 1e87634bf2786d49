import { Button } from '@mantine/core';
import classes from './WaitingChanges.module.css';

/** Lies over a list's upper edge: the note that rows wait must not move them either. */
export function WaitingChanges({ label, onShow }: { label: string; onShow: () => void }) {
  return (
    <div className={classes.waiting}>
      <Button size="compact-sm" radius="xl" className={classes.show} onClick={onShow}>
        {label}
      </Button>
    </div>
  );
}
