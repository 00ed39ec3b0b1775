// What the start of an engine needs, and no more: loading is a good part of a start.
export { systemdFrom } from './service/systemd-notify.js';
export { startEngine } from './start-engine.js';
