import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { type Answer, problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer();
  authorization = `Bearer ${(await server.signIn('ADMIN')).token}`;
});
afterAll(() => server.stop());

const callApi = (sent: Sent): Promise<Answer> =>
  send(server.url, { ...sent, headers: { authorization, ...sent.headers } });
const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: Sent['body'], headers: Sent['headers'] = JSON_TYPE, path = '/api/admin/jobs/enqueue') =>
  callApi({ method: 'POST', path, body, headers });
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const ESCAPED_NUL = '\\u0000';
const HALF_PAIR = '\\ud800';

describe('a body', () => {
  it.each([
    ['a NUL in a parameter', `{"jobName":"echo","parameters":{"word":"a${ESCAPED_NUL}b"}}`, 'parameters'],
    ['a NUL in a key', `{"jobName":"echo","parameters":{"a${ESCAPED_NUL}":1}}`, 'parameters'],
    ['a NUL in the job name', `{"jobName":"${ESCAPED_NUL}"}`, 'jobName'],
    ['a NUL deep inside', `{"jobName":"echo","parameters":{"a":[{"b":"${ESCAPED_NUL}"}]}}`, 'parameters'],
    ['half a surrogate pair', `{"jobName":"echo","parameters":{"word":"${HALF_PAIR}"}}`, 'parameters'],
    ['half a surrogate pair in a key', `{"jobName":"echo","parameters":{"${HALF_PAIR}":1}}`, 'parameters'],
  ])('with %s is refused, and the field named', async (_name, body, field) => {
    const answer = await post(body);
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(answer.json.field).toBe(field);
  });

  it.each([
    ['enqueue', '"jobName":"echo","parameters":{"ids":[1,#]}', 'parameters.ids.1'],
    ['enqueue', '"jobName":"echo","delayMs":#', 'delayMs'],
    ['start', '"jobName":"their-job","parameters":{"id":#}', 'parameters.id'],
    ['batches', '"name":"x","runs":[{"jobName":"echo","parameters":{"id":#}}]', 'runs.0.parameters.id'],
    ['schedules', '"name":"x","jobName":"echo","everyMs":60000,"parameters":{"id":#}', 'parameters.id'],
    ['1/message', '"messages":[{"message":"x","data":{"id":#}}]', 'messages.0.data.id'],
    ['1/complete', '"metadata":{"id":#}', 'metadata.id'],
    ['1/fail', '"metadata":{"deep":[{"id":#}]}', 'metadata.deep.0.id'],
  ])('with a number that would change is refused with its path: %s', async (call, fields, path) => {
    for (const number of ['9007199254740993', '-750727362669608961', '1e400', '1e-400']) {
      const answer = await post(`{${fields.replace('#', number)}}`, JSON_TYPE, `/api/admin/jobs/${call}`);
      expect(problemCode(answer)).toBe('INVALID_INPUT');
      expect(answer.json).toMatchObject({ field: path.split('.')[0], issues: [{ path }] });
      expect(answer.json.detail).toMatch(new RegExp(`^${path}: too .*; send it as text$`));
    }
  });

  it.each([
    ['enqueue', '"jobName":"echo","scope":#', 'scope'],
    ['start', '"jobName":"their-job","scope":#', 'scope'],
    ['start', '"jobName":"their-job","algorithmVersion":#', 'algorithmVersion'],
    ['batches', '"runs":[{"jobName":"echo"}],"name":#', 'name'],
    ['batches', '"name":"x","runs":[{"jobName":"echo","scope":#}]', 'runs.0.scope'],
    ['presets', '"jobName":"echo","name":#', 'name'],
    ['views', '"page":"history","query":"","name":#', 'name'],
    ['channels/mail/pause', '"reason":#', 'reason'],
  ])('with codes for terminals in what screens show is refused: %s', async (call, fields, path) => {
    const answer = await post(`{${fields.replace('#', '"\\u001b[31mred"')}}`, JSON_TYPE, `/api/admin/jobs/${call}`);
    expect(answer.json.issues).toEqual([{ path, message: 'must have no control characters' }]);
  });

  it('keeps numbers that a double holds, however they are written', async () => {
    const answer = await post('{"jobName":"echo","parameters":{"word":"x","a":1.10,"b":1e3,"c":9007199254740994}}');
    expect(answer.json.run.parameters).toMatchObject({ a: 1.1, b: 1000, c: 9007199254740994 });
  });

  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['a text', '"echo"'],
    ['null', 'null'],
    ['a number', '1e400000'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['a text that is no UTF-8', Buffer.from('{"jobName":"echo","parameters":{"word":"caf\xe9"}}', 'latin1')],
    ['32 levels and one more', nested(33)],
    ['10,000 levels', nested(10_000)],
    ['10,000 levels of array', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['no required field', '{}'],
    ['a job name of another type', '{"jobName":{"$gt":""}}'],
    ['an endless job name', `{"jobName":"${'x'.repeat(101)}"}`],
    ['a run number beyond 64 bits', '{"jobName":"echo","rerunOfId":"99999999999999999999"}'],
    ['a run number that is a number', '{"jobName":"echo","rerunOfId":5}'],
    ['parameters that are a list', '{"jobName":"echo","parameters":[1]}'],
  ])('that holds %s is refused', async (_name, body) => {
    expect(problemCode(await post(body))).toBe('INVALID_INPUT');
  });

  it('is judged by its depth before anything else', async () => {
    const answer = await post(nested(10_000));
    expect(answer.json.detail).toMatch(/nested deeper than 32/);
  });

  it('may have 64 kB and not a byte more', async () => {
    const padded = (bytes: number) => `{"jobName":"echo"${' '.repeat(bytes - 18)}}`;
    expect((await post(padded(65_536))).status).toBe(201);
    expect(problemCode(await post(padded(65_537)))).toBe('TOO_LARGE');
    const chunked = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    expect(problemCode(await post(padded(200_000), chunked))).toBe('TOO_LARGE');
  });

  it('may have 8 MB where it brings thousands of runs, and only from a caller who may', async () => {
    const most = 8 * 1024 * 1024;
    const start = '{"name":"x","runs":[{"jobName":"echo"}]';
    const padded = (bytes: number) => `${start}${' '.repeat(bytes - start.length - 1)}}`;
    const queue = (sent: Pick<Sent, 'body' | 'headers'>) =>
      send(server.url, {
        ...sent,
        method: 'POST',
        path: '/api/admin/jobs/batches',
        headers: { 'content-type': 'application/json', ...sent.headers },
      });
    expect((await queue({ body: padded(most), headers: { authorization } })).status).toBe(201);
    const beyond = await queue({ body: padded(most + 1), headers: { authorization } });
    expect(beyond.json).toMatchObject({ code: 'TOO_LARGE', detail: 'The body has more than 8 MB.' });
    expect(problemCode(await queue({ body: padded(most + 1) }))).toBe('SIGNED_OUT');
    const viewer = await server.signIn('USER');
    const theirs = { authorization: `Bearer ${viewer.token}` };
    expect(problemCode(await queue({ body: padded(most + 1), headers: theirs }))).toBe('FORBIDDEN');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    '',
  ])('of type %j is not read', async (type) => {
    expect(problemCode(await post('{"jobName":"echo"}', { 'content-type': type }))).toBe('UNSUPPORTED_TYPE');
  });

  it.each(['latin1', 'utf-16'])('in %s is not taken for UTF-8', async (charset) => {
    const answer = await post('{"jobName":"echo"}', { 'content-type': `application/json; charset=${charset}` });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(['UNSUPPORTED_TYPE', 'INVALID_INPUT']).toContain(problemCode(answer));
  });

  it('is not unpacked when it comes compressed', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(problemCode(await post('{"jobName":"echo"}', headers))).toBe('UNSUPPORTED_TYPE');
  });

  it('names every issue with its dotted path, and the field', async () => {
    const answer = await post('{"jobName":"echo","parameters":{"word":5}}');
    expect(problemCode(answer)).toBe('INVALID_PARAMETERS');
    expect(answer.json).toMatchObject({ field: 'parameters', issues: [{ path: 'parameters.word' }] });
    const unknown = await post('{"jobName":"nope"}');
    expect(problemCode(unknown)).toBe('UNKNOWN_JOB');
    expect(unknown.json.field).toBe('jobName');
  });

  it.each([
    '{"jobName":"echo","__proto__":{"polluted":true}}',
    '{"jobName":"echo","parameters":{"word":"x","deep":[{"\\u005f_proto__":1}]}}',
  ])('with a field that would be lost is refused: %s', async (body) => {
    expect(problemCode(await post(body))).toBe('INVALID_INPUT');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['constructor', '{"jobName":"echo","parameters":{"constructor":{"prototype":{"polluted":true}}}}'],
    ['a key twice', '{"jobName":"nope","jobName":"echo"}'],
    [
      'right-to-left marks, emoji and zero-width text',
      '{"jobName":"echo","parameters":{"word":"\u202e\u{1f600}\u200b"}}',
    ],
  ])('with %s changes nothing but its own run', async (_name, body) => {
    expect((await post(body)).status).toBe(201);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
