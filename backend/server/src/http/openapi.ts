import { contract } from '@job-manager/shared/contract/index';
import { type OpenAPI, OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { Router } from 'express';
import { createApiDocs } from './api-docs.js';
import { publicBaseOf } from './mounted.js';
import { namedSchemas } from './openapi-schemas.js';
import { type ProblemCode, problemTitles, statusOf } from './problem.js';
import { type ApiRoute, listRoutes, takesKey } from './routes.js';

type Node = Record<string, unknown>;

/**
 * Shortens the schemas of a document, in place: what zod and its converter write is right, and some of it only
 * makes readers and generators of clients stumble.
 */
function simplifySchemas(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(simplifySchemas);
  const node = value as Node;
  if (Array.isArray(node.anyOf)) simplifyAnyOf(node, node.anyOf);
  // Beside the smallest safe integer stands the bound that means something.
  if (typeof node.minimum === 'number' && typeof node.exclusiveMinimum === 'number') {
    delete node[node.exclusiveMinimum >= node.minimum ? 'minimum' : 'exclusiveMinimum'];
  }
  // A flag in a query is text on the wire; its default shows its type.
  if (node.type === 'string' && typeof node.default === 'boolean') node.type = 'boolean';
}

/** Removes duplicates; a schema that any value fits is removed, and a single remaining one replaces the union. */
function simplifyAnyOf(node: Node, members: unknown[]): void {
  const texts = [...new Set(members.map((member) => JSON.stringify(member)))];
  if (texts.includes('{}')) {
    delete node.anyOf;
    return;
  }
  node.anyOf = texts.map((text) => JSON.parse(text));
  const [only] = texts;
  if (texts.length > 1 || only === undefined) return;
  const { description } = node;
  delete node.anyOf;
  Object.assign(node, JSON.parse(only), description === undefined ? {} : { description });
}

/** `openapi.json` and `docs`, the page to read it: both public, for they contain no more than the documents. */
export function createDocumentRoutes(): Router {
  const routes = Router({ caseSensitive: true, strict: true });
  let document: Promise<OpenAPI.Document> | undefined;
  routes.get('/openapi.json', async (req, res) => {
    document ??= createDocument();
    res.json({ ...(await document), servers: [{ url: publicBaseOf(req) }] });
  });
  routes.get('/docs', (req, res) => res.redirect(301, `${publicBaseOf(req)}/docs/`));
  routes.use('/docs', createApiDocs());
  return routes;
}

/** The OpenAPI 3.1 document of the contract: the server checks exactly what it describes. */
async function createDocument(): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Job Manager',
      version: '0.1.0',
      description:
        'Browsers sign in with `auth/login` and a cookie. Programs send `Authorization: Bearer` with an API token, which a SUPER_ADMIN creates in the panel, or with a session from `auth/token`. Every error is `application/problem+json`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    commonSchemas: namedSchemas,
    components: {
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: 'jm_session', description: '`__Host-jm_session` over https' },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API token (`jm_…`), which may do what it was given and no more, or the token of a session from `auth/token`. Calls about a session, such as `auth/me`, take no API token.',
        },
      },
    },
  });
  simplifySchemas([document.components?.schemas, document.paths]);
  for (const route of listRoutes(contract)) describeRoute(document, route);
  return document;
}

function describeRoute(document: OpenAPI.Document, route: ApiRoute): void {
  const operation = document.paths?.[route.path]?.[route.method.toLowerCase() as 'get' | 'post'];
  if (!operation) throw new Error(`The API document lacks ${route.method} ${route.path}`);
  operation.description = [operation.description, describeCaller(route)].filter(Boolean).join('\n\n');
  operation.security = route.policy === 'public' ? [] : [{ cookie: [] }, { bearer: [] }];
  operation.responses ??= {};
  Object.assign(operation.responses, problemResponses(codesOf(route)));
  if (takesKey(route)) operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
  if (BEGINS_A_RUN.includes(route.name)) {
    Object.assign(operation.responses['201'] ?? {}, { headers: { Location: LOCATION } });
  }
}

