import { createHmac } from 'node:crypto';
import type { Config } from '@job-manager/engine/config';
import type { DestinationRow } from '@job-manager/engine/store/alerts/destinations';
import nodemailer from 'nodemailer';
import type { DestinationSecrets, WebhookSecret } from './destination-secrets.js';
import { type Notice, noticeJson, type PanelUrl, writeNotice } from './message.js';
import { post } from './outgoing-request.js';

export interface Attempt {
  ok: boolean;
  /** What the receiver answered, or why nothing was sent. */
  detail: string;
  latencyMs: number;
}

export interface AlertSender {
  /** One attempt; never rejects. */
  send(destination: DestinationRow, notice: Notice): Promise<Attempt>;
  /** Why nothing can be sent to a destination, by the settings; null where it can. */
  problemOf(destination: Pick<DestinationRow, 'kind'>): string | null;
}

export interface AlertSenderOptions {
  config: Pick<Config, 'ALERTS_SMTP_URL' | 'ALERTS_FROM' | 'ALERTS_PRIVATE_ADDRESSES' | 'PUBLIC_URL' | 'HOSTNAME'>;
  secrets: DestinationSecrets;
  panel: PanelUrl;
}

const NO_SMTP = 'No mail server is set: set ALERTS_SMTP_URL, such as smtp://user:password@mail.example.com:587.';

/** Sends notices to destinations, by what the settings allow. */
export function createAlertSender({ config, secrets, panel }: AlertSenderOptions): AlertSender {
  const problemOf: AlertSender['problemOf'] = ({ kind }) =>
    kind === 'EMAIL' && config.ALERTS_SMTP_URL === undefined ? NO_SMTP : null;

  const sendNow = async (destination: DestinationRow, notice: Notice): Promise<string> => {
    const problem = problemOf(destination);
    if (problem) throw new Error(problem);
    if (destination.kind === 'EMAIL') return sendMail(config, destination.emails, notice, panel);
    if (destination.secret === null) throw new Error('The destination has no address.');
    const secret = await secrets.decrypt(destination.id, destination.secret);
    const { headers, body } =
      destination.kind === 'SLACK' ? chatRequest(notice, panel) : signedRequest(secret, notice, panel, new Date());
    const mayBePrivate = config.ALERTS_PRIVATE_ADDRESSES;
    const { status, text } = await post({ url: secret.url, headers, body, mayBePrivate });
    if (status >= 200 && status < 300) return `${status}`;
    const why = status >= 300 && status < 400 ? 'redirects are not followed' : text.trim();
    throw new Error(`The receiver answered ${status}${why === '' ? '' : `: ${why}`}`);
  };

  return {
    problemOf,
    send: async (destination, notice) => {
      const startedAt = performance.now();
      const took = () => Math.round(performance.now() - startedAt);
      try {
        return { ok: true, detail: await sendNow(destination, notice), latencyMs: took() };
      } catch (error) {
        return { ok: false, detail: error instanceof Error ? error.message : String(error), latencyMs: took() };
      }
    },
  };
}

/** As Slack, Mattermost, Rocket.Chat and Discord (at `/slack`) take it. */
function chatRequest(notice: Notice, panel: PanelUrl) {
  const { subject, text } = writeNotice(notice, panel);
  const escaped = (part: string) => part.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: `*${escaped(subject)}*\n${escaped(text.trim())}` }),
  };
}

/**
 * The body as JSON, with a signature of time and body that a receiver can check: `v1=` and the HMAC-SHA256 of
 * `<timestamp>.<body>` in hex. The timestamp is in seconds; one that is old is a message sent again by another.
 */
export function signedRequest({ signingKey }: WebhookSecret, notice: Notice, panel: PanelUrl, now: Date) {
  const body = JSON.stringify(noticeJson(notice, panel, now));
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = signingKey && createHmac('sha256', signingKey).update(`${timestamp}.${body}`).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': notice.key,
      'x-job-manager-timestamp': timestamp,
      ...(signature && { 'x-job-manager-signature': `v1=${signature}` }),
    } as Record<string, string>,
  };
}

async function sendMail(
  config: AlertSenderOptions['config'],
  to: string[],
  notice: Notice,
  panel: PanelUrl,
): Promise<string> {
  const url = new URL(config.ALERTS_SMTP_URL ?? '');
  const host = config.PUBLIC_URL ? new URL(config.PUBLIC_URL).hostname : url.hostname;
  const transport = nodemailer.createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (url.protocol === 'smtps:' ? 465 : 587) : Number(url.port),
    secure: url.protocol === 'smtps:',
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 10_000,
    // The message is our own text: no part of it names a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { subject, text } = writeNotice(notice, panel);
  const incidentId = notice.messages.length === 1 ? notice.messages[0]?.incident.id : undefined;
  const thread = incidentId && `<incident-${incidentId}@${host}>`;
  const messageId = `<${notice.key.replace(/[^\w.-]/g, '-')}@${host}>`;
  const { response } = await transport.sendMail({
    from: { name: 'Job Manager', address: config.ALERTS_FROM ?? `job-manager@${host}` },
    to,
    subject,
    text,
    // The same for each attempt: mail programs show one that arrives twice once, and the messages of an incident as a thread.
    messageId,
    ...(thread && { references: [thread], inReplyTo: thread }),
    headers: { 'Idempotency-Key': notice.key, 'Auto-Submitted': 'auto-generated' },
  });
  return response;
}
