import { createServer } from 'node:http';
import { createJobManager, withMiddleware } from '@job-manager/server';
import express from 'express';
import expressSession from 'express-session';
import { listen, options, people, secret } from './lib.mjs';

const app = express();
const server = createServer(app);

const session = expressSession({ secret, resave: false, saveUninitialized: false });
app.use(session);

const jobManager = createJobManager({
  ...options,
  identify: withMiddleware([session], (request) => {
    const person = people.get(request.session.personId);
    return person && { id: person.id, email: person.email, role: person.isAdmin ? 'SUPER_ADMIN' : 'USER' };
  }),
  signInUrl: '/sign-in?back={next}',
});
app.use('/ops/jobs', jobManager.router);
jobManager.attach(server);

app.post('/sign-in/:id', (request, response) => {
  request.session.personId = request.params.id;
  response.sendStatus(204);
});
listen(server, jobManager);
