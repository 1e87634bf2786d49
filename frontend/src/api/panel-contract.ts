import { auth } from '@job-manager/shared/contract/auth';
import { errors } from '@job-manager/shared/contract/errors';
import { health } from '@job-manager/shared/contract/health';
import { jobs } from '@job-manager/shared/contract/jobs';
import { messages } from '@job-manager/shared/contract/messages';
import { recovery } from '@job-manager/shared/contract/recovery';

/** The calls that the first page and its dialogs make; those of other pages come with their pages. */
export const contract = { auth, jobs, messages, recovery, health, errors };
