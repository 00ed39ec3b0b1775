import type { MtradeConfig, Secrets } from '@mtrade/config';
import type { Cli } from './cli.js';

/** The keys as `mtrade start` finds them, loaded only when somebody asks; from then on every output is scrubbed of them. */
export async function secretsOnDemand(cli: Cli, { mode }: MtradeConfig): Promise<() => Secrets | null> {
  const [{ loadSecrets, nodeSecretFs }, { registerSecret }] = await Promise.all([
    import('@mtrade/config'),
    import('@mtrade/log'),
  ]);
  let loaded: { readonly secrets: Secrets | null } | null = null;
  return () => {
    loaded ??= loadSecrets({ mode, env: cli.env, fs: nodeSecretFs });
    const { secrets } = loaded;
    if (secrets !== null) for (const secret of [secrets.apiKey, secrets.apiSecret]) registerSecret(secret);
    return secrets;
  };
}
