const { defineJob } = require('@job-manager/server');
const z = require('zod');

exports.jobs = [
  defineJob({
    name: 'wait',
    description: 'Takes as long as its parameter, and ignores requests to stop',
    parameters: z.strictObject({ ms: z.number().int() }),
    run: async (_ctx, { ms }) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return { waited: ms };
    },
  }),
];
