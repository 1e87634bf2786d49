const { createClient, QueueError } = require('@job-manager/client');
const { createJobManager, defineJob } = require('@job-manager/server');

console.log(JSON.stringify([createClient, QueueError, createJobManager, defineJob].map((each) => typeof each)));
