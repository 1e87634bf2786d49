import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { CallContext, HttpDeps } from './context.js';
import { notYet } from './not-yet.js';

const os = implement(contract.channels).$context<CallContext>();

export function createChannelCalls(_deps: HttpDeps) {
  return os.router({
    listChannels: os.listChannels.handler(notYet),
    setChannel: os.setChannel.handler(notYet),
    pauseChannel: os.pauseChannel.handler(notYet),
    resumeChannel: os.resumeChannel.handler(notYet),
  });
}
