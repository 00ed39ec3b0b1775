/** How each line across the chart looks; the legend below it is drawn from the same table. */

/** As the drawing library names its patterns. */
export type Pattern = 'Solid' | 'Dashed' | 'LargeDashed' | 'SparseDotted';

export interface LineLook {
  readonly title: string;
  /** The page's colour, a custom property. */
  readonly colour: `--${string}`;
  readonly pattern: Pattern;
  readonly width: 1 | 2;
}

export const LOOKS = {
  sale: { title: 'sale', colour: '--good', pattern: 'Solid', width: 2 },
  even: { title: 'break-even', colour: '--warn', pattern: 'LargeDashed', width: 1 },
  next: { title: 'next buy', colour: '--accent', pattern: 'Dashed', width: 2 },
  ahead: { title: 'rows ahead', colour: '--dim', pattern: 'SparseDotted', width: 1 },
  bought: { title: 'rows bought', colour: '--chart-up', pattern: 'SparseDotted', width: 2 },
  stop: { title: 'stop', colour: '--bad', pattern: 'Solid', width: 2 },
} as const satisfies Readonly<Record<string, LineLook>>;
export type LineName = keyof typeof LOOKS;

/** Lengths of strokes and gaps in pixels, as the library draws the pattern at this width. */
export function dashes({ pattern, width }: LineLook): readonly number[] {
  switch (pattern) {
    case 'Solid':
      return [];
    case 'Dashed':
      return [2 * width, 2 * width];
    case 'LargeDashed':
      return [6 * width, 6 * width];
    case 'SparseDotted':
      return [width, 4 * width];
  }
}
