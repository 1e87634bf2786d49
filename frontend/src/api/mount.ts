// The server writes into the page itself where the panel is mounted: no script may stand in it.
const { mount: path = '', accounts = 'own', signInUrl: signIn = '' } = document.documentElement.dataset;

/** The path that an application has mounted the panel and its API under, such as `/ops/jobs`; else empty. */
export const mount = path;

/** Whether people sign in here. Otherwise the application around us keeps them, their passwords and their sessions. */
export const keepsAccounts = accounts === 'own';

/**
 * Where the application around us signs people in, and leads back to this address; null where it doesn't define one.
 */
export const signInUrl = (): string | null =>
  signIn === ''
    ? null
    : signIn.replace('{next}', () => encodeURIComponent(window.location.pathname + window.location.search));
