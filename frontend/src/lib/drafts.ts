/** What the server takes is smaller; a larger text is left to the page alone. */
const MAX_CHARS = 200_000;
const MAX_DRAFTS = 10;
const PREFIX = 'jobManagerDraft ';

interface Draft {
  at: number;
  values: unknown;
}

/** What was typed into a form and not sent, or undefined. It survives a reload of the tab and ends with the tab. */
export function readDraft(owner: string, form: string): unknown {
  return read(keyOf(owner, form))?.values;
}

/** Keeps what was typed into a form; of too many forms or too long a text, the oldest or the longest are not kept. */
export function keepDraft(owner: string, form: string, values: unknown): void {
  const key = keyOf(owner, form);
  const text = JSON.stringify({ at: Date.now(), values } satisfies Draft);
  try {
    if (text.length > MAX_CHARS) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
    for (const old of draftKeys().slice(MAX_DRAFTS)) sessionStorage.removeItem(old);
  } catch {
    // Storage full or switched off: the form itself still has it.
  }
}

/** Forgets what was typed into a form: it was sent or given up. */
export function dropDraft(owner: string, form: string): void {
  try {
    sessionStorage.removeItem(keyOf(owner, form));
  } catch {
    // Switched off: there is nothing to forget.
  }
}

/** Whether anything typed in this tab is kept. */
export function hasDrafts(): boolean {
  try {
    return draftKeys().length > 0;
  } catch {
    return false;
  }
}

/** Forgets all drafts but those of `owner`; all of them, when there is none. */
export function dropDraftsOfOthers(owner: string | null): void {
  try {
    for (const key of draftKeys())
      if (owner === null || !key.startsWith(keyOf(owner, ''))) sessionStorage.removeItem(key);
  } catch {
    // Switched off: there is nothing to forget.
  }
}

const keyOf = (owner: string, form: string): string => `${PREFIX}${owner} ${form}`;

/** The newest first. */
function draftKeys(): string[] {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const at = new Map(keys.map((key) => [key, read(key)?.at ?? 0]));
  return keys.sort((a, b) => (at.get(b) ?? 0) - (at.get(a) ?? 0));
}

function read(key: string): Draft | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    // Only `keepDraft` writes it.
    return kept === null ? undefined : (kept as Draft);
  } catch {
    return undefined;
  }
}
