import { type HistoryFilterInput, namesIn, statusesIn } from '@job-manager/shared/contract/history';
import { jobScopeCondition } from '../database/job-scope.js';

/** Conditions of a filter beyond those of the counters. */
export type WalkedFilter = Omit<HistoryFilterInput, 'from' | 'to' | 'cause'> & {
  from?: Date;
  to?: Date;
  cause?: string;
};

/**
 * A filter as conditions on `r`, a run of any job, what the caller is limited to among them: those that one index of
 * the history knows are in `indexed`, so that each entry that is read of it counts; the others are checked in the rows.
 * `values` go on from those given.
 */
export function conditionsOf(filter: WalkedFilter, values: unknown[]): { indexed: string[]; others: string[] } {
  const not = new Set(filter.not?.split(','));
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const equal = (name: 'trigger' | 'channel', type: string): string[] => {
    const given = filter[name];
    return given === undefined ? [] : [`r."${name}" ${not.has(name) ? '<>' : '='} ${value(given, type)}`];
  };
  // A single value as such: an index then has its runs in the order of their ends.
  const oneOf = (name: 'jobName' | 'status', type: string, given: string[]): string[] => {
    if (given.length === 0) return [];
    if (given.length === 1) return [`r."${name}" ${not.has(name) ? '<>' : '='} ${value(given[0], type)}`];
    return [`r."${name}" ${not.has(name) ? '<> ALL' : '= ANY'} (${value(given, `${type}[]`)})`];
  };
  const names = filter.jobName === undefined ? [] : namesIn(filter.jobName);
  const statuses = filter.status === undefined ? [] : statusesIn(filter.status);
  const compared = (column: string, operator: string, given: unknown, type: string): string[] =>
    given === undefined ? [] : [`${column} ${operator} ${value(given, type)}`];
  const name = oneOf('jobName', 'text', names);
  const status = oneOf('status', '"JobRunStatus"', statuses);
  const isByName = names.length === 1 && !not.has('jobName');
  // There is no index of what succeeded: most runs did.
  const isByStatus = !isByName && !not.has('status') && statuses.length === 1 && statuses[0] !== 'SUCCESS';
  const times = [
    ...compared('r."finishedAt"', '>=', filter.from, 'timestamptz'),
    ...compared('r."finishedAt"', '<', filter.to, 'timestamptz'),
  ];
  const seen = [jobScopeCondition('r."jobName"')].filter((condition) => condition !== null);
  const others = [
    ...(isByName ? [] : seen),
    ...(isByName ? [] : name),
    ...(isByStatus ? [] : status),
    ...equal('trigger', '"JobRunTrigger"'),
    ...equal('channel', 'text'),
    ...(filter.by === undefined ? [] : [startedBy(filter.by, (given) => value(given, 'text'))]),
    ...compared('r."scheduleId"', '=', filter.scheduleId, 'uuid'),
    ...compared('r."batchId"', '=', filter.batchId, 'bigint'),
    ...compared('r."durationMs"', '>=', filter.tookMinMs, 'bigint'),
    ...compared('r."durationMs"', '<=', filter.tookMaxMs, 'bigint'),
    ...compared('r."queueDelayMs"', '>=', filter.waitedMinMs, 'bigint'),
    ...compared('r."queueDelayMs"', '<=', filter.waitedMaxMs, 'bigint'),
    ...compared('r.attempt', '>=', filter.attemptsMin, 'int'),
    ...(filter.has === undefined ? [] : [filter.has === 'errors' ? 'r."errorCount" > 0' : 'r."warningCount" > 0']),
    ...runnerOf(filter.runner, `host || ':' || pid`, (given) => value(given, 'text')),
    ...runnerOf(filter.region, `labels ->> 'region'`, (given) => value(given, 'text')),
    ...compared('r."correlationId"', '=', filter.correlationId, 'text'),
    ...compared('r.scope', '=', filter.scope, 'text'),
    ...(filter.param === undefined ? [] : [parameterIs(filter.param, value)]),
    ...(filter.text === undefined ? [] : [textHas(value(`%${filter.text.replace(/[\\%_]/g, '\\$&')}%`, 'text'))]),
    ...compared('r."algorithmVersion"', '=', filter.version, 'text'),
    ...(filter.cause === undefined
      ? []
      : [
          `EXISTS (SELECT FROM "RunError" e WHERE e."runId" = r.id AND e.fingerprint = ${value(filter.cause, 'text')})`,
        ]),
  ];
  return { indexed: [...(isByName ? [...name, ...seen] : []), ...(isByStatus ? status : []), ...times], others };
}

// The people, tokens and runners of a name are few: they are read once, not for each run.
function startedBy(by: string, value: (given: string) => string): string {
  if (by === 'system') return '(r."triggeredById" IS NULL AND r."triggeredByTokenId" IS NULL)';
  const token = /^token (.+)$/.exec(by)?.[1];
  if (token !== undefined)
    return `r."triggeredByTokenId" = ANY(ARRAY(SELECT id FROM "ApiToken" WHERE name = ${value(token)}))`;
  return `r."triggeredById" = ANY(ARRAY(SELECT id FROM "User" WHERE email = lower(${value(by)})))`;
}

const runnerOf = (given: string | undefined, column: string, value: (given: string) => string): string[] =>
  given === undefined ? [] : [`r."runnerId" = ANY(ARRAY(SELECT id FROM "Runner" WHERE ${column} = ${value(given)}))`];

const textHas = (pattern: string): string => `(r.error ILIKE ${pattern} OR r.scope ILIKE ${pattern})`;

function parameterIs(param: string, value: (given: unknown, type: string) => string): string {
  const at = param.indexOf('=');
  return `r.parameters #>> ${value(param.slice(0, at).split('.'), 'text[]')} = ${value(param.slice(at + 1), 'text')}`;
}