/** What the calls are about; each names one. */
const TAGS: Record<string, string> = {
  Jobs: 'Runs of jobs from their enqueueing to the history, and the jobs themselves with settings and presets',
  Messages: 'What runs write while they are executed',
  Batches: 'Runs that were queued as one',
  'Bulk operations': 'Acts on many runs, with a preview first',
  Channels: 'Lanes that runs queue in, with their limits',
  Schedules: 'Runs at set times',
  Runners: 'Processes that execute runs, and commands to them',
  Metrics: 'Figures over time',
  Alerts: 'Rules, incidents, and who is notified of them',
  'Health and recovery': 'How the system does, and what brings it back',
  'External programs': 'Runs that programs of any language execute over the API',
  Errors: 'Errors of browsers',
  Administration: 'People, roles, API tokens and the audit log',
  'Sign-in': 'Sessions, passwords and second factors',
};

/** Who may make a call. */
function describeCaller({ policy, alsoNeeds, viewedFields }: ApiRoute): string {
  if (policy === 'public') return 'Public.';
  if (policy === 'session')
    return 'For people who are signed in, also before they have completed what their account requires first.';
  if (policy === 'signedIn') return 'For people who are signed in; API tokens have no session.';
  const names = [policy, ...alsoNeeds].map((permission) => `\`${permission}\``);
  const needed = `Needs the permission${names.length > 1 ? 's' : ''} ${names.join(' and ')}.`;
  if (viewedFields.length === 0) return needed;
  return `${needed} Without \`view\` the answer leaves out ${viewedFields.map((field) => `\`${field}\``).join(', ')}.`;
}

const BEGINS_A_RUN = ['jobs.enqueue', 'external.start'];

const LOCATION = { description: 'Address of the run', schema: { type: 'string' } };
const IDEMPOTENCY_KEY: OpenAPI.ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same key does nothing twice and answers the same, and is refused (409) for another request; keys of different callers and calls never meet.',
  schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x20-\\x7e]+$' },
};

/** The problems a call can answer with. */
function codesOf(route: ApiRoute): ProblemCode[] {
  const codes: ProblemCode[] = ['INVALID_INPUT', 'FOREIGN_HOST', 'INTERNAL', 'UNAVAILABLE'];
  if (route.method !== 'GET' || route.policy !== 'public') codes.push('FOREIGN_ORIGIN');
  if (route.method !== 'GET') codes.push('TOO_LARGE', 'UNSUPPORTED_TYPE');
  if (route.policy !== 'public') codes.push('SIGNED_OUT', 'FORBIDDEN');
  return [...codes, ...(OWN_CODES[route.name] ?? [])];
}

const REPORT_CODES: ProblemCode[] = ['UNKNOWN_RUN', 'LEASE_LOST', 'NOT_ALLOWED'];

const OWN_CODES: Record<string, ProblemCode[]> = {
  'auth.login': ['WRONG_CREDENTIALS', 'PASSWORD_EXPIRED', 'TOO_MANY_ATTEMPTS', 'HOST_ACCOUNTS'],
  'auth.loginCode': ['SIGN_IN_CODE_WRONG', 'SIGN_IN_ENDED', 'NOT_ALLOWED', 'TOO_MANY_ATTEMPTS', 'HOST_ACCOUNTS'],
  'auth.token': [
    'WRONG_CREDENTIALS',
    'PASSWORD_EXPIRED',
    'CODE_NEEDED',
    'SIGN_IN_CODE_WRONG',
    'NOT_ALLOWED',
    'TOO_MANY_ATTEMPTS',
    'HOST_ACCOUNTS',
  ],
  'auth.logout': ['HOST_ACCOUNTS'],
  'auth.changePassword': ['WRONG_PASSWORD', 'TOO_MANY_ATTEMPTS', 'HOST_ACCOUNTS'],
  'auth.sessions': ['HOST_ACCOUNTS'],
  'auth.endSession': ['WRONG_PASSWORD', 'TOO_MANY_ATTEMPTS', 'UNKNOWN_SESSION', 'HOST_ACCOUNTS'],
  'auth.endOtherSessions': ['WRONG_PASSWORD', 'TOO_MANY_ATTEMPTS', 'HOST_ACCOUNTS'],
  'secondFactor.get': ['HOST_ACCOUNTS'],
  'secondFactor.begin': ['PASSWORD_NEEDED', 'WRONG_PASSWORD', 'TOO_MANY_ATTEMPTS', 'NOT_ALLOWED', 'HOST_ACCOUNTS'],
  'secondFactor.confirm': ['WRONG_CODE', 'NOT_ALLOWED', 'HOST_ACCOUNTS'],
  'secondFactor.turnOff': ['WRONG_CODE', 'WRONG_PASSWORD', 'TOO_MANY_ATTEMPTS', 'NOT_ALLOWED', 'HOST_ACCOUNTS'],
  'secondFactor.renewRecoveryCodes': [
    'WRONG_CODE',
    'WRONG_PASSWORD',
    'TOO_MANY_ATTEMPTS',
    'NOT_ALLOWED',
    'HOST_ACCOUNTS',
  ],
  'users.list': ['HOST_ACCOUNTS'],
  'jobs.get': ['UNKNOWN_RUN'],
  'runLists.neighbours': ['UNKNOWN_RUN'],
  'runLists.graph': ['UNKNOWN_RUN'],
  'runLists.activity': ['UNKNOWN_RUN'],
  'jobs.cancel': ['UNKNOWN_RUN', 'NOT_ALLOWED'],
  'jobs.enqueue': ['UNKNOWN_JOB', 'INVALID_PARAMETERS', 'UNKNOWN_RUN', 'NOT_ALLOWED', 'DUPLICATE'],
  'schedules.getSchedule': ['UNKNOWN_SCHEDULE'],
  'schedules.nextRuns': ['UNKNOWN_SCHEDULE'],
  'schedules.scheduleRuns': ['UNKNOWN_SCHEDULE'],
  'schedules.createSchedule': ['UNKNOWN_JOB', 'INVALID_PARAMETERS', 'NAME_TAKEN', 'NOT_ALLOWED'],
  'schedules.changeSchedule': ['UNKNOWN_SCHEDULE', 'UNKNOWN_JOB', 'INVALID_PARAMETERS', 'NAME_TAKEN', 'NOT_ALLOWED'],
  'schedules.removeSchedule': ['UNKNOWN_SCHEDULE', 'NOT_ALLOWED'],
  'schedules.pauseSchedule': ['UNKNOWN_SCHEDULE'],
  'schedules.resumeSchedule': ['UNKNOWN_SCHEDULE'],
  'schedules.runSchedule': ['UNKNOWN_SCHEDULE', 'UNKNOWN_JOB', 'INVALID_PARAMETERS'],
  'users.create': ['EMAIL_TAKEN', 'HOST_ACCOUNTS'],
  'users.changeRole': ['UNKNOWN_ACCOUNT', 'NOT_ALLOWED', 'HOST_ACCOUNTS'],
  'users.disable': ['UNKNOWN_ACCOUNT', 'NOT_ALLOWED', 'HOST_ACCOUNTS'],
  'users.enable': ['UNKNOWN_ACCOUNT', 'HOST_ACCOUNTS'],
  'users.resetPassword': ['UNKNOWN_ACCOUNT', 'HOST_ACCOUNTS'],
  'users.removeSecondFactor': ['UNKNOWN_ACCOUNT', 'NOT_ALLOWED', 'HOST_ACCOUNTS'],
  'users.signOutEverywhere': ['UNKNOWN_ACCOUNT', 'HOST_ACCOUNTS'],
  'errors.group': ['UNKNOWN_ERROR'],
  'external.start': ['INVALID_PARAMETERS', 'LEASE_LOST', 'DUPLICATE', 'TOO_MANY_ACTIVE'],
  'external.getProgress': ['UNKNOWN_RUN'],
  'external.progress': REPORT_CODES,
  'external.heartbeat': REPORT_CODES,
  'external.message': [...REPORT_CODES, 'DUPLICATE'],
  'external.complete': REPORT_CODES,
  'external.fail': REPORT_CODES,
  'tokens.create': ['NOT_ALLOWED'],
  'tokens.revoke': ['UNKNOWN_TOKEN'],
};

function problemResponses(codes: ProblemCode[]): OpenAPI.ResponsesObject {
  const statuses = [...new Set(codes.map(statusOf))];
  const response = (sharing: ProblemCode[]): OpenAPI.ResponseObject => ({
    description: sharing.map((code) => `${problemTitles[code]} (\`${code}\`)`).join('; '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  return Object.fromEntries(
    statuses.map((status) => [String(status), response(codes.filter((code) => statusOf(code) === status))]),
  );
}
