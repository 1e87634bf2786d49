// One script for what stands beside the runs: a person who opens one of these pages soon opens the next, and the first
// page need not know the names of twenty small scripts.
export { ChannelPage } from './channels/ChannelPage';
export { ChannelsPage } from './channels/ChannelsPage';
export { DefinitionPage } from './definitions/DefinitionPage';
export { DefinitionsPage } from './definitions/DefinitionsPage';
export { RunnerPage } from './runners/RunnerPage';
export { RunnersPage } from './runners/RunnersPage';
export { SchedulePage } from './schedules/SchedulePage';
export { SchedulesPage } from './schedules/SchedulesPage';
