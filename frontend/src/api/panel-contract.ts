import { audit } from '@job-manager/shared/contract/audit';
import { auth } from '@job-manager/shared/contract/auth';
import { errors } from '@job-manager/shared/contract/errors';
import { health } from '@job-manager/shared/contract/health';
import { jobs } from '@job-manager/shared/contract/jobs';
import { messages } from '@job-manager/shared/contract/messages';
import { recovery } from '@job-manager/shared/contract/recovery';
import { tokens } from '@job-manager/shared/contract/tokens';
import { users } from '@job-manager/shared/contract/users';

/** The calls that the panel makes; the others would be 3 kB of the first load that nothing uses. */
export const contract = { auth, jobs, messages, recovery, health, tokens, users, audit, errors };
