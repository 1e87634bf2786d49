import { limits } from '@job-manager/shared/limits';
import type { TerminalStatus } from '@job-manager/shared/run';
import type { Redaction } from '../redaction.js';
import { endSteps } from '../steps.js';
import { storableMetadata, storableText } from '../storable.js';
import type { ExternalEnding, ExternalProgress } from '../transitions/external.js';

/** How a program reports the end of its run. */
export interface Ending {
  /** CANCELLED only where the run was requested to stop. */
  status: TerminalStatus;
  error?: string;
  errorStack?: string;
  metadata?: Record<string, unknown>;
}

/** An ending as it is stored: short enough, without secrets; a failure always has an error. `before` is the run till then. */
export function endingOf(
  { status, error, errorStack, metadata = {} }: Ending,
  before: ExternalProgress | null,
  redaction: Redaction,
): ExternalEnding {
  const { json, truncated } = storableMetadata(metadata, redaction);
  const noReason = status === 'FAILED' ? 'The program gave no reason' : null;
  return {
    status,
    error: error ? storableText(error, limits.errorChars, redaction) : noReason,
    errorStack: errorStack ? storableText(errorStack, limits.stackChars, redaction) : null,
    metadata: json,
    metadataTruncated: truncated,
    steps: before?.steps ? JSON.stringify(endSteps(before.steps, status, before.afterMs)) : null,
    rev: before?.rev ?? null,
  };
}
