import { health } from '@job-manager/shared/contract/health';
import { jobs } from '@job-manager/shared/contract/jobs';
import { session } from '@job-manager/shared/contract/session';

/** The calls that the first page makes; those of other pages and of dialogs come with them. */
export const contract = { auth: session, jobs, health };
