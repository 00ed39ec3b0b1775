import type { MtradeConfig } from '@mtrade/config';
import { type Finding, ok } from './finding.js';

export async function lock({ dataDir }: MtradeConfig): Promise<Finding[]> {
  return [ok('lock', dataDir)];
}
