import { CATEGORIES, type Category, INTEREST_CATALOGUE } from './interest-catalogue.js';
import type { Random } from './random.js';
import { Weighted } from './weighted.js';

export interface InterestRow {
  id: number;
  slug: string;
  name: string;
  category: Category;
}

/** The interests of the network, and how people come by them. */
export interface Interests {
  rows: readonly InterestRow[];
  popular: Weighted<InterestRow>;
  ofCategory: ReadonlyMap<Category, Weighted<InterestRow>>;
}

/** Popularity falls with the place in the category: a few interests that many share, and a long tail. */
const TAIL_EXPONENT = 1.35;

export function createInterests(): Interests {
  const placeOf = new Map<InterestRow, number>();
  const rows = CATEGORIES.flatMap((category) =>
    INTEREST_CATALOGUE[category].map((name, place) => {
      const row: InterestRow = { id: 0, slug: slugOf(name), name, category };
      placeOf.set(row, place);
      return row;
    }),
  );
  rows.forEach((row, index) => {
    row.id = index + 1;
  });
  const weightOf = (row: InterestRow) => 1 / ((placeOf.get(row) ?? 0) + 1) ** TAIL_EXPONENT;
  const inCategory = (category: Category) => rows.filter((row) => row.category === category);
  return {
    rows,
    popular: new Weighted(rows, weightOf),
    ofCategory: new Map(CATEGORIES.map((category) => [category, new Weighted(inCategory(category), weightOf)])),
  };
}

/** What one person declares: mostly from favourite categories, the rest from anywhere; in order of affection. */
export function chooseInterests(interests: Interests, favourites: readonly Category[], random: Random): InterestRow[] {
  const wanted = Math.min(18, Math.max(2, Math.round(random.logNormal(6.5, 0.5))));
  const chosen = new Set<InterestRow>();
  for (let tries = 0; chosen.size < wanted && tries < wanted * 6; tries++) {
    const favourite = interests.ofCategory.get(random.pick(favourites));
    const source = favourite && random.chance(0.7) ? favourite : interests.popular;
    chosen.add(source.pick(random));
  }
  return [...chosen];
}

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
