/**
 * What a person must do, in this order, before their session may be used for anything else. Until then it can only make
 * calls of the policy `session`.
 */
export const pendingSteps = ['changePassword', 'setUpSecondFactor'] as const;
export type PendingStep = (typeof pendingSteps)[number];
