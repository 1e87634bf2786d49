import { createServer } from 'node:http';
import { createJobManager } from '@job-manager/server';
import { parseCookie } from 'cookie';
import express from 'express';
import jwt from 'jsonwebtoken';
import { listen, options, people, secret } from './lib.mjs';

const app = express();
const server = createServer(app);

const jobManager = createJobManager({
  ...options,
  identify: ({ headers }) => {
    try {
      const claims = jwt.verify(parseCookie(headers.cookie ?? '').token ?? '', secret, { algorithms: ['HS256'] });
      return { id: claims.sub, email: claims.email, role: claims.isAdmin ? 'SUPER_ADMIN' : 'USER' };
    } catch {
      return null; // No token, or one that is not ours, or has expired.
    }
  },
});
app.use('/ops/jobs', jobManager.router);
jobManager.attach(server);

app.post('/sign-in/:id', (request, response) => {
  const { id, email, isAdmin } = people.get(request.params.id);
  response.cookie('token', jwt.sign({ email, isAdmin }, secret, { subject: id, expiresIn: '1h' }), { httpOnly: true });
  response.sendStatus(204);
});
listen(server, jobManager);
