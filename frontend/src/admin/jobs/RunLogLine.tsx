import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { MessageLevel } from '@job-manager/shared/message';
import { IconAlertTriangle, IconExclamationCircle, IconInfoCircle, type TablerIcon } from '@tabler/icons-react';
import { type MouseEvent, memo } from 'react';
import { Link, useLocation } from 'react-router-dom';
import { formatClock, formatDay, formatPreciseTime, withZone } from '../../lib/date-time';
import { formatSince } from '../../lib/duration';
import { dataText } from './log-search';
import classes from './RunLog.module.css';

interface Props {
  line: JobRunMessage;
  /** The first line shown of its attempt, where another comes before it. */
  startsAttempt: boolean;
  /** The first line shown, or the first of another day. */
  startsDay: boolean;
  pattern: RegExp | null;
  isMarked: boolean;
  isOpen: boolean;
  onToggle: (seq: number) => void;
  /** Times count from here; null for the time of day. */
  since: string | null;
  onLink: (seq: number) => void;
}

const levelAppearance = {
  INFO: { label: 'Info', icon: IconInfoCircle },
  WARN: { label: 'Warning', icon: IconAlertTriangle },
  ERROR: { label: 'Error', icon: IconExclamationCircle },
} as const satisfies Record<MessageLevel, { label: string; icon: TablerIcon }>;

/** One message: its number, when, how grave, what. */
export const RunLogLine = memo(function RunLogLine(props: Props) {
  const { line, startsAttempt, startsDay, pattern, isMarked, since } = props;
  const { label, icon: Icon } = levelAppearance[line.level];
  return (
    <>
      {startsDay && <p className={classes.day}>{withZone(formatDay(line.at), line.at)}</p>}
      {startsAttempt && <p className={classes.attempt}>Attempt {line.attempt}</p>}
      <div className={classes.line} data-level={line.level} data-marked={isMarked || undefined}>
        <LineNumber {...props} />
        <time className={classes.time} dateTime={line.at} title={withZone(formatPreciseTime(line.at), line.at)}>
          {since === null ? formatClock(line.at) : formatSince(Date.parse(line.at) - Date.parse(since))}
        </time>
        <span className={classes.level}>
          <Icon size={14} aria-hidden />
          {label}
        </span>
        <div className={classes.text}>
          {line.source === 'SYSTEM' && <span className={classes.system}>Job Manager</span>}
          <bdi>
            <Highlighted text={line.message} pattern={pattern} />
          </bdi>
          {line.data !== null && <LineData {...props} />}
        </div>
      </div>
    </>
  );
});

/** The address of the line: to be copied, or opened elsewhere; a press marks the line and puts it into this address. */
function LineNumber({ line: { seq }, onLink }: Pick<Props, 'line' | 'onLink'>) {
  const { pathname, search } = useLocation();
  const query = new URLSearchParams(search);
  query.set('line', String(seq));
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onLink(seq);
  };
  return (
    // Thousands of lines would be thousands of tab stops; the search and "First error" lead to a line by keyboard.
    <Link to={`${pathname}?${query}`} tabIndex={-1} className={classes.number} onClick={follow}>
      <span className="visually-hidden">Line </span>
      {seq}
    </Link>
  );
}

/** Data is folded, but what was searched for and stands there alone is shown. */
function LineData({ line, pattern, isOpen, onToggle }: Pick<Props, 'line' | 'pattern' | 'isOpen' | 'onToggle'>) {
  const text = dataText(line);
  const isFound = pattern !== null && !pattern.test(line.message) && pattern.test(text);
  return (
    <>
      <button
        type="button"
        className={classes.dataToggle}
        aria-expanded={isOpen || isFound}
        aria-label={`Data of line ${line.seq}`}
        onClick={() => onToggle(line.seq)}
      >
        {'{…}'}
      </button>
      {(isOpen || isFound) && (
        <pre className={classes.data}>
          <Highlighted text={text} pattern={pattern} />
        </pre>
      )}
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
