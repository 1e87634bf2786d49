import { expect } from 'vitest';
import type { World } from './world.js';

type Server = Pick<World, 'url' | 'token'>;

/** Sends a command to runners over the API, and returns its group. */
export async function sendCommand(server: Server, order: object): Promise<string> {
  const { groupId } = await call<{ groupId: string }>(server, '', { method: 'POST', body: JSON.stringify(order) });
  return groupId;
}

/** How far the commands of a group are. */
export async function readCommandStates(server: Server, groupId: string): Promise<string[]> {
  const { commands } = await call<{ commands: { state: string }[] }>(server, `?groupId=${groupId}`);
  expect(commands.length).toBeGreaterThan(0);
  return commands.map(({ state }) => state);
}

async function call<Answer>({ url, token }: Server, query: string, request: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/admin/jobs/runners/commands${query}`, { ...request, headers });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Answer;
}
