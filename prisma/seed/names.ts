import type { Faker } from '@faker-js/faker';
import { faker as german } from '@faker-js/faker/locale/de';
import { faker as english } from '@faker-js/faker/locale/en';
import { faker as spanish } from '@faker-js/faker/locale/es';
import { faker as french } from '@faker-js/faker/locale/fr';
import { faker as italian } from '@faker-js/faker/locale/it';
import { faker as dutch } from '@faker-js/faker/locale/nl';
import { faker as portuguese } from '@faker-js/faker/locale/pt_BR';
import type { Language } from './places.js';

export type Gender = 'female' | 'male' | 'nonbinary';

interface Name {
  displayName: string;
  /** First and last name as ASCII, with a number when another person has them already. */
  handle: string;
  email: string;
}

export interface NameMaker {
  next(language: Language, gender: Gender): Name;
}

const FAKERS: Record<Language, Faker> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
  nl: dutch,
};
/** Reserved for documentation: mail to them is never delivered. */
const DOMAINS = ['example.com', 'example.org'];

/** Names as people of each language have them; the same seed gives the same names in the same order. */
export function createNameMaker(seed: number, takenEmails: ReadonlySet<string>): NameMaker {
  for (const faker of Object.values(FAKERS)) faker.seed(seed);
  const handles = new Set<string>();
  let made = 0;
  return {
    next(language, gender) {
      const displayName = fullName(FAKERS[language], gender);
      const domain = DOMAINS[made++ % DOMAINS.length];
      const isTaken = (handle: string) => handles.has(handle) || takenEmails.has(`${handle}@${domain}`);
      const handle = firstFree(handleOf(displayName), isTaken);
      handles.add(handle);
      return { displayName, handle, email: `${handle}@${domain}` };
    },
  };
}

function fullName(faker: Faker, gender: Gender): string {
  const sex = gender === 'nonbinary' ? undefined : gender;
  return `${faker.person.firstName(sex)} ${faker.person.lastName(sex)}`;
}

function handleOf(name: string): string {
  const ascii = name.replaceAll('ß', 'ss').replaceAll('ø', 'o').normalize('NFD').toLowerCase();
  return ascii
    .replace(/[^a-z ]/g, '')
    .trim()
    .replace(/ +/g, '.');
}

function firstFree(wanted: string, isTaken: (handle: string) => boolean): string {
  if (!isTaken(wanted)) return wanted;
  let number = 2;
  while (isTaken(`${wanted}${number}`)) number++;
  return `${wanted}${number}`;
}
