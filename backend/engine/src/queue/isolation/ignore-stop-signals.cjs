// Loaded before anything else in the process of an isolated job: a stop signal to the whole group is for the runner,
// which then stops its processes. One that arrives while the modules are loaded must not end the run.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
