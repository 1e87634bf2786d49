import type { LookupHit } from '@job-manager/shared/contract/run-lists';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lookupQuery } from '../../api/run-list-queries';

/** So long after the last letter the server is asked. */
const PAUSE_MS = 200;
/** A letter alone is nobody's key. */
const MIN_CHARS = 2;
const NONE: LookupHit[] = [];

/** What the server knows by this text; nothing until it has answered. */
export function useLookup(typed: string, isOpen: boolean): readonly LookupHit[] {
  const [text] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const { data } = useQuery({ ...lookupQuery(text), enabled: isOpen && text.length >= MIN_CHARS });
  return data !== undefined && text === typed.trim() ? data : NONE;
}
