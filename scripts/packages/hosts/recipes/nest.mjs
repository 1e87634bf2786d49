import 'reflect-metadata';
import { createJobManager } from '@job-manager/server';
import { Controller, HttpCode, Module, Param, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parseCookie } from 'cookie';
import { options, people, started } from './lib.mjs';

const identify = ({ headers }) => {
  const person = people.get(parseCookie(headers.cookie ?? '').person ?? '');
  return person && { id: person.id, email: person.email, role: person.isAdmin ? 'SUPER_ADMIN' : 'USER' };
};

class SignIn {
  signIn(id, response) {
    response.cookie('person', id, { httpOnly: true });
  }
}
// As the decorators of a TypeScript application do it.
Controller('sign-in')(SignIn);
Post(':id')(SignIn.prototype, 'signIn', Object.getOwnPropertyDescriptor(SignIn.prototype, 'signIn'));
HttpCode(204)(SignIn.prototype, 'signIn', Object.getOwnPropertyDescriptor(SignIn.prototype, 'signIn'));
Param('id')(SignIn.prototype, 'signIn', 0);
Res({ passthrough: true })(SignIn.prototype, 'signIn', 1);
class AppModule {}
Module({ controllers: [SignIn] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
const jobManager = createJobManager({ ...options, identify });
app.use('/ops/jobs', jobManager.router);
jobManager.attach(app.getHttpServer());
await app.listen(0, '127.0.0.1');

await started(app.getHttpServer(), jobManager, () => app.close());
