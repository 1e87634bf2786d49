import { createRedaction } from '@job-manager/engine/queue/redaction';
import type { AuditPerson } from '@job-manager/engine/store/audit';
import {
  addPreset,
  changePreset,
  findPreset,
  listPresets,
  MAX_PRESETS,
  type PresetRow,
  removePreset,
} from '@job-manager/engine/store/presets';
import { contract } from '@job-manager/shared/contract/index';
import type { GivenPreset, Preset } from '@job-manager/shared/contract/presets';
import { implement } from '@orpc/server';
import { hideSecrets } from '../present/secrets.js';
import { auditPersonOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import type { Gate } from './policy.js';
import { HttpProblem } from './problem.js';
import { explainTakenName } from './taken-name.js';

const os = implement(contract.presets).$context<CallContext>();

/** Parameters that people keep under a name. */
export function createPresetCalls({ pool, queue, config }: HttpDeps, gate: Gate) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const userOf = (context: CallContext): number | null => callerOf(context).user?.id ?? null;

  const problemOf = async ({ jobName, parameters }: PresetRow): Promise<string | null> => {
    const issues = await queue.jobs.check(jobName, parameters).catch((error) => [{ path: '', message: error.message }]);
    return issues.length === 0 ? null : issues.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  };
  const present = async (row: PresetRow, userId: number | null): Promise<Preset> => {
    const { ownerId, updatedAt, ...preset } = row;
    const shown = { isMine: ownerId === userId, updatedAt: updatedAt.toISOString(), problem: await problemOf(row) };
    return { ...preset, ...shown };
  };
  /** What a person may change: their own, and with the permission shared ones. */
  const findOwn = async (presetId: string, context: CallContext): Promise<PresetRow> => {
    const row = await findPreset(pool, presetId, ownerOf(context).actorId);
    if (!row) throw new HttpProblem('NOT_FOUND', 'There is no such preset.');
    if (row.isShared) await gate(context.req, 'managePresets');
    return row;
  };

  return os.router({
    list: os.list.handler(async ({ input, context }) => {
      const rows = await listPresets(pool, userOf(context), input.jobName ?? null);
      return { presets: await Promise.all(rows.map((row) => present(row, userOf(context)))) };
    }),

    create: os.create.handler(async ({ input, context }) => {
      const owner = ownerOf(context);
      if (input.isShared) await gate(context.req, 'managePresets');
      await queue.jobs.get(input.jobName);
      const given: GivenPreset = { ...input, parameters: hideSecrets(input.parameters, redaction) };
      const row = await addPreset(pool, given, owner).catch(explainTaken);
      if (!row) throw new HttpProblem('NOT_ALLOWED', `The job has ${MAX_PRESETS} presets already; remove some first.`);
      return { preset: await present(row, owner.actorId) };
    }),

    change: os.change.handler(async ({ input: { presetId: id, rev, ...given }, context }) => {
      const person = ownerOf(context);
      const before = await findOwn(id, context);
      if (given.isShared && !before.isShared) await gate(context.req, 'managePresets');
      const parameters = hideSecrets(given.parameters, redaction);
      const row = await changePreset(pool, { id, rev }, { ...given, parameters }, person).catch(explainTaken);
      if (row) return { preset: await present(row, person.actorId) };
      const current = await present(await findOwn(id, context), person.actorId);
      throw new HttpProblem('CHANGED', 'The preset was changed meanwhile; nothing of this change was kept.', {
        current,
      });
    }),

    remove: os.remove.handler(async ({ input, context }) => {
      const { id } = await findOwn(input.presetId, context);
      await removePreset(pool, id, ownerOf(context));
      return { removed: true as const };
    }),
  });
}

/** Who saves; presets belong to people. */
function ownerOf(context: CallContext): AuditPerson & { actorId: number } {
  const { user } = callerOf(context);
  if (user === null) throw new HttpProblem('NOT_ALLOWED', 'Presets belong to people; API tokens have none.');
  return { ...auditPersonOf(context), actorId: user.id };
}

const explainTaken = explainTakenName('preset of this job');
