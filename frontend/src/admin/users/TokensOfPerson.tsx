import { Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { tokensMadeByQuery } from './queries';

interface Props {
  userId: number;
  isRevoking: boolean;
  onChange: (isRevoking: boolean) => void;
}

/** Names the API tokens that a person made, which go on without them, and offers to end these as well. */
export function TokensOfPerson({ userId, isRevoking, onChange }: Props) {
  const { data: tokens = [] } = useQuery(tokensMadeByQuery(userId));
  if (tokens.length === 0) return null;
  const names = tokens.map(({ name }) => name).join(', ');
  return (
    <Checkbox
      label={`Also revoke ${tokens.length === 1 ? 'the API token' : `the ${tokens.length} API tokens`} they made`}
      description={`${names}: stays valid otherwise, independent of the account.`}
      checked={isRevoking}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
