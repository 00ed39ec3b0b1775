import type { Target } from '../target.js';
import { api } from './api.js';
import { config } from './config.js';
import { files } from './files.js';
import { numbers } from './numbers.js';
import { rest } from './rest.js';
import { ws } from './ws.js';

/** Everything of the engine that reads what others have written. */
export const TARGETS: Readonly<Record<string, Target>> = { ws, rest, config, api, numbers, files };
