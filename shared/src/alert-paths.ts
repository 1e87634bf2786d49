/** Addresses in the panel that messages lead to. */
export const alertPaths = {
  incident: (incidentId: string): string => `/admin/alerts?incident=${incidentId}`,
  destinations: '/admin/alerts?tab=destinations',
  run: (jobRunId: string): string => `/admin/jobs/${jobRunId}`,
} as const;
