import { escapeControls } from '@job-manager/shared/terminal-text';
import { Command } from 'commander';
import { addAlertCommands } from './alerts.js';
import { addBatchCommands } from './batches.js';
import { addBulkCommands } from './bulk.js';
import { addChannelCommands } from './channels.js';
import { type EngineSource, setSource } from './engine.js';
import { addJobCommands } from './job-settings.js';
import { addMetricsCommand } from './metrics.js';
import { addRunnerCommands } from './runners.js';
import { addRunCommands } from './runs.js';
import { addScheduleCommands } from './schedules.js';

/** The command line for runs, runners, channels, jobs, schedules, batches and alerts. */
export function createJobsProgram(source: EngineSource): Command {
  const program = new Command('jobs')
    .description(
      'Shows and steers runs, runners, channels, jobs, schedules, batches and alerts, straight in the database.',
    )
    .option('--json', 'write what the API would answer')
    // An argument is quoted in the complaint about it.
    .configureOutput({ outputError: (text, write) => write(escapeControls(text)) })
    .showHelpAfterError('Try --help.');
  setSource(program, source);
  addRunCommands(program);
  addRunnerCommands(program);
  addChannelCommands(program);
  addJobCommands(program);
  addScheduleCommands(program);
  addBatchCommands(program);
  addBulkCommands(program);
  addMetricsCommand(program);
  addAlertCommands(program);
  return program;
}
