/** Languages people write in, besides the English that everybody shares. */
export type Language = 'en' | 'de' | 'fr' | 'es' | 'it' | 'pt' | 'nl';

export interface Place {
  city: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  latitude: number;
  longitude: number;
  /** How many members live there, relative to the others. */
  weight: number;
}

const LANGUAGES: Record<string, Language> = {
  DE: 'de',
  AT: 'de',
  CH: 'de',
  FR: 'fr',
  BE: 'fr',
  ES: 'es',
  MX: 'es',
  IT: 'it',
  PT: 'pt',
  BR: 'pt',
  NL: 'nl',
};

/** The language of most people in the place. */
export function languageOf(place: Place): Language {
  return LANGUAGES[place.country] ?? 'en';
}

const place = (city: string, country: string, latitude: number, longitude: number, weight: number): Place => ({
  city,
  country,
  latitude,
  longitude,
  weight,
});

/** A British and German network at heart that has spread; weights fall off as city sizes do. */
export const PLACES: readonly Place[] = [
  place('London', 'GB', 51.507, -0.128, 90),
  place('Manchester', 'GB', 53.483, -2.244, 34),
  place('Birmingham', 'GB', 52.481, -1.893, 26),
  place('Leeds', 'GB', 53.8, -1.549, 22),
  place('Bristol', 'GB', 51.455, -2.588, 24),
  place('Edinburgh', 'GB', 55.953, -3.189, 22),
  place('Glasgow', 'GB', 55.861, -4.25, 20),
  place('Sheffield', 'GB', 53.383, -1.465, 14),
  place('Cardiff', 'GB', 51.482, -3.179, 12),
  place('Brighton', 'GB', 50.823, -0.138, 12),
  place('Belfast', 'GB', 54.597, -5.93, 10),
  place('York', 'GB', 53.96, -1.087, 7),
  place('Dublin', 'IE', 53.35, -6.26, 28),
  place('Cork', 'IE', 51.898, -8.476, 9),
  place('Galway', 'IE', 53.271, -9.057, 6),
  place('New York', 'US', 40.713, -74.006, 48),
  place('Chicago', 'US', 41.878, -87.63, 20),
  place('San Francisco', 'US', 37.775, -122.419, 20),
  place('Portland', 'US', 45.515, -122.679, 14),
  place('Austin', 'US', 30.267, -97.743, 14),
  place('Boston', 'US', 42.36, -71.058, 14),
  place('Denver', 'US', 39.739, -104.99, 10),
  place('Toronto', 'CA', 43.653, -79.383, 22),
  place('Vancouver', 'CA', 49.283, -123.121, 12),
  place('Halifax', 'CA', 44.649, -63.575, 4),
  place('Melbourne', 'AU', -37.814, 144.963, 16),
  place('Sydney', 'AU', -33.869, 151.209, 16),
  place('Hobart', 'AU', -42.883, 147.331, 3),
  place('Wellington', 'NZ', -41.286, 174.776, 6),
  place('Berlin', 'DE', 52.52, 13.405, 48),
  place('Hamburg', 'DE', 53.551, 9.993, 24),
  place('Munich', 'DE', 48.137, 11.575, 22),
  place('Cologne', 'DE', 50.938, 6.96, 16),
  place('Leipzig', 'DE', 51.34, 12.373, 12),
  place('Freiburg', 'DE', 47.999, 7.842, 6),
  place('Vienna', 'AT', 48.208, 16.373, 16),
  place('Graz', 'AT', 47.071, 15.439, 4),
  place('Zurich', 'CH', 47.377, 8.541, 10),
  place('Paris', 'FR', 48.857, 2.352, 34),
  place('Lyon', 'FR', 45.764, 4.836, 14),
  place('Marseille', 'FR', 43.296, 5.37, 10),
  place('Nantes', 'FR', 47.218, -1.554, 7),
  place('Brussels', 'BE', 50.85, 4.352, 10),
  place('Madrid', 'ES', 40.417, -3.704, 24),
  place('Barcelona', 'ES', 41.385, 2.173, 24),
  place('Seville', 'ES', 37.389, -5.984, 8),
  place('Mexico City', 'MX', 19.433, -99.133, 14),
  place('Milan', 'IT', 45.464, 9.19, 14),
  place('Rome', 'IT', 41.903, 12.496, 14),
  place('Bologna', 'IT', 44.494, 11.343, 6),
  place('Lisbon', 'PT', 38.722, -9.139, 12),
  place('Porto', 'PT', 41.158, -8.629, 7),
  place('São Paulo', 'BR', -23.551, -46.633, 12),
  place('Amsterdam', 'NL', 52.368, 4.904, 18),
  place('Utrecht', 'NL', 52.091, 5.122, 8),
  place('Rotterdam', 'NL', 51.924, 4.478, 8),
];
