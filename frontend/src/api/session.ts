import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { isJobWithin, type JobPatterns } from '@job-manager/shared/job-patterns';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import type { Permission } from '@job-manager/shared/permissions';
import { hashKey, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from './client';
import { isSignedOut } from './failure';

/** The person signed in, what they may do, and what they must do before anything else. */
export interface SignedInUser extends CurrentUser {
  /** Of the own role that they have; null with a built-in one. */
  roleName: string | null;
  permissions: readonly Permission[];
  /** Jobs that they may act on. */
  jobPatterns: JobPatterns;
  pending: readonly PendingStep[];
}

/** Who is signed in; `null` without a session. Requested once, then kept until the session is known to have changed. */
const sessionQuery = {
  queryKey: api.auth.me.key(),
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<SignedInUser | null> => {
    try {
      const { user, roleName, permissions, jobPatterns, pending } = await api.auth.me.call(undefined, { signal });
      return { ...user, roleName, permissions, jobPatterns, pending };
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
  meta: { isQuiet: true },
};

export const useSession = () => useQuery(sessionQuery);

/** What the person signed in may do, as the server has it, and to which job where one is named. */
export function useAllowed(): (permission: Permission, jobName?: string) => boolean {
  const { data: user } = useSession();
  return (permission, jobName) =>
    user?.permissions.includes(permission) === true &&
    (jobName === undefined || isJobWithin(user.jobPatterns, jobName));
}

/** Whether the person signed in may do this, and to this job where one is named. */
export const useCan = (permission: Permission, jobName?: string): boolean => useAllowed()(permission, jobName);

/** Reads who is signed in now, after a sign-in. */
export const loadSession = (queryClient: QueryClient): Promise<SignedInUser | null> =>
  queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });

/** Reads the session again, because a socket was refused or the role may have changed. */
export const recheckSession = (queryClient: QueryClient): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });

const SIGNED_IN_KEY = 'job-manager: signed in';

/** Notifies the other tabs of this browser of a sign-in. */
export const announceSignIn = (): void => localStorage.setItem(SIGNED_IN_KEY, new Date().toISOString());

/**
 * For pages that wait for a sign-in: reads who is signed in when another tab signed in, or when this tab is visible
 * again.
 */
export function useSignInElsewhere(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const recheck = () => void recheckSession(queryClient);
    const onStorage = ({ key }: StorageEvent) => {
      if (key === SIGNED_IN_KEY) recheck();
    };
    const onVisibility = () => {
      if (document.visibilityState === 'visible') recheck();
    };
    window.addEventListener('storage', onStorage);
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      window.removeEventListener('storage', onStorage);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [queryClient]);
}

/** Forgets who was signed in and everything that was read in their name. */
export function endSession(queryClient: QueryClient): void {
  queryClient.setQueryData(sessionQuery.queryKey, null);
  queryClient.removeQueries({ predicate: ({ queryHash }) => queryHash !== hashKey(sessionQuery.queryKey) });
}
