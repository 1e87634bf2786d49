import type { AccessRole } from '@job-manager/shared/contract/roles';
import type { Permission } from '@job-manager/shared/permissions';
import { readJobPatterns, validateJobLimit } from '../../components/job-limit';

/** A role in its form. */
export interface RoleValues {
  name: string;
  permissions: Permission[];
  jobs: string;
}

export const emptyRole: RoleValues = { name: '', permissions: ['view'], jobs: '' };
/** Views everything and changes nothing. */
export const viewer: RoleValues = { name: 'Viewer', permissions: ['view', 'viewErrors', 'export'], jobs: '' };

export const valuesOf = ({ name, permissions, jobPatterns }: AccessRole): RoleValues => ({
  name,
  permissions: [...permissions],
  jobs: jobPatterns?.join(', ') ?? '',
});

export const givenOf = ({ jobs, ...values }: RoleValues) => ({ ...values, jobPatterns: readJobPatterns(jobs) });

/** Why fields can't be taken, by field; null where they can. */
export const validateRole = {
  name: (name: string) => (name.trim() === '' ? 'Enter a name' : null),
  permissions: (given: Permission[]) => {
    if (!given.includes('view')) return '“view” is needed: without it nothing of the panel can be read';
    return given.includes('retry') && !given.includes('run') ? '“retry” takes “run” as well' : null;
  },
  jobs: (jobs: string, { permissions }: RoleValues) => validateJobLimit(jobs, permissions),
};
