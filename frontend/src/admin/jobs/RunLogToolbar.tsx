import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { messageText } from '@job-manager/shared/message-text';
import { Button } from '@mantine/core';
import { IconDownload, IconExclamationCircle } from '@tabler/icons-react';
import { messagesFile } from '../../api/message-queries';
import { CopyButton } from '../../ui/CopyButton';
import type { LogFilter } from './log-search';
import classes from './RunLog.module.css';
import type { LogDisplay } from './useLogDisplay';

interface Props {
  run: JobRun;
  /** What the filter leaves. */
  shown: readonly JobRunMessage[];
  filter: LogFilter;
  counts: Record<LogFilter, number>;
  display: LogDisplay;
  onFilter: (filter: LogFilter) => void;
  onFirstError: () => void;
}

/** On screen they are in the reader's zone, which is named there. */
const TIMES_IN_UTC = 'With times in UTC';

const filters: { filter: LogFilter; label: string }[] = [
  { filter: 'all', label: 'All' },
  { filter: 'problems', label: 'Warnings and errors' },
  { filter: 'errors', label: 'Errors' },
];

/** Which lines are shown, and what can be done with them. */
export function RunLogToolbar({ run, shown, filter, counts, display, onFilter, onFirstError }: Props) {
  return (
    <div className={classes.toolbar}>
      <fieldset className={classes.filters}>
        <legend className="visually-hidden">Which messages are shown</legend>
        {filters.map((choice) => (
          <button
            key={choice.filter}
            type="button"
            className={classes.filter}
            aria-pressed={filter === choice.filter}
            onClick={() => onFilter(choice.filter)}
          >
            {choice.label} <span className="tabular">{counts[choice.filter].toLocaleString('en')}</span>
          </button>
        ))}
      </fieldset>
      <div className={classes.tools}>
        <Toggle label="Wrap" hint="Wrap long lines" isOn={display.isWrapped} onToggle={display.toggleWrap} />
        <Toggle
          label="Since start"
          hint="Times since the run began"
          isOn={display.isRelative}
          onToggle={display.toggleRelative}
        />
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconExclamationCircle size={16} />}
          disabled={counts.errors === 0}
          onClick={onFirstError}
        >
          First error
        </Button>
        <CopyButton
          text={() => shown.map(messageText).join('\n')}
          label="Copy"
          size="compact-sm"
          description="Copy the messages shown"
          title={TIMES_IN_UTC}
        />
        <Button
          component="a"
          href={messagesFile(run.id)}
          download
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={16} />}
          aria-label="Download all messages"
          title={TIMES_IN_UTC}
        >
          Download
        </Button>
      </div>
    </div>
  );
}

interface ToggleProps {
  label: string;
  hint: string;
  isOn: boolean;
  onToggle: () => void;
}

function Toggle({ label, hint, isOn, onToggle }: ToggleProps) {
  return (
    <button type="button" className={classes.filter} aria-pressed={isOn} title={hint} onClick={onToggle}>
      {label}
    </button>
  );
}
