import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.schedules).$context<CallContext>();

export function createScheduleCalls(_deps: HttpDeps) {
  return os.router({
    listSchedules: os.listSchedules.handler(notYet),
    getSchedule: os.getSchedule.handler(notYet),
    nextRuns: os.nextRuns.handler(notYet),
    previewSchedule: os.previewSchedule.handler(notYet),
    createSchedule: os.createSchedule.handler(notYet),
    changeSchedule: os.changeSchedule.handler(notYet),
    removeSchedule: os.removeSchedule.handler(notYet),
    pauseSchedule: os.pauseSchedule.handler(notYet),
    resumeSchedule: os.resumeSchedule.handler(notYet),
    runSchedule: os.runSchedule.handler(notYet),
  });
}
