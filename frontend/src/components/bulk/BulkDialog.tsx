import type { BulkOperation, BulkPreview } from '@job-manager/shared/contract/bulk';
import { limits } from '@job-manager/shared/limits';
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type BulkRequest, beginBulk, bulkPreviewQuery } from '../../api/bulk-queries';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { spellRuns } from '../../lib/spell-runs';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { RelativeTime } from '../RelativeTime';
import { statusAppearance } from '../status';
import { bulkActs } from './acts';
import classes from './BulkDialog.module.css';
import { followOperation } from './follow-operation';
import { Grace } from './Grace';
import { FirstRuns, RunsByJob } from './PreviewLists';

interface Props {
  request: BulkRequest;
  title?: string;
  /** Which runs they are. */
  subject?: string;
  /** Nothing is done where it can't be done to all of them. */
  isAllOrNone?: boolean;
  onClose: () => void;
  onDone?: () => void;
  /** When all of them are dealt with. */
  onEnd?: (operation: BulkOperation) => void;
}

/** Beyond it the number has to be typed, where the act can't be undone. */
const MAX_UNTYPED = 20;

/** Shows which runs an act on many would touch, and starts it on exactly these; a toast follows it from there. */
export function BulkDialog(props: Props) {
  const { request: first, title, subject, isAllOrNone = false, onClose, onDone, onEnd } = props;
  const [request, setRequest] = useState(first);
  // With the first part of the runs: it is done also where the reader leaves the rest alone.
  const [hasBegun, setBegun] = useState(false);
  const leave = () => {
    onClose();
    if (hasBegun) onDone?.();
  };
  const { verb, isDangerous } = bulkActs[request.action];
  const { data: preview, error } = useQuery(bulkPreviewQuery(request));
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [isRefused, setRefused] = useState(false);
  const hasGap = isAllOrNone && preview !== undefined && preview.cannot.length > 0;
  const total = hasGap ? 0 : (preview?.total ?? 0);
  const rest = preview?.rest ?? null;
  const goOn = (times: NonNullable<BulkPreview['rest']>) => {
    setTyped('');
    setRefused(false);
    setRequest({ ...request, filter: { ...request.filter, ...times } });
  };
  const wanted = wantedText(request, isDangerous ? total : 0);
  const isTyped = wanted === null || typed.replace(/[\s,.]/g, '') === wanted;
  const {
    mutate,
    isPending,
    error: refused,
  } = useAction({
    mutationFn: beginBulk,
    onSuccess: (operation) => {
      followOperation(operation, onEnd);
      if (rest === null) {
        onClose();
        onDone?.();
        return;
      }
      setBegun(true);
      goOn(rest);
    },
  });
  const confirm = () => {
    if (preview === undefined) return;
    if (total === 0 && rest !== null) goOn(rest);
    else if (total === 0) leave();
    else if (isTyped) mutate({ token: preview.token, ...(reason.trim() && { reason: reason.trim() }) });
    else setRefused(true);
  };
  const failure = refused ?? error;
  const errorText = failure ? toFailure(failure).details : hasGap ? 'It can be done to all of them only.' : null;
  const name = preview ? `${verb} ${spellRuns(total)}` : `${verb} runs`;
  return (
    <ConfirmDialog
      title={title ?? name}
      subject={subject}
      confirm={preview && total === 0 ? (rest === null ? 'Close' : 'Search further back') : name}
      isDangerous={isDangerous && total > 0}
      isPending={isPending || (preview === undefined && error === null)}
      isChanged={typed !== '' || reason !== ''}
      errorText={errorText}
      onConfirm={confirm}
      onClose={leave}
    >
      {preview && <Touched request={request} preview={{ ...preview, total }} />}
      {request.action === 'forceFail' && total > 0 && (
        <Grace graceMs={request.graceMs} onChange={(graceMs) => setRequest({ ...request, graceMs })} />
      )}
      {total > 0 && (
        <TextInput
          label="Reason (optional)"
          description="Kept with the operation and in the audit log"
          value={reason}
          maxLength={limits.reasonChars}
          autoComplete="off"
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {total > 0 && wanted !== null && (
        <TextInput
          label={`Type ${wanted} to confirm`}
          value={typed}
          autoComplete="off"
          error={isRefused && !isTyped ? `Type ${wanted}` : null}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
      )}
    </ConfirmDialog>
  );
}

/** What has to be typed: the channel that is emptied, or the number of many runs; null for nothing. */
function wantedText({ action, filter }: BulkRequest, total: number): string | null {
  if (action === 'purge') return filter?.channel ?? null;
  return total > MAX_UNTYPED ? String(total) : null;
}

/** Which of the runs that match are not among these, and how to go on with them. */
function Reach({ request, preview: { total, isCut, searchedBackTo, rest } }: Previewed) {
  if (searchedBackTo !== null)
    return (
      <p className={classes.text}>
        {total === 0 ? 'No run was found' : 'These were found'} back to <RelativeTime at={searchedBackTo} isPast />.
        Older runs were not looked at{total > 0 && ': they are looked for next, before anything is done with them'}.
      </p>
    );
  if (!isCut) return null;
  const most = limits.bulkRuns.toLocaleString('en');
  return (
    <p className={classes.text}>
      More match than the {most} that one operation takes: these are the oldest.{' '}
      {rest !== null
        ? 'The others are shown next, before anything is done with them.'
        : request.action === 'rerun'
          ? 'Narrow the time to have the others.'
          : 'Once it has ended, do it again for the others.'}
    </p>
  );
}

interface Previewed {
  request: BulkRequest;
  preview: BulkPreview;
}

function Touched({ request, preview }: Previewed) {
  const { total, byJob, byStatus, first, cannot } = preview;
  return (
    <>
      <p className={classes.text}>
        {total === 0 ? 'No run that matches can be changed.' : bulkActs[request.action].text}
      </p>
      {byStatus.length > 1 && (
        <p className={classes.text}>
          {byStatus
            .map(({ status, runs }) => `${runs.toLocaleString('en')} ${statusAppearance[status].label.toLowerCase()}`)
            .join(', ')}
        </p>
      )}
      <RunsByJob jobs={byJob} />
      {total > 0 && <FirstRuns runs={first} count={total} />}
      <Reach request={request} preview={preview} />
      {cannot.length > 0 && (
        <p className={classes.text}>
          Left alone: {cannot.map(({ reason, count }) => `${count.toLocaleString('en')} ${reason}`).join(', ')}.
        </p>
      )}
    </>
  );
}
