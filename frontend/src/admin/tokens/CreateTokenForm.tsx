import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { type TokenPermission, tokenPermissions } from '@job-manager/shared/permissions';
import { NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/administration-client';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { JobPatternsField } from '../../components/JobPatternsField';
import { readJobPatterns, validateJobLimit } from '../../components/job-limit';
import { PermissionChoice } from '../../components/PermissionChoice';
import { RestoredNote } from '../../components/RestoredNote';
import { useDraft } from '../../components/useDraft';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { tokensKey } from './queries';

interface Props {
  onCreated: (created: { token: string; apiToken: ApiToken }) => void;
  onClose: () => void;
}

const NEVER = '';
const expiries = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: NEVER, label: 'Never' },
];

interface Values {
  name: string;
  permissions: TokenPermission[];
  jobs: string;
  expiresInDays: string;
}

const untouched: Values = { name: '', permissions: [], jobs: '', expiresInDays: '90' };

/** Name, permissions and end of a token to be. */
export function CreateTokenForm({ onCreated, onClose }: Props) {
  const draft = useDraft('create token', untouched);
  const form = useForm({
    initialValues: draft.start,
    onValuesChange: draft.keep,
    validate: {
      name: (name) => (name.trim() === '' ? 'Enter a name' : null),
      permissions: permissionsProblem,
      jobs: (jobs, values) => validateJobLimit(jobs, values.permissions),
    },
  });
  const { mutate, isPending, error } = useCreateToken((created) => {
    draft.drop();
    onCreated(created);
  });
  const refused = error && fieldErrors(toFailure(error), ['name', 'permissions', 'jobPatterns', 'expiresInDays']);
  return (
    <ConfirmDialog
      title="Create token"
      confirm="Create token"
      isPending={isPending}
      errorText={refused?.rest ?? null}
      onConfirm={form.onSubmit((values) => mutate(values))}
      onClose={onClose}
      onGiveUp={() => {
        draft.drop();
        onClose();
      }}
      isChanged={draft.isChanged(form.values)}
    >
      {draft.isRestored && (
        <RestoredNote
          onDiscard={() => {
            form.setValues(untouched);
            draft.drop();
          }}
        />
      )}
      <TextInput
        label="Name"
        description="What uses it, so that you know later which to revoke"
        autoComplete="off"
        maxLength={100}
        data-autofocus
        {...form.getInputProps('name')}
        error={form.errors.name ?? refused?.fields.name}
      />
      <PermissionChoice
        choices={tokenPermissions}
        value={form.values.permissions}
        onChange={(permissions) => form.setFieldValue('permissions', permissions)}
        error={form.errors.permissions ?? refused?.fields.permissions}
      />
      <JobPatternsField
        value={form.values.jobs}
        onChange={(jobs) => form.setFieldValue('jobs', jobs)}
        error={(form.errors.jobs as string | undefined) ?? refused?.fields.jobPatterns}
      />
      <NativeSelect
        label="Expires"
        data={expiries}
        {...form.getInputProps('expiresInDays')}
        error={refused?.fields.expiresInDays}
      />
    </ConfirmDialog>
  );
}

/** Running again is starting a run, which has a permission of its own. */
function permissionsProblem(given: readonly TokenPermission[]): string | null {
  if (given.length === 0) return 'Choose at least one';
  return given.includes('retry') && !given.includes('run') ? '“retry” takes “run” as well' : null;
}

function useCreateToken(onCreated: Props['onCreated']) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: ({ expiresInDays, jobs, ...values }: Values) =>
      client.tokens.create({
        ...values,
        jobPatterns: readJobPatterns(jobs) ?? undefined,
        expiresInDays: expiresInDays === NEVER ? undefined : Number(expiresInDays),
      }),
    // The token in the answer is not to be kept.
    gcTime: 0,
    onSuccess: onCreated,
    onError: (failed) => trackError(failed, { action: 'createToken', component: 'TokensPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: tokensKey() }),
  });
}
