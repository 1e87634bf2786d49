/** How much a message of a run matters. */
export const messageLevels = ['INFO', 'WARN', 'ERROR'] as const;
export type MessageLevel = (typeof messageLevels)[number];

/** Who wrote a message: the job itself, or the product (and people through it) about the run. */
export const messageSources = ['JOB', 'SYSTEM'] as const;
export type MessageSource = (typeof messageSources)[number];

/** What a step is doing; those of a run that ended are never left `pending` or `running` on a screen. */
export const stepStates = ['pending', 'running', 'done', 'failed', 'cancelled', 'skipped'] as const;
export type StepState = (typeof stepStates)[number];
