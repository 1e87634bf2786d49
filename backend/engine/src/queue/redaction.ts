export { createRedaction, REDACTED, type Redaction } from '@job-manager/shared/redaction';
