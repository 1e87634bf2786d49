export { auditFrom, auditValues } from '@job-manager/client/audit';
