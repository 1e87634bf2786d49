import type { AccessRole } from '@job-manager/shared/contract/roles';
import { ownRolePermissions } from '@job-manager/shared/permissions';
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/administration-client';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { JobPatternsField } from '../../components/JobPatternsField';
import { PermissionChoice } from '../../components/PermissionChoice';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { accountsKey, rolesKey } from './queries';
import { givenOf, type RoleValues, validateRole } from './role-values';

interface Props {
  /** Null for a new one. */
  role: AccessRole | null;
  start: RoleValues;
  onClose: () => void;
}

/** A role of the installation's own: its name, what it allows, and on which jobs. */
export function RoleDialog({ role, start, onClose }: Props) {
  const form = useForm<RoleValues>({ initialValues: start, validate: validateRole });
  const { mutate, isPending, error } = useSave(role, onClose);
  const refused = error && fieldErrors(toFailure(error), ['name', 'permissions', 'jobPatterns']);
  return (
    <ConfirmDialog
      title={role ? 'Change role' : 'Create role'}
      subject={role?.name}
      confirm={role ? 'Save' : 'Create role'}
      isPending={isPending}
      isChanged={form.isDirty()}
      errorText={refused?.rest ?? null}
      onConfirm={form.onSubmit((values) => mutate(values))}
      onClose={onClose}
    >
      {role !== null && role.people > 0 && (
        <p>
          What it no longer allows ends at once for {role.people === 1 ? 'the person' : `the ${role.people} people`}{' '}
          with it.
        </p>
      )}
      <TextInput
        label="Name"
        autoComplete="off"
        maxLength={60}
        data-autofocus
        {...form.getInputProps('name')}
        error={form.errors.name ?? refused?.fields.name}
      />
      <PermissionChoice
        choices={ownRolePermissions}
        value={form.values.permissions}
        onChange={(permissions) => form.setFieldValue('permissions', permissions)}
        error={form.errors.permissions ?? refused?.fields.permissions}
      />
      <JobPatternsField
        value={form.values.jobs}
        onChange={(jobs) => form.setFieldValue('jobs', jobs)}
        error={(form.errors.jobs as string | undefined) ?? refused?.fields.jobPatterns}
      />
    </ConfirmDialog>
  );
}

function useSave(role: AccessRole | null, onSaved: () => void) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (values: RoleValues) =>
      role ? client.roles.change({ ...givenOf(values), roleId: role.id }) : client.roles.create(givenOf(values)),
    onSuccess: ({ role: saved }) => {
      toastSuccess({ message: `The role “${saved.name}” is ${role ? 'changed' : 'created'}.` });
      onSaved();
    },
    onError: (failed) =>
      trackError(failed, { action: role ? 'changeRoleRights' : 'createRole', component: 'UsersPage' }),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: rolesKey() });
      void queryClient.invalidateQueries({ queryKey: accountsKey() });
    },
  });
}
