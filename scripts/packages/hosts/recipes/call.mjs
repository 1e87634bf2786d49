import { WebSocket } from 'ws';

// Calls an application of this folder without a session, as ada, who may do everything, and as bob, who may do nothing.

const url = `http://127.0.0.1:${process.argv[2]}`;

async function signIn(id) {
  const answer = await fetch(`${url}/sign-in/${id}`, { method: 'POST' });
  const cookie = answer.headers.get('set-cookie');
  return cookie ? { cookie: cookie.split(';')[0] } : { authorization: `Bearer ${(await answer.json()).token}` };
}

async function call(headers) {
  const call = (path, init) => fetch(`${url}/ops/jobs/api${path}`, { headers: { origin: url, ...headers }, ...init });
  const me = await call('/auth/me');
  const queued = await call('/admin/jobs/enqueue', {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jobName: 'send-mail', parameters: {} }),
  });
  return {
    me: me.status === 200 ? (await me.json()).user : me.status,
    history: (await call('/admin/jobs/history')).status,
    queued: queued.status === 201 ? (await queued.json()).jobRunId : queued.status,
    socket: await firstOf(
      new WebSocket(`${url.replace('http', 'ws')}/ops/jobs/ws`, { headers: { origin: url, ...headers } }),
    ),
  };
}

/** The type of the first message, or the code with which the socket is closed. */
const firstOf = (socket) =>
  new Promise((resolve, reject) => {
    socket.once('message', (data) => {
      resolve(JSON.parse(data).type);
      socket.terminate();
    });
    socket.once('close', resolve);
    socket.once('error', reject);
  });

const [anonymous, ada, bob] = [await call({}), await call(await signIn('7')), await call(await signIn('8'))];
console.log(JSON.stringify({ anonymous, ada, bob }));
