import { ConfigError } from '@job-manager/engine/config';
import { escapeControls } from '@job-manager/shared/terminal-text';
import pc from 'picocolors';
import { complain } from './terminal.js';

/** An error that a person can correct; the message is one line that explains how. */
export class Refusal extends Error {}

/**
 * Runs a command to its end: an error that a person can correct is one line on stderr, any other its whole trace; both
 * exit with 1.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    reportFailure(error);
    process.exitCode = 1;
  }
}

/** Writes why a command ended. */
export function reportFailure(error: unknown): void {
  const isExpected = error instanceof Refusal || error instanceof ConfigError;
  const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  complain(pc.red(escapeControls(text)));
}
