import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from './client.js';
import { acquireEmbeddedDatabase, type EmbeddedDatabase } from './embedded.js';
import { socketAddress, urlOf } from './embedded-address.js';
import { withSchema } from './schema.js';

let folder: string;
let server: EmbeddedDatabase;
const start = () =>
  acquireEmbeddedDatabase({
    dataDir: folder,
    home: join(folder, 'postgres'),
    listensAt: 'socket',
    settings: ['fsync=off'],
  });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-manager-socket-'));
  await chmod(folder, 0o755);
  server = await start();
});
afterAll(async () => {
  await server.release();
  await rm(folder, { recursive: true });
});

const socketFolder = () => new URL(server.url).searchParams.get('host') ?? '';

describe('the embedded PostgreSQL', () => {
  it('listens at a socket alone, in a folder of its account', async () => {
    const pool = createPool(withSchema(server.url, 'job_manager'), { max: 1 });
    const shown = await pool.query(`SELECT current_setting('listen_addresses') AS tcp, inet_server_addr() AS address`);
    await pool.end();
    expect(shown.rows).toEqual([{ tcp: '', address: null }]);
    const { mode, uid } = await stat(socketFolder());
    expect(mode & 0o777).toBe(0o700);
    expect(uid).toBe((await stat(join(folder, 'postgres', 'data'))).uid);
  });

  it('is found at the same address by a second process', async () => {
    const joined = await start();
    expect(joined.url).toBe(server.url);
  });

  it('has a role for server and job code, and gives one back that is missing or has another password', async () => {
    const owner = createPool(server.url, { max: 1 });
    const application = new URL(server.applicationUrl);
    for (const change of ['DROP ROLE', 'ALTER ROLE']) {
      await owner.query(`${change} job_manager_app ${change === 'ALTER ROLE' ? "SUPERUSER PASSWORD 'x'" : ''}`);
      const joined = await start();
      expect(joined.applicationUrl).toBe(server.applicationUrl);
      const pool = createPool(joined.applicationUrl, { max: 1 });
      const role = 'SELECT rolname, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user';
      const { rows } = await pool.query(role);
      await pool.end();
      expect(rows).toEqual([
        { rolname: application.username, rolsuper: false, rolcreaterole: false, rolcreatedb: false },
      ]);
    }
    await owner.end();
    expect(application.password).not.toBe(new URL(server.url).password);
  });

  it.runIf(process.getuid?.() === 0)('lets no other account near the socket', async () => {
    const connect = `require('node:net').connect('${socketFolder()}/.s.PGSQL.5432').on('error', (e) => console.log(e.code)).on('connect', () => { console.log('in'); process.exit(); })`;
    const asOtherAccount = { uid: 65_534, gid: 65_534, cwd: '/' };
    const { stdout } = await promisify(execFile)('node', ['-e', connect], asOtherAccount);
    expect(stdout.trim()).toBe('EACCES');
  });

  it('listens below /tmp where the path would be too long for a socket, and never in a folder of another account', async () => {
    const { folder: short } = await socketAddress(`/${'long/'.repeat(20)}`, undefined);
    expect(short).toMatch(/^\/tmp\/job-manager-[0-9a-f]{16}$/);
    await rm(short ?? '', { recursive: true });
    if (process.getuid?.() !== 0) return;
    const home = await mkdtemp(join(tmpdir(), 'job-manager-foreign-'));
    await mkdir(join(home, 'socket'));
    await chown(join(home, 'socket'), 12_345, 12_345);
    await expect(socketAddress(home, undefined)).rejects.toThrow('belongs to another account');
    await rm(home, { recursive: true });
  });
});

describe('a port of the embedded PostgreSQL', () => {
  const message = (type: string, ...values: number[]) => {
    const body = Buffer.alloc(values.length * 4);
    for (const [place, word] of values.entries()) body.writeInt32BE(word, place * 4);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };

  it.each([
    ['the password', message('R', 3)],
    ['its MD5 hash', message('R', 5, 0x01020304)],
    ['nothing', Buffer.concat([message('R', 0), Buffer.from('Z\0\0\0\x05I', 'latin1')])],
  ])('sends nothing to another process there that requests %s', async (_what, request) => {
    const received: Buffer[] = [];
    const listener = createServer((socket: Socket) => {
      socket.once('data', () => {
        socket.write(request);
        socket.on('data', (data) => received.push(data));
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const pool = createPool(
      urlOf({ port, folder: null }, { user: 'postgres', password: 'secret', database: 'job_manager' }, true),
      {
        max: 1,
      },
    );
    await expect(pool.query('SELECT 1')).rejects.toThrow('does not prove that it is the database');
    await pool.end();
    await new Promise((resolve) => listener.close(resolve));
    expect(Buffer.concat(received).toString()).toBe('');
  });
});
