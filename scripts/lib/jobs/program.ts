import { escapeControls } from '@job-manager/shared/terminal-text';
import { Command } from 'commander';
import { addBatchCommands } from './batches.js';
import { addChannelCommands } from './channels.js';
import { addJobCommands } from './job-settings.js';
import { addRunCommands } from './runs.js';
import { addScheduleCommands } from './schedules.js';

/** The command line for runs, channels, jobs, schedules and batches. */
export function createJobsProgram(): Command {
  const program = new Command('jobs')
    .description('Shows and steers runs, channels, jobs, schedules and batches, straight in the database.')
    .option('--json', 'write what the API would answer')
    // An argument is quoted in the complaint about it.
    .configureOutput({ outputError: (text, write) => write(escapeControls(text)) })
    .showHelpAfterError('Try --help.');
  addRunCommands(program);
  addChannelCommands(program);
  addJobCommands(program);
  addScheduleCommands(program);
  addBatchCommands(program);
  return program;
}
