import type { IncomingMessage } from 'node:http';
import type { Config } from '@job-manager/engine/config';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { isHostName } from '../auth/hosts.js';
import { hostOf } from '../auth/request.js';

/**
 * Everything from our own server only, but for the panel's errors, which may also go to Sentry. Works over plain http,
 * too: nothing is upgraded unless https is how we are reached.
 */
export function securityHeaders(config: Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY' | 'SENTRY_DSN'>): RequestHandler {
  const isHttps = config.PUBLIC_URL?.startsWith('https:') ?? false;
  // Older browsers don't count ws: as 'self'.
  const socket = (scheme: string) => (req: IncomingMessage) => {
    const host = hostOf(req, config);
    // Anything else, a request made up by hand, gets no socket.
    return host !== undefined && isHostName(host) ? `${scheme}://${host}` : "'self'";
  };
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Mantine writes its variables and breakpoints into style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: [
          "'self'",
          socket('ws'),
          socket('wss'),
          ...(config.SENTRY_DSN ? [new URL(config.SENTRY_DSN).origin] : []),
        ],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(isHttps ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: isHttps,
    xFrameOptions: { action: 'deny' },
  });
  return (req, res, next) => {
    res.setHeader('Permissions-Policy', PERMISSIONS_POLICY);
    setHeaders(req, res, next);
  };
}

/** The panel copies to the clipboard, and uses nothing else that needs permission of the browser. */
const DENIED_FEATURES = [
  ...['accelerometer', 'autoplay', 'camera', 'clipboard-read', 'display-capture', 'encrypted-media'],
  ...['fullscreen', 'gamepad', 'geolocation', 'gyroscope', 'hid', 'idle-detection', 'local-fonts', 'magnetometer'],
  ...['microphone', 'midi', 'payment', 'picture-in-picture', 'publickey-credentials-create'],
  ...['publickey-credentials-get', 'screen-wake-lock', 'serial', 'storage-access', 'usb', 'window-management'],
  ...['xr-spatial-tracking'],
];
const PERMISSIONS_POLICY = ['clipboard-write=(self)', ...DENIED_FEATURES.map((name) => `${name}=()`)].join(', ');
