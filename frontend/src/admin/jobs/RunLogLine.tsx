import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { MessageLevel } from '@job-manager/shared/message';
import { IconAlertTriangle, IconExclamationCircle, IconInfoCircle, type TablerIcon } from '@tabler/icons-react';
import { memo } from 'react';
import { formatClock, formatPreciseTime } from '../../lib/date-time';
import classes from './RunLog.module.css';

interface Props {
  line: JobRunMessage;
  /** The first line shown of its attempt, where another comes before it. */
  startsAttempt: boolean;
  pattern: RegExp | null;
  isMarked: boolean;
  isOpen: boolean;
  onToggle: (seq: number) => void;
}

const levelLook = {
  INFO: { label: 'Info', icon: IconInfoCircle },
  WARN: { label: 'Warning', icon: IconAlertTriangle },
  ERROR: { label: 'Error', icon: IconExclamationCircle },
} as const satisfies Record<MessageLevel, { label: string; icon: TablerIcon }>;

/** One message: its number, when, how grave, what. */
export const RunLogLine = memo(function RunLogLine({ line, startsAttempt, pattern, isMarked, ...data }: Props) {
  const { label, icon: Icon } = levelLook[line.level];
  return (
    <>
      {startsAttempt && <p className={classes.attempt}>Attempt {line.attempt}</p>}
      <div className={classes.line} data-level={line.level} data-marked={isMarked || undefined}>
        <span className={classes.number}>{line.seq}</span>
        <time className={classes.time} dateTime={line.at} title={formatPreciseTime(line.at)}>
          {formatClock(line.at)}
        </time>
        <span className={classes.level}>
          <Icon size={14} aria-hidden />
          {label}
        </span>
        <div className={classes.text}>
          {line.source === 'SYSTEM' && <span className={classes.system}>Job Manager</span>}
          <Highlighted text={line.message} pattern={pattern} />
          {line.data !== null && <LineData line={line} {...data} />}
        </div>
      </div>
    </>
  );
});

function LineData({ line, isOpen, onToggle }: Pick<Props, 'line' | 'isOpen' | 'onToggle'>) {
  return (
    <>
      <button
        type="button"
        className={classes.dataToggle}
        aria-expanded={isOpen}
        aria-label={`Data of line ${line.seq}`}
        onClick={() => onToggle(line.seq)}
      >
        {'{…}'}
      </button>
      {isOpen && <pre className={classes.data}>{JSON.stringify(line.data, null, 2)}</pre>}
    </>
  );
}

function Highlighted({ text, pattern }: { text: string; pattern: RegExp | null }) {
  if (pattern === null || !pattern.test(text)) return text;
  const parts = text.split(new RegExp(`(${pattern.source})`, 'giu'));
  // Every second part is what was searched for.
  return parts.map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name
    index % 2 === 1 ? <mark key={index}>{part}</mark> : part,
  );
}
