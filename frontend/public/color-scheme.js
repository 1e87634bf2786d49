// Runs before the first paint, so that a dark screen never flashes white. A file of its own because the
// server's content policy refuses inline scripts. The key of the colours is Mantine's; tables keep their height likewise.
(() => {
  const root = document.documentElement;
  let chosen = null;
  try {
    chosen = window.localStorage.getItem('mantine-color-scheme-value');
    const density = window.localStorage.getItem('job-manager: density');
    if (density !== null) root.dataset.density = density;
  } catch {
    // Storage can be switched off; the system's choice then holds.
  }
  const isDark = chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
})();
