import { cleanText, scrubSecrets } from '@mtrade/log';
import type { Diagnosis, Severity } from '@mtrade/runtime';
import pc from 'picocolors';
import { beside, prose } from './columns.js';

export const severityCounts = ({ findings }: Diagnosis): Record<Severity, number> => ({
  CRITICAL: findings.filter(({ severity }) => severity === 'CRITICAL').length,
  WARN: findings.filter(({ severity }) => severity === 'WARN').length,
  INFO: findings.filter(({ severity }) => severity === 'INFO').length,
});

const EXCHANGE = {
  yes: 'the books were compared with the exchange',
  partly: 'the exchange answered only in part: what it did not say is unknown',
  no: 'the books were NOT compared with the exchange',
} as const;

const clean = (text: string): string => cleanText(scrubSecrets(text));

/** Worst first; below each finding what to do about it. `width` of the terminal, null where nothing is wrapped. */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  dataDir: string,
  { color, width }: { readonly color: boolean; readonly width: number | null },
): string {
  const colors = pc.createColors(color);
  const paint = { CRITICAL: colors.red, WARN: colors.yellow, INFO: colors.dim } as const;
  const lines = diagnosis.findings.flatMap(({ severity, check, symbol, detail, remedy }) => [
    ...beside(
      `${paint[severity](severity.padEnd(8))}  ${check.padEnd(15)}  `,
      `${symbol === null ? '' : `${clean(symbol)}: `}${clean(detail)}`,
      width,
    ),
    ...(severity === 'INFO' ? [] : beside(' '.repeat(27), `-> ${clean(remedy)}`, width)),
  ]);
  const counts = severityCounts(diagnosis);
  const sum = `${counts.CRITICAL} critical, ${counts.WARN} warnings, ${counts.INFO} notes; ${EXCHANGE[diagnosis.exchangeChecked]}; ${clean(dataDir)}`;
  return [...lines, '', width === null ? sum : prose(sum, width), ''].join('\n');
}
