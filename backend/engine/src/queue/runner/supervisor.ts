import { existsSync } from 'node:fs';

/** Supervisors that may start a process again when it ends. */
type Supervisor = 'server' | 'kubernetes' | 'pm2' | 'systemd' | 'docker';

/** What starts this process, as far as its environment shows; null where nothing is known. */
export function detectSupervisor(env: NodeJS.ProcessEnv = process.env, isFile = existsSync): Supervisor | null {
  if (env.KUBERNETES_SERVICE_HOST) return 'kubernetes';
  if (env.pm_id) return 'pm2';
  if (isFile('/.dockerenv') || isFile('/run/.containerenv')) return 'docker';
  // Inherited by whatever a service starts: a shell in a user's session has it, too, but then with that of the session.
  if (env.INVOCATION_ID && env.SYSTEMD_EXEC_PID === String(process.pid)) return 'systemd';
  return null;
}
