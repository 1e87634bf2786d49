/** What a browser sends about where a request comes from: our own page, another one, or nothing. */
export type Provenance = 'own' | 'foreign' | 'absent';

export interface OriginContext {
  headers(ownOrigin: string): Record<string, string>;
  from: Provenance;
}

const site = (name: string) => ({ 'sec-fetch-site': name });

/**
 * Where a browser can report that a write comes from. A request without that information proves nothing: a cookie isn't
 * enough then.
 */
export const originContexts: Record<string, OriginContext> = {
  'Sec-Fetch-Site: same-origin': { headers: (origin) => ({ ...site('same-origin'), origin }), from: 'own' },
  'our own Origin alone': { headers: (origin) => ({ origin }), from: 'own' },
  'Sec-Fetch-Site: none with our own Origin': { headers: (origin) => ({ ...site('none'), origin }), from: 'own' },
  'Sec-Fetch-Site: cross-site': { headers: (origin) => ({ ...site('cross-site'), origin }), from: 'foreign' },
  'Sec-Fetch-Site: same-site': { headers: (origin) => ({ ...site('same-site'), origin }), from: 'foreign' },
  'Sec-Fetch-Site: none without Origin': { headers: () => site('none'), from: 'absent' },
  'a foreign Origin': { headers: () => ({ origin: 'https://evil.example' }), from: 'foreign' },
  'an Origin that begins like ours': { headers: (origin) => ({ origin: `${origin}.evil.example` }), from: 'foreign' },
  'our host at another port': { headers: () => ({ origin: 'http://127.0.0.1:1' }), from: 'foreign' },
  'Origin: null': { headers: () => ({ origin: 'null' }), from: 'foreign' },
  'Origin: null that claims same-origin': {
    headers: () => ({ ...site('same-origin'), origin: 'null' }),
    from: 'foreign',
  },
  'no Origin at all': { headers: () => ({}), from: 'absent' },
};
