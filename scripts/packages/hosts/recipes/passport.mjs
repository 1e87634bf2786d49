import { createServer } from 'node:http';
import { createJobManager, withMiddleware } from '@job-manager/server';
import express from 'express';
import expressSession from 'express-session';
import passport from 'passport';
import { listen, options, people, secret } from './lib.mjs';

const app = express();
const server = createServer(app);

const signedIn = [
  expressSession({ secret, resave: false, saveUninitialized: false }),
  passport.initialize(),
  passport.session(),
];
app.use(signedIn);

const jobManager = createJobManager({
  ...options,
  identify: withMiddleware(
    signedIn,
    ({ user }) => user && { id: user.id, email: user.email, role: user.isAdmin ? 'SUPER_ADMIN' : 'USER' },
  ),
});
app.use('/ops/jobs', jobManager.router);
jobManager.attach(server);

passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, people.get(id) ?? false));
app.post('/sign-in/:id', (request, response, next) => {
  request.login(people.get(request.params.id), (error) => (error ? next(error) : response.sendStatus(204)));
});
listen(server, jobManager);
