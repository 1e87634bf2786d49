import { createServer } from 'node:http';
import { createJobManager } from '@job-manager/server';
import { parseCookie } from 'cookie';
import Fastify from 'fastify';
import { options, people, started } from './lib.mjs';

const identify = ({ headers }) => {
  const person = people.get(parseCookie(headers.cookie ?? '').person ?? '');
  return person && { id: person.id, email: person.email, role: person.isAdmin ? 'SUPER_ADMIN' : 'USER' };
};

const jobManager = createJobManager({ ...options, identify });
const app = Fastify({
  // Requests outside of /ops/jobs go on to Fastify.
  serverFactory: (handle) =>
    createServer((request, response) => jobManager.router(request, response, () => handle(request, response))),
});
jobManager.attach(app.server);

app.post('/sign-in/:id', (request, reply) =>
  reply.code(204).header('set-cookie', `person=${request.params.id}; HttpOnly`).send(),
);
await app.listen({ port: 0, host: '127.0.0.1' });
await started(app.server, jobManager, () => app.close());
