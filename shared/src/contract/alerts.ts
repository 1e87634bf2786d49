import { destinationCalls } from './alerts/destinations.js';
import { incidentCalls } from './alerts/incidents.js';
import { ruleCalls } from './alerts/rules.js';

/** What is wrong and needs attention, who is notified of it, and when. */
export const alerts = { ...incidentCalls, ...ruleCalls, ...destinationCalls };
