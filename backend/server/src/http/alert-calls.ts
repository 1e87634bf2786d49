import { listDeliveries } from '@job-manager/engine/store/alerts/deliveries';
import {
  acknowledgeIncident,
  findIncident,
  type IncidentRow,
  listIncidents,
  muteIncident,
  resolveIncident,
} from '@job-manager/engine/store/alerts/incidents';
import {
  addRule,
  changeRule,
  findRule,
  listRules,
  MAX_RULES,
  removeRule,
} from '@job-manager/engine/store/alerts/rules';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { addMissingRules, sourceOf, TRIAL_MS, tryRule, unsavedRule } from '../alerts/judge-rules.js';
import { presentDelivery, presentIncident, presentRule } from '../present/alerts.js';
import { createDestinationCalls } from './alert-destination-calls.js';
import { auditPersonOf, type CallContext, type HttpDeps } from './context.js';
import { HttpProblem } from './problem.js';
import { explainTakenName } from './taken-name.js';

const os = implement(contract.alerts).$context<CallContext>();

/** Of a trial those that are listed. */
const MAX_TRIAL = 50;

/** Incidents, the rules that open them, and where they are sent. */
export function createAlertCalls(deps: HttpDeps) {
  const { pool, health } = deps;

  const findOne = async (id: string): Promise<IncidentRow> => {
    const row = await findIncident(pool, id);
    if (!row) throw new HttpProblem('NOT_FOUND', 'There is no such incident.');
    return row;
  };
  /** After a change; where there was none, it has ended or never was. */
  const changed = async (id: string, isChanged: boolean) => {
    const row = await findOne(id);
    if (!isChanged) throw new HttpProblem('NOT_ALLOWED', 'The incident has ended already.');
    return { incident: presentIncident(row) };
  };

  return os.router({
    incidents: os.incidents.handler(async ({ input }) => {
      const { rows, open, now } = await listIncidents(pool, input);
      const incidents = rows.slice(0, input.limit).map(presentIncident);
      return { incidents, open, hasMore: rows.length > input.limit, serverTime: now.toISOString() };
    }),

    incident: os.incident.handler(async ({ input: { incidentId } }) => {
      const incident = presentIncident(await findOne(incidentId));
      return { incident, deliveries: (await listDeliveries(pool, incidentId)).map(presentDelivery) };
    }),

    acknowledge: os.acknowledge.handler(async ({ input: { incidentId, note }, context }) =>
      changed(incidentId, await acknowledgeIncident(pool, incidentId, note || null, auditPersonOf(context))),
    ),

    mute: os.mute.handler(async ({ input: { incidentId, until }, context }) =>
      changed(
        incidentId,
        await muteIncident(pool, incidentId, until === null ? null : new Date(until), auditPersonOf(context)),
      ),
    ),

    resolve: os.resolve.handler(async ({ input: { incidentId, note }, context }) =>
      changed(incidentId, await resolveIncident(pool, incidentId, note || null, auditPersonOf(context))),
    ),

    rules: os.rules.handler(async () => {
      await addMissingRules(pool);
      return { rules: (await listRules(pool)).map(presentRule) };
    }),

    createRule: os.createRule.handler(async ({ input, context }) => {
      const row = await addRule(pool, input, auditPersonOf(context)).catch(explainTakenName('rule'));
      if (!row) throw new HttpProblem('NOT_ALLOWED', `There are ${MAX_RULES} rules already; remove some first.`);
      return { rule: presentRule(row) };
    }),

    changeRule: os.changeRule.handler(async ({ input: { ruleId: id, rev, ...given }, context }) => {
      const person = auditPersonOf(context);
      const row = await changeRule(pool, { id, rev }, given, person).catch(explainTakenName('rule'));
      if (row) return { rule: presentRule(row) };
      const current = await findRule(pool, id);
      if (!current) throw new HttpProblem('NOT_FOUND', 'There is no such rule.');
      const message = 'The rule was changed meanwhile; nothing of this change was kept.';
      throw new HttpProblem('CHANGED', message, { current: presentRule(current) });
    }),

    removeRule: os.removeRule.handler(async ({ input: { ruleId }, context }) => {
      if (await removeRule(pool, ruleId, auditPersonOf(context))) return { removed: true as const };
      if (await findRule(pool, ruleId))
        throw new HttpProblem('NOT_ALLOWED', 'This rule came with the installation: switch it off instead.');
      throw new HttpProblem('NOT_FOUND', 'There is no such rule.');
    }),

    tryRule: os.tryRule.handler(async ({ input }) => {
      const source = await sourceOf({ sql: pool, health });
      const spans = await tryRule(unsavedRule(input), source);
      const iso = (ms: number): string => new Date(ms).toISOString();
      return {
        from: iso(source.now.getTime() - TRIAL_MS),
        total: spans?.length ?? null,
        incidents: (spans ?? [])
          .slice(0, MAX_TRIAL)
          .map(({ subject, from, to }) => ({ subject, from: iso(from), to: to === null ? null : iso(to) })),
      };
    }),

    ...createDestinationCalls(deps),
  });
}
