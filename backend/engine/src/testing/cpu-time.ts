/** The CPU time that this process has used so far: by the clock on the wall, a busy machine would be taken for slow code. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
