// The first import of every program: it runs before anything is loaded that an old Node can't load.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Job Manager needs Node 20.19 or newer, and this is Node ${process.versions.node}.`);
  process.exit(1);
}

export {};
