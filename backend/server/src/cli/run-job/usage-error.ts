/** A command line that can't be meant; the message is one line that names what is wrong and what is near. */
export class UsageError extends Error {}
