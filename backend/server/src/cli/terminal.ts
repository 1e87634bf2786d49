import { escapeAllButColours } from '@job-manager/shared/terminal-text';

// Every line that a command writes goes through here: control characters of a run, a server or an argument are shown,
// not executed.

/** Writes text of ours, with that of others in it, to standard output. */
export const printLine = (text: string): void => console.log(escapeAllButColours(text));

/** The same to standard error. */
export const complain = (text: string): void => console.error(escapeAllButColours(text));
