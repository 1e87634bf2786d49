import type { JobUIStatus } from '@job-manager/shared/run';
import type { CSSProperties, ReactNode } from 'react';
import { StatusMark } from '../../components/JobStatusBadge';
import { MessageCounts } from '../../components/MessageCounts';
import { RunPageLink } from '../../components/RunPageLink';
import { openRowOnClick } from '../../ui/row-click';
import classes from './ActiveRow.module.css';
import { AttentionBadge } from './AttentionBadge';
import type { ActiveRowProps } from './active-row';
import type { Attention } from './attention';

interface Props {
  /** What the row is drawn from. */
  of: ActiveRowProps;
  className?: string;
  status: JobUIStatus;
  children: ReactNode;
}

/** A row of the active list, however it is drawn: it comes and goes, can be ticked, and opens its run. */
export function ActiveRow({ of, className = '', status, children }: Props) {
  const { run, state, isFading, isTicked, onTick, onViewDetails, as: Row = 'li' } = of;
  const classNames = `${classes.row} ${className}`;
  if (state === 'empty') return <Row className={classNames} data-state="empty" aria-hidden />;
  return (
    <Row
      className={classNames}
      role={Row === 'div' ? 'listitem' : undefined}
      data-state={state}
      data-fading={isFading || undefined}
      data-run={run.id}
      data-ticked={isTicked || undefined}
      onClick={(event) => openRowOnClick(event, () => onViewDetails(run.id))}
    >
      {isTicked !== undefined && (
        <label className={classes.tick}>
          <input
            type="checkbox"
            data-key="x"
            aria-label={`Tick ${run.jobName} #${run.id}`}
            checked={isTicked}
            onChange={() => onTick?.(run.id)}
          />
        </label>
      )}
      <StatusMark status={status} />
      {children}
    </Row>
  );
}

interface TitleProps {
  of: ActiveRowProps;
  attention: Attention;
  children?: ReactNode;
}

/** The job and the id of a row's run, and its remarks. */
export function RowTitle({ of: { run, limits }, attention, children }: TitleProps) {
  return (
    <div className={classes.title}>
      <RunPageLink
        jobRunId={run.id}
        className={classes.name}
        title={run.jobName}
        style={{ '--name-length': run.jobName.length } as CSSProperties}
      >
        {run.jobName}
      </RunPageLink>
      <span className={classes.id}>#{run.id}</span>
      <MessageCounts run={run} />
      {attention !== null && <AttentionBadge run={run} attention={attention} limits={limits} />}
      {children}
    </div>
  );
}
