import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type Express } from 'express';

// A shop as there are many: its own people, sessions and pages, and no idea of Job Manager.

interface Person {
  id: string;
  email: string;
  position: 'owner' | 'staff' | 'customer';
}

const people: Record<string, Person> = {
  ada: { id: 'p-1', email: 'ada@shop.example', position: 'owner' },
  grace: { id: 'p-2', email: 'grace@shop.example', position: 'staff' },
  bob: { id: 'p-3', email: 'bob@shop.example', position: 'customer' },
};

export interface Shop {
  app: Express;
  /** Who is signed in, by the cookie of a request. */
  personOf(request: IncomingMessage): Person | null;
  /** Calls this with the number of each order. */
  onOrder(listener: (order: number) => Promise<unknown>): void;
}

export function createShop(): Shop {
  const sessions = new Map<string, Person>();
  let orders = 0;
  let listener: (order: number) => Promise<unknown> = async () => {};
  const app = express();
  app.use(express.json(), express.urlencoded());

  app.get('/', (_req, res) => {
    res.send('<h1>The shop</h1><form method="post" action="/orders"><button>Order</button></form>');
  });
  app.post('/orders', async (_req, res) => {
    orders += 1;
    await listener(orders);
    res.status(201).send(`<h1>Thank you for order ${orders}</h1>`);
  });
  app.get('/login', (req, res) => {
    const back = encodeURIComponent(String(req.query.back ?? '/'));
    const buttons = Object.keys(people).map((name) => `<button name="name" value="${name}">I am ${name}</button>`);
    res.send(
      `<h1>Sign in to the shop</h1><form method="post" action="/login?back=${back}">${buttons.join(' ')}</form>`,
    );
  });
  app.post('/login', (req, res) => {
    const person = people[String(req.body?.name)];
    if (!person) return void res.status(400).send('No person has that name');
    const id = randomUUID();
    sessions.set(id, person);
    const back = String(req.query.back ?? '/');
    // Back into the shop only, wherever the address claims to come from.
    res.cookie('shop', id, { httpOnly: true, sameSite: 'lax' }).redirect(/^\/(?![/\\])/.test(back) ? back : '/');
  });
  app.post('/logout', (req, res) => {
    sessions.delete(cookieOf(req));
    res.redirect('/');
  });

  return {
    app,
    personOf: (request) => sessions.get(cookieOf(request)) ?? null,
    onOrder: (receive) => {
      listener = receive;
    },
  };
}

const cookieOf = (request: IncomingMessage): string => /\bshop=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
