/** "1 run", "1,204 runs". */
export const spellRuns = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`;
