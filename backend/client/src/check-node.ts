// The first import of the package: an old Node is to be named, not what it can't do.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  throw new Error(`@job-manager/client needs Node 20.19 or newer, and this is Node ${process.versions.node}.`);

export {};
