// Starts a bundled program, compiled before: kills by the thousand pay for every millisecond that a start takes.
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const vm = require('node:vm');

const [, , file] = process.argv;
const cache = `${file}.cache`;
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
const script = new vm.Script(`(function (module, exports, require) {${readFileSync(file, 'utf8')}\n})`, {
  filename: file,
  cachedData,
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const bundle = { exports: {} };
script.runInThisContext()(bundle, bundle.exports, createRequire(file));
bundle.exports.main().then(() => {
  if (cachedData) return;
  // By now all that a start needs has been compiled. In one move: others may be starting.
  writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
  renameSync(`${cache}.${process.pid}`, cache);
});
