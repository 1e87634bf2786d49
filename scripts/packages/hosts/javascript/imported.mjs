import { createClient, QueueError } from '@job-manager/client';
import { createJobManager, defineJob } from '@job-manager/server';

console.log(JSON.stringify([createClient, QueueError, createJobManager, defineJob].map((each) => typeof each)));
