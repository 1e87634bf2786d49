import { alerts } from './alerts.js';
import { audit } from './audit.js';
import { auth } from './auth.js';
import { batches } from './batches.js';
import { bulk } from './bulk.js';
import { channels } from './channels.js';
import { definitions } from './definitions.js';
import { errors } from './errors.js';
import { external } from './external.js';
import { health } from './health.js';
import { historyExport } from './history-export.js';
import { issueCalls } from './issues.js';
import { jobSettingsCalls } from './job-settings.js';
import { jobs } from './jobs.js';
import { messages } from './messages.js';
import { metricsCalls } from './metrics.js';
import { presets } from './presets.js';
import { recovery } from './recovery.js';
import { roles } from './roles.js';
import { runLists } from './run-lists.js';
import { runners } from './runners.js';
import { schedules } from './schedules.js';
import { secondFactor } from './second-factor.js';
import { selfTest } from './self-test.js';
import { system } from './system.js';
import { tokens } from './tokens.js';
import { users } from './users.js';
import { views } from './views.js';

/** The whole API under `/api`: the server serves it, the client calls it, the API document shows it. */
export const contract = {
  auth,
  secondFactor,
  jobs,
  historyExport,
  runLists,
  metrics: metricsCalls,
  issues: issueCalls,
  bulk,
  jobSettings: jobSettingsCalls,
  definitions,
  presets,
  views,
  messages,
  batches,
  selfTest,
  channels,
  schedules,
  runners,
  recovery,
  health,
  system,
  alerts,
  external,
  tokens,
  users,
  roles,
  audit,
  errors,
};
