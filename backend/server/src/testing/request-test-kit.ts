import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { problem } from '@job-manager/shared/errors';
import { expect } from 'vitest';

export interface Sent {
  method?: string;
  /** Sent as it stands, never tidied up. */
  path: string;
  headers?: Record<string, string | string[]>;
  /** An object is sent as JSON, text and bytes as they are. */
  body?: object | string | Buffer;
  /** Keeps connections for the next call; without one each call has its own. */
  agent?: Agent;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test defines itself what it expects in there
  json: any;
}

/** Sends a request exactly as given, where `fetch` would tidy the path and forbid headers. */
export function send(url: string, { method = 'GET', path, headers = {}, body, agent }: Sent): Promise<Answer> {
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  const bytes = body === undefined ? undefined : Buffer.from(isJson ? JSON.stringify(body) : body);
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const isChunked = headers['transfer-encoding'] !== undefined;
    const length = bytes === undefined || isChunked ? {} : { 'content-length': String(bytes.length) };
    const type = isJson ? { 'content-type': 'application/json' } : {};
    const req = request(
      { hostname, port, method, path, headers: { ...type, ...length, ...headers }, agent: agent ?? false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isParsed = /json/.test(res.headers['content-type'] ?? '') && text !== '';
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            text,
            json: isParsed ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    req.on('error', reject);
    req.end(bytes);
  });
}

const refusalSchema = problem.strict();

/** Checks that a refusal is a problem as the contract has it, and returns its code. */
export function problemCode(answer: Answer): string {
  expect(answer.headers['content-type'], answer.text).toMatch(/^application\/problem\+json/);
  const body = refusalSchema.parse(answer.json);
  expect(body.status).toBe(answer.status);
  expect(body).toMatchObject({ error: body.title, details: body.detail });
  expect(answer.headers['x-request-id']).toBeTruthy();
  return body.code;
}
