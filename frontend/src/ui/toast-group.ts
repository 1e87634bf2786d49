import { isToastShown } from './toast';

interface Group<Item> {
  /** So many stand on screen by themselves. */
  max: number;
  /** Shows one toast about items that came together, and answers its id. */
  showSome(items: readonly Item[]): string;
  /** Shows or renews the toast about all that came since; `latest` are the last few of them. */
  showMore(id: string, count: number, latest: readonly Item[]): void;
}

const LATEST_KEPT = 3;

/** Toasts of a kind that may come faster than they can be read: what finds no place of its own is added up in one. */
export function createToastGroup<Item>(name: string, { max, showSome, showMore }: Group<Item>) {
  const moreId = `${name}: more`;
  let own: string[] = [];
  let more = { count: 0, latest: [] as Item[] };
  return (items: readonly Item[]): void => {
    if (items.length === 0) return;
    own = own.filter(isToastShown);
    if (own.length < max && !isToastShown(moreId)) {
      more = { count: 0, latest: [] };
      own.push(showSome(items));
      return;
    }
    if (!isToastShown(moreId)) more = { count: 0, latest: [] };
    more = { count: more.count + items.length, latest: [...more.latest, ...items].slice(-LATEST_KEPT) };
    showMore(moreId, more.count, more.latest);
  };
}
