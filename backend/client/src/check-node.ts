// The first import of the package: the error names the old Node version, not the feature that it lacks.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  throw new Error(`@job-manager/client needs Node 20.19 or newer, and this is Node ${process.versions.node}.`);

export {};
