import { useState } from 'react';
import { useSession } from '../api/session';
import { dropDraft, keepDraft, readDraft } from '../lib/drafts';

interface Draft<Values> {
  /** What the form begins with: what was typed before, otherwise `untouched`. */
  start: Values;
  /** Whether `start` was typed before, and was not discarded since. */
  isRestored: boolean;
  /** To be called with the values after every change; a form that is as it began leaves no draft. */
  keep: (values: Values) => void;
  isChanged: (values: Values) => boolean;
  /** Discards the draft, after it was sent or cancelled. */
  drop: () => void;
}

/**
 * Keeps the values of `form` for this tab and this person until they are sent or discarded: through a dialog closed by
 * a slip, the end of a session and a reload. Passwords and tokens must not be among the values.
 */
export function useDraft<Values>(form: string, untouched: Values, isWanted = (_kept: Values) => true): Draft<Values> {
  const { data: user } = useSession();
  const [owner] = useState(() => String(user?.id ?? ''));
  const [kept] = useState(() => {
    const values = readDraft(owner, form);
    return hasShapeOf(untouched, values) && isWanted(values) ? values : null;
  });
  const [isRestored, setRestored] = useState(kept !== null);
  const isChanged = (values: Values) => JSON.stringify(values) !== JSON.stringify(untouched);
  return {
    start: kept ?? untouched,
    isRestored,
    isChanged,
    keep: (values) => (isChanged(values) ? keepDraft(owner, form, values) : dropDraft(owner, form)),
    drop: () => {
      dropDraft(owner, form);
      setRestored(false);
    },
  };
}

/** Whether `value` has the fields and types of `model`; a draft may be from an earlier version of the panel. */
function hasShapeOf<Model>(model: Model, value: unknown): value is Model {
  if (typeof model !== typeof value || Array.isArray(model) !== Array.isArray(value)) return false;
  if (typeof model !== 'object' || model === null || Array.isArray(model)) return true;
  const fields = value as Record<string, unknown> | null;
  return fields !== null && Object.entries(model).every(([name, part]) => hasShapeOf(part, fields[name]));
}
