import { fileURLToPath } from 'node:url';
import { isCompiled } from '@job-manager/engine/typescript-loader';

/** The folder of the panel, once it is built: in a package it lies beside the code. */
export const PANEL = fileURLToPath(new URL(isCompiled ? '../panel' : '../../../frontend/dist', import.meta.url));
