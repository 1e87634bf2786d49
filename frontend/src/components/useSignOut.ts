import { useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import { client } from '../api/client';
import { isSignedOut, toFailure } from '../api/failure';
import { endSession } from '../api/session';
import { useAction } from '../api/useAction';
import { dropDraftsOfOthers } from '../lib/drafts';
import { paths } from '../paths';
import { toastError } from '../ui/toast';

/** Ends the session, here and on the server. */
export function useSignOut(): () => void {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = async () => {
    // Signing out clears the browser's storage, in which the scheme is kept for the next person.
    setColorScheme(colorScheme);
    await navigate(paths.login);
    endSession(queryClient);
    dropDraftsOfOthers(null);
  };
  const { mutate } = useAction({
    mutationFn: () => client.auth.logout(),
    onSuccess: leave,
    onError: (error) => {
      if (isSignedOut(error)) return leave();
      toastError({
        title: 'You are still signed in',
        message: toFailure(error).details,
        offer: { label: 'Retry', act: () => mutate() },
      });
    },
  });
  return mutate;
}
