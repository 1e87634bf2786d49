import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { useCan } from '../../api/session';
import type { TickedRows } from '../../components/ticks';
import { CopyButton } from '../../ui/CopyButton';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { RerunDialog } from './RerunDialog';
import classes from './SelectionBar.module.css';

/** Each is read and queued by itself. */
const MAX_AT_ONCE = 100;

/** What can be done with the ticked runs of a list, below it. */
export function SelectionBar({ ticks }: { ticks: TickedRows }) {
  const mayRetry = useCan('retry');
  const [isAsking, setAsking] = useState(false);
  useReturnFocus(isAsking);
  const ids = [...ticks.ids];
  const close = () => setAsking(false);
  return (
    <section className={classes.bar} aria-label="Ticked runs">
      <span className={classes.count} aria-live="polite">
        {ids.length.toLocaleString('en')} chosen
      </span>
      {mayRetry && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRepeat size={16} />}
          disabled={ids.length > MAX_AT_ONCE}
          title={ids.length > MAX_AT_ONCE ? `At most ${MAX_AT_ONCE} at once` : undefined}
          onClick={() => setAsking(true)}
        >
          Re-run…
        </Button>
      )}
      <CopyButton text={() => ids.join('\n')} label="Copy ids" size="compact-sm" />
      <Button variant="subtle" color="gray" size="compact-sm" data-key="Escape" onClick={ticks.clear}>
        Clear
      </Button>
      <DialogBoundary opened={[isAsking]} onClose={close}>
        {isAsking && (
          <RerunDialog
            ids={ids}
            text="Each is queued anew with its parameters; the finished runs stay as they are."
            onClose={close}
            onDone={ticks.clear}
          />
        )}
      </DialogBoundary>
    </section>
  );
}
