import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import type { Answer, Call, ProcessCalls, ProcessOrder } from './process-calls.js';

const PROGRAM = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
/** Of what it wrote, reported when it ends by itself. */
const TOLD_CHARS = 2_000;

/** An engine's process as the benchmark sees it. */
export interface EngineChild {
  call<Name extends keyof ProcessCalls>(
    name: Name,
    ...given: Parameters<ProcessCalls[Name]>
  ): ReturnType<ProcessCalls[Name]>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts a process for an engine, whose output goes to a file, and has it load the engine's code. */
export async function startEngine(order: ProcessOrder, logFile: string): Promise<EngineChild> {
  const log = openSync(logFile, 'w');
  const child = fork(PROGRAM, {
    env: { PATH: process.env.PATH },
    execArgv: typescriptArgs,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const pending = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => pending.get(answer.id)?.(answer));
  const died = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => {
      const end = readFileSync(logFile, 'utf8').slice(-TOLD_CHARS).trim();
      reject(new Error(`The process of ${order.engine} ended (${code ?? signal}): ${end}`));
    });
  });
  // That it ends while no caller waits for an answer is how it should be.
  died.catch(() => {});
  let calls = 0;

  async function call(name: keyof ProcessCalls, argument?: unknown): Promise<unknown> {
    calls += 1;
    const id = calls;
    const answered = new Promise<Answer>((resolve) => pending.set(id, resolve));
    child.send({ id, name, argument } satisfies Call);
    const answer = await Promise.race([answered, died]).finally(() => pending.delete(id));
    if ('error' in answer) throw new Error(`${order.engine}: ${answer.error}`);
    return answer.value;
  }
  await call('load', order);
  // Both ends are of one commit: the answer has the type of the call.
  return { call: call as EngineChild['call'], kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
