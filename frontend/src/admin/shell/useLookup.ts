import type { LookupHit } from '@job-manager/shared/contract/run-lists';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lookupQuery } from '../../api/run-list-queries';

/** The call is sent so long after the last letter. */
const PAUSE_MS = 200;
/** A letter alone is no key of a run. */
const MIN_CHARS = 2;
const NONE: LookupHit[] = [];

/** What the server finds by this text, and whether its answer is pending. */
export function useLookup(typed: string, isOpen: boolean): { hits: readonly LookupHit[]; isPending: boolean } {
  const [text] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const { data, error } = useQuery({ ...lookupQuery(text), enabled: isOpen && text.length >= MIN_CHARS });
  const isCurrent = text === typed.trim();
  const isAnswered = isCurrent && (data !== undefined || error !== null);
  return { hits: (isCurrent && data) || NONE, isPending: typed.trim().length >= MIN_CHARS && !isAnswered };
}
