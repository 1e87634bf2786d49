/** Finds the controls that a key presses: each names its keys in `data-key`, with spaces between them. */
export const byKey = (key: string): string => `[data-key~="${CSS.escape(key)}"]:not(:disabled)`;
