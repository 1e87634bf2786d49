// @ts-check
// The heartbeat thread opens its connection with it too, so plain JavaScript.
import './light-pg.mjs';
import pg from 'pg';
import { ownTypes } from './type-parsers.mjs';

/**
 * Sent with the start of a connection, so that they count through a pooler in transaction mode as well: these are the
 * ones that PgBouncer keeps for each of its clients. Prisma's adapter misreads times in any zone but UTC, and the driver
 * any date style but ISO.
 */
const STARTUP = { DateStyle: 'ISO, MDY', TimeZone: 'UTC', standard_conforming_strings: 'on' };

/**
 * Whether the URL requires the server to authenticate itself, by the parameter of libpq.
 * @param {string} url
 */
const requiresScram = (url) => URL.canParse(url) && new URL(url).searchParams.get('require_auth') === 'scram-sha-256';

/**
 * Ends the connection to a server that requests the password itself, a hash of it, or nothing, before anything is sent:
 * only SCRAM proves that the server has the password, too.
 * @param {pg.Client} client
 */
function requireScram(client) {
  const { connection } =
    /** @type {{ connection: import('node:events').EventEmitter & { stream: import('node:stream').Duplex } }} */ (
      /** @type {unknown} */ (client)
    );
  const refuse = () => {
    // At once, before other messages of the server complete the connection.
    connection.emit(
      'error',
      new Error('What listens at the port of the database does not prove that it is the database'),
    );
    connection.stream.destroy();
  };
  let isProven = false;
  // The driver listens for these messages too, but later: it then writes into a destroyed stream.
  connection.on('authenticationCleartextPassword', refuse);
  connection.on('authenticationMD5Password', refuse);
  // The driver has checked the proof of the server by then, and would have ended the connection.
  connection.on('authenticationSASLFinal', () => {
    isProven = true;
  });
  connection.on('authenticationOk', () => {
    if (!isProven) refuse();
  });
}

/** @typedef {import('pg').ClientConfig & { session: string | null }} OwnClientConfig */

/**
 * A connection of our own. It brings what our statements need: neither the parsers of the process nor the settings of
 * the database or the role change what they mean. `session` is the statement that sets the rest; null where nothing may be set.
 */
export class OwnClient extends pg.Client {
  #session;

  /** @param {OwnClientConfig} config */
  constructor({ session, ...config }) {
    super({ ...config, types: ownTypes });
    this.#session = session;
    if (config.connectionString !== undefined && requiresScram(config.connectionString)) requireScram(this);
    // One that breaks is noticed by the query that fails; without a listener the event would end the process.
    this.on('error', () => {});
  }

  /** The driver's own way to what it sends first; its types don't have it. */
  getStartupConf() {
    const driver = /** @type {{ getStartupConf(): object }} */ (/** @type {unknown} */ (pg.Client.prototype));
    return { ...driver.getStartupConf.call(this), ...STARTUP };
  }

  /**
   * Pools connect by callback, all other callers by promise.
   * @override
   */
  connect = /** @type {import('pg').Client['connect']} */ (
    (/** @type {((error?: Error) => void) | undefined} */ callback) => {
      const opened = this.#open();
      if (callback === undefined) return opened;
      opened.then(() => callback(), callback);
    }
  );

  async #open() {
    await super.connect();
    if (this.#session === null) return this;
    try {
      await super.query(this.#session);
      return this;
    } catch (error) {
      super.end().catch(() => {});
      throw error;
    }
  }
}
