import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { client } from '../../api/administration-client';
import { fieldErrors } from '../../api/field-errors';
import { RestoredNote } from '../../components/RestoredNote';
import { useDraft } from '../../components/useDraft';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { generated, PasswordChoice, passwordProblem } from './PasswordChoice';
import { RoleField } from './RoleField';
import { givenRole, type RoleKey } from './role-choice';
import { useAccountCall } from './useAccountCall';
import type { Secret } from './user-acts';

interface Props {
  onPassword: (secret: Secret) => void;
  onClose: () => void;
}

interface Values {
  email: string;
  role: RoleKey;
  password: typeof generated;
}

/** The draft is kept without the password. */
const untouched: Pick<Values, 'email' | 'role'> = { email: '', role: 'ADMIN' };

/** A new person who may sign in. */
export function CreateUserDialog({ onPassword, onClose }: Props) {
  const draft = useDraft('create user', untouched);
  const form = useForm<Values>({
    initialValues: { ...draft.start, password: generated },
    onValuesChange: ({ email, role }) => draft.keep({ email, role }),
    validate: {
      email: (email) => (email.trim() === '' ? 'Enter an e-mail address' : null),
      password: passwordProblem,
    },
  });
  const { mutate, isPending, failure } = useAccountCall({
    action: 'createUser',
    call: ({ email, role, password }: Values) =>
      client.users.create({ email, ...givenRole(role), password: password.isGenerated ? undefined : password.text }),
    onDone: ({ account, password }) => {
      draft.drop();
      if (password !== null) return onPassword({ email: account.email, password });
      toastSuccess({ message: `${account.email} may now sign in.` });
      onClose();
    },
  });
  const refused = failure && fieldErrors(failure, ['email', 'role', 'password']);
  return (
    <ConfirmDialog
      title="Create user"
      confirm="Create user"
      isPending={isPending}
      errorText={refused?.rest ?? null}
      onConfirm={form.onSubmit((values) => mutate(values))}
      onClose={onClose}
      onGiveUp={() => {
        draft.drop();
        onClose();
      }}
      isChanged={draft.isChanged({ email: form.values.email, role: form.values.role })}
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
        label="E-mail"
        type="email"
        autoComplete="off"
        maxLength={254}
        data-autofocus
        {...form.getInputProps('email')}
        error={form.errors.email ?? refused?.fields.email}
      />
      <RoleField
        isOperator
        value={form.values.role}
        onChange={(role) => form.setFieldValue('role', role)}
        error={refused?.fields.role}
      />
      <PasswordChoice
        value={form.values.password}
        onChange={(password) => form.setFieldValue('password', password)}
        error={(form.errors.password as string | undefined) ?? refused?.fields.password ?? null}
      />
    </ConfirmDialog>
  );
}
