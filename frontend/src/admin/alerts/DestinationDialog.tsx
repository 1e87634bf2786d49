import type { DestinationKind } from '@job-manager/shared/alert-rules';
import type { AlertDestination } from '@job-manager/shared/contract/alerts/destinations';
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { currentOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { calls, refreshAlerts } from '../../components/alerts/calls';
import { ChangedNote, differencesOf } from '../../components/ChangedNote';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { ShownOnceDialog } from '../../ui/ShownOnceDialog';
import { toastSuccess } from '../../ui/toast';
import classes from './alerts.module.css';

interface Props {
  /** Null for a new one. */
  destination: AlertDestination | null;
  /** Why no e-mail can be sent now; null where it can. */
  emailProblem: string | null;
  onClose: () => void;
}

const kinds = [
  { value: 'EMAIL', label: 'E-mail' },
  { value: 'SLACK', label: 'Slack, or a chat that takes its webhooks' },
  { value: 'WEBHOOK', label: 'Webhook: signed JSON' },
];
const FIELDS = ['name', 'emails', 'url'] as const;

interface Values {
  name: string;
  kind: DestinationKind;
  emails: string;
  url: string;
  renewSecret: boolean;
}

interface Saved {
  destination: AlertDestination;
  secret: string | null;
}

/** Makes a destination, or changes one, and shows a new secret this once. */
export function DestinationDialog({ destination, emailProblem, onClose }: Props) {
  const [made, setMade] = useState<Saved | null>(null);
  if (made?.secret)
    return (
      <ShownOnceDialog
        title="Secret of the webhook"
        subject={made.destination.name}
        noun="secret"
        secret={made.secret}
        onDone={onClose}
      >
        <p>
          Each message carries <code>x-job-manager-timestamp</code> and <code>x-job-manager-signature</code>:{' '}
          <code>v1=</code> and the HMAC-SHA256 of the timestamp, a dot and the body, in hex.
        </p>
      </ShownOnceDialog>
    );
  return (
    <DestinationForm
      destination={destination}
      emailProblem={emailProblem}
      onSaved={(saved) => (saved.secret === null ? onClose() : setMade(saved))}
      onClose={onClose}
    />
  );
}

function DestinationForm({ destination, emailProblem, onSaved, onClose }: Props & { onSaved: (saved: Saved) => void }) {
  const [start] = useState(() => valuesOf(destination));
  const [values, setValues] = useState(start);
  const set = (part: Partial<Values>) => setValues((now) => ({ ...now, ...part }));
  const [rev, setRev] = useState(destination?.rev);
  const { mutate, isPending, error } = useSave(destination, rev, { onSaved, onChanged: setRev });
  const theirs = error === null ? undefined : (currentOf(error) as AlertDestination | undefined);
  const refused = error && theirs === undefined ? fieldErrors(toFailure(error), FIELDS) : null;
  return (
    <ConfirmDialog
      title={destination ? `Change ${destination.name}` : 'New destination'}
      confirm={destination ? 'Save' : 'Create destination'}
      isPending={isPending}
      isChanged={values !== start}
      errorText={refused?.rest ?? null}
      onConfirm={() => mutate(values)}
      onClose={onClose}
    >
      {theirs && <ChangedNote differences={changesOf(theirs, values)} />}
      <TextInput
        label="Name"
        maxLength={100}
        autoComplete="off"
        value={values.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={refused?.fields.name}
        data-autofocus
      />
      {destination === null && (
        <NativeSelect
          label="Kind"
          data={kinds}
          value={values.kind}
          onChange={(event) => set({ kind: event.currentTarget.value as DestinationKind })}
        />
      )}
      {values.kind === 'EMAIL' && emailProblem !== null && <p className={classes.note}>{emailProblem}</p>}
      {values.kind === 'EMAIL' ? (
        <TextInput
          label="Addresses"
          description="With commas between"
          value={values.emails}
          onChange={(event) => set({ emails: event.currentTarget.value })}
          error={refused?.fields.emails}
        />
      ) : (
        <TextInput
          label="Address"
          description={
            destination
              ? `Of ${destination.target}; it is not shown again. Leave this empty to keep it.`
              : 'Begins with https://. It is kept encrypted, and not shown again.'
          }
          type="url"
          autoComplete="off"
          value={values.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
          error={refused?.fields.url}
        />
      )}
      {destination?.kind === 'WEBHOOK' && (
        <Checkbox
          label="Make a new secret; the old one ends at once"
          checked={values.renewSecret}
          onChange={(event) => set({ renewSecret: event.currentTarget.checked })}
        />
      )}
    </ConfirmDialog>
  );
}

const valuesOf = (destination: AlertDestination | null): Values => ({
  name: destination?.name ?? '',
  kind: destination?.kind ?? 'EMAIL',
  emails: destination?.emails.join(', ') ?? '',
  url: '',
  renewSecret: false,
});

function placeOf({ kind, emails, url }: Values) {
  if (kind !== 'EMAIL') return url.trim() === '' ? {} : { url: url.trim() };
  return { emails: addressesIn(emails) };
}

const addressesIn = (text: string): string[] => text.split(/[\s,;]+/).filter((email) => email !== '');

/** What another person saved meanwhile; the address of a webhook and its secret are not shown, so only that they may differ. */
function changesOf({ kind, name, emails, target }: AlertDestination, values: Values): string[] {
  if (kind === 'EMAIL') {
    const given = { name: values.name, addresses: addressesIn(values.emails).join(', ') };
    return differencesOf({ name, addresses: emails.join(', ') }, given);
  }
  const differences = differencesOf({ name }, { name: values.name });
  return differences.length > 0 ? differences : [`an address at ${target}, or a secret, that may differ`];
}

function useSave(
  destination: AlertDestination | null,
  rev: number | undefined,
  { onSaved, onChanged }: { onSaved: (saved: Saved) => void; onChanged: (rev: number) => void },
) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (values: Values): Promise<Saved> => {
      const { name, kind, renewSecret } = values;
      if (destination === null || rev === undefined) return calls.createDestination({ name, kind, ...placeOf(values) });
      return calls.changeDestination({ destinationId: destination.id, rev, name, renewSecret, ...placeOf(values) });
    },
    // The secret in the answer is not to be kept.
    gcTime: 0,
    onSuccess: (saved) => {
      toastSuccess({ message: `The destination “${saved.destination.name}” is saved.` });
      onSaved(saved);
    },
    onError: (failed) => {
      const current = currentOf(failed) as AlertDestination | undefined;
      if (current) onChanged(current.rev);
      trackError(failed, { action: 'saveDestination', component: 'AlertsPage' });
    },
    onSettled: () => refreshAlerts(queryClient),
  });
}
