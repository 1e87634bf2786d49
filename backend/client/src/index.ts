export { QueueError } from './errors.js';
export { prismaSql } from './prisma.js';
