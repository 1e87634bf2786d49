import { newPassword } from '@job-manager/shared/contract/auth';
import { Checkbox, PasswordInput } from '@mantine/core';

export interface ChosenPassword {
  isGenerated: boolean;
  /** What was typed, for when it is not generated. */
  text: string;
}

export const generated: ChosenPassword = { isGenerated: true, text: '' };

/** Why the password can't be taken, or null; by the rule that the server enforces. */
export function passwordProblem({ isGenerated, text }: ChosenPassword): string | null {
  if (isGenerated) return null;
  const errorText = newPassword.safeParse(text).error?.issues[0]?.message;
  return errorText === undefined ? null : `The password ${errorText}`;
}

interface Props {
  value: ChosenPassword;
  onChange: (value: ChosenPassword) => void;
  error: string | null;
}

/** A password that the server makes up, unless the operator types one. */
export function PasswordChoice({ value, onChange, error }: Props) {
  return (
    <div>
      <Checkbox
        label="Generate a password"
        description="Shown once, right after this"
        checked={value.isGenerated}
        onChange={(event) => onChange({ isGenerated: event.currentTarget.checked, text: '' })}
      />
      {!value.isGenerated && (
        <PasswordInput
          mt="sm"
          label="Password"
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          value={value.text}
          onChange={(event) => onChange({ isGenerated: false, text: event.currentTarget.value })}
          error={error}
        />
      )}
    </div>
  );
}
