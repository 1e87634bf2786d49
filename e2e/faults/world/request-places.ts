/** By which host name a request addresses the server, and which headers proxies and browsers add. */
export interface RequestPlace {
  headers(own: URL): Record<string, string>;
  isOurHost: boolean;
  /** Whether a browser shows that our own page sends it. */
  from: 'own' | 'foreign';
}

const named = (host: string, isOurHost: boolean): RequestPlace => ({
  headers: ({ port }) => ({ host: `${host}:${port}`, origin: `http://${host}:${port}` }),
  isOurHost,
  from: 'own',
});
const forwarded = (headers: Record<string, string>): RequestPlace => ({
  headers: ({ origin }) => ({ origin, ...headers }),
  isOurHost: true,
  from: 'own',
});
const site = (name: string): RequestPlace => ({
  headers: ({ origin }) => ({ origin, 'sec-fetch-site': name }),
  isOurHost: true,
  from: 'foreign',
});

/**
 * With the default settings: no proxy is trusted, and no name but those that a stranger's page can't have lead here.
 */
export const requestPlaces: Record<string, RequestPlace> = {
  'the host localhost': named('localhost', true),
  'the host [::1]': named('[::1]', true),
  "a stranger's host": named('evil.example', false),
  'a host that begins like ours': named('127.0.0.1.evil.example', false),
  'a host that ends like localhost': named('evillocalhost', false),
  'an untrusted forwarded host': forwarded({ 'x-forwarded-host': 'evil.example' }),
  'an untrusted forwarded scheme': forwarded({ 'x-forwarded-proto': 'https', forwarded: 'proto=https;host=x' }),
  'untrusted forwarded addresses': forwarded({ 'x-forwarded-for': '203.0.113.7, garbage' }),
  'an Origin that a forwarded host alone confirms': {
    headers: () => ({ origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' }),
    isOurHost: true,
    from: 'foreign',
  },
  'Sec-Fetch-Site: cross-site': site('cross-site'),
  'Sec-Fetch-Site: same-site': site('same-site'),
};
