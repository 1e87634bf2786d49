import { pauseOf } from '@job-manager/engine/queue/transitions/pause';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentChannel } from '../present/channel.js';
import { withCurrent } from './changed-meanwhile.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';

const os = implement(contract.channels).$context<CallContext>();

/** Reading and steering channels. */
export function createChannelCalls({ queue: { channels } }: Pick<HttpDeps, 'queue'>) {
  return os.router({
    listChannels: os.listChannels.handler(async () => ({ channels: (await channels.list()).map(presentChannel) })),

    setChannel: os.setChannel.handler(({ input: { channel, ...change }, context }) =>
      withCurrent(context, presentChannel, async () => changed(await channels.set(channel, change, actorOf(context)))),
    ),

    pauseChannel: os.pauseChannel.handler(async ({ input: { channel, ...pause }, context }) =>
      changed(await channels.pause(channel, pauseOf(pause), actorOf(context))),
    ),

    resumeChannel: os.resumeChannel.handler(async ({ input, context }) =>
      changed(await channels.resume(input.channel, actorOf(context))),
    ),
  });
}

const changed = (channel: Parameters<typeof presentChannel>[0]) => ({
  name: channel.name,
  channel: presentChannel(channel),
});
