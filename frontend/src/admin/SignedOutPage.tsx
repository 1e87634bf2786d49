import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { signInUrl } from '../api/mount';
import { useSignInElsewhere } from '../api/session';
import { MessagePage } from '../ui/MessagePage';

interface Props {
  /** Was signed in a moment ago. */
  isSessionEnded: boolean;
  onRetry(): void;
  isRetrying: boolean;
}

/** For people whom the embedding application does not identify. A link and no redirect, which could go round for ever. */
export function SignedOutPage({ isSessionEnded, onRetry, isRetrying }: Props) {
  const address = signInUrl();
  useSignInElsewhere();
  return (
    <MessagePage
      icon={IconLock}
      title="You are not signed in"
      text={`${isSessionEnded ? 'Your session has ended. ' : ''}Sign in to the application that this panel is part of.`}
    >
      {address === null ? (
        <Button onClick={onRetry} loading={isRetrying}>
          Try again
        </Button>
      ) : (
        <Button component="a" href={address}>
          Sign in
        </Button>
      )}
    </MessagePage>
  );
}
