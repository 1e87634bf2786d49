export { countNote, noteFrom } from '@job-manager/client/note';
