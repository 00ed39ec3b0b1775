import { errorText } from '@mtrade/base';
import { loadSecrets, type MtradeConfig, nodeSecretFs } from '@mtrade/config';
import { type Finding, ok, problem, warning } from './finding.js';

const REMEDY =
  'put each into a file of its own with mode 0600 and name it in MTRADE_API_KEY_FILE / MTRADE_API_SECRET_FILE, or use LoadCredential= of systemd';

/** Are the keys there? Their values are never shown, and the environment is left as it is. */
export function secrets(
  { mode }: MtradeConfig,
  env: Readonly<Record<string, string | undefined>>,
): Finding[] {
  if (mode === 'paper') return [ok('secrets', 'paper mode needs none')];
  try {
    const { warnings } = loadSecrets({ mode, env: { ...env }, fs: nodeSecretFs });
    if (warnings.length === 0) return [ok('secrets', 'key and secret are there')];
    return warnings.map((text) => warning('secrets', text, REMEDY));
  } catch (error) {
    const names = mode === 'testnet' ? REMEDY.replaceAll('MTRADE_API', 'MTRADE_TESTNET_API') : REMEDY;
    return [problem('secrets', errorText(error), names)];
  }
}
