import { errors } from '@job-manager/shared/contract/errors';
import { createClient } from './client';

export const contract = { errors };

/** The calls about errors of browsers; the first page makes none of these. */
export const { errors: errorCalls } = createClient(contract);
