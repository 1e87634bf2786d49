/** The keys that work on every page, and their descriptions in the help; those of pages come from the navigation. */
export const globalKeys = {
  c: 'Run a new job, or the marked one of the list of jobs',
  '/': 'Search, or jump to a page, job or run',
  '[': 'Collapse or expand the sidebar',
  r: 'Refresh what the page shows',
  t: 'Switch between local time and UTC',
  '?': 'Show these keys',
} as const;

/** The keys of lists and pages, for the help; `list-keys.ts` and the `data-key` of their controls make them work. */
export const pageKeys: readonly (readonly [key: string, text: string])[] = [
  ['j', 'Next row of the list'],
  ['k', 'Previous row'],
  ['Enter', 'Open the marked row'],
  ['o', 'Open it in a new tab'],
  ['x', 'Tick it'],
  ['Shift x', 'Tick all from the last ticked row to it'],
  ['a', 'Tick all rows of the page'],
  ['Esc', 'Untick all'],
  ['l', 'Log of its run, or of the marked runner'],
  ['e', 'Re-run its run; change the marked channel or schedule'],
  ['C', 'Cancel its run'],
  ['1 … 5', 'Part of a run’s details, list behind a counter, chart of a figure'],
  ['1 … 9', 'Tile of the page Operations'],
  ['f', 'Job lookup of that page'],
  ['i', 'First issue of the Overview'],
  ['n', 'Next run of the list one came from'],
  ['p', 'Previous one'],
  ['y', 'Copy the id of the run'],
  ['w', 'Notify me when the run ends'],
  ['P', 'Pause or resume the marked channel, job or schedule'],
  ['R', 'Run the marked schedule now; restart the marked runner'],
  ['D', 'Drain or resume the marked runner'],
  ['v', 'Calendar of the schedules'],
  ['.', 'Refresh the page by itself, or no more'],
];
