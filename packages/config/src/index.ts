export { type AlertSecrets, loadAlertSecrets } from './alert-secrets.js';
export {
  type AlertsConfig,
  type ConfigDocument,
  configFromDocument,
  GATE_URLS,
  type Mode,
  type MtradeConfig,
  type PairConfig,
  type PairDocument,
} from './document.js';
export { type ConfigDifference, configDifferences, type ShownConfig } from './differences.js';
export { configMarkdown } from './markdown.js';
export { addressKind, type AddressKind, hostKind } from './network.js';
export { nodeConfigFs, nodeSecretFs } from './node-fs.js';
export { type DataDirectory, DATA_DIR_OPTION, defaultDataDir, locateDataDir } from './locate.js';
export { ladderFromTexts } from './ladder-text.js';
export type { LadderValues } from './options.js';
export { configError, type ConfigProblem, problemText } from './problems.js';
export { type ConfigFs, type ConfigPlace, searchPaths } from './read-file.js';
export {
  BUILT_IN,
  type ConfigSource,
  type LadderCheck,
  type ResolveDeps,
  resolveConfig,
  type ResolvedConfig,
} from './resolve.js';
export { configJsonSchema } from './schema.js';
export { type LoadedSecrets, loadSecrets, type SecretFile, type SecretFs, type Secrets } from './secrets.js';
export { feedText, type ListenAddress, listenText, MAX_SOCKET_PATH_BYTES, type PaperFeed } from './shapes.js';
export { normalizeSymbol } from './symbols.js';
export { configTemplate, configToml } from './toml.js';
