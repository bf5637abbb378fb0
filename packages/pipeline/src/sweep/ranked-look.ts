import type { ShownTrial } from './shown-sweep.ts';

/** Steps of colour, from the worst trials to the best ones: variables of the page, for light and dark. */
export const steps = 7;

export const bestColor = 'var(--orange)';
export const failedColor = 'var(--muted)';

export interface Look {
  readonly color: string;
  /** 0 for the worst, 1 for the best. */
  readonly share: number;
  readonly kind: 'best' | 'valued' | 'none';
}

/**
 * How trials look, by their rank and not by their figure: where a few went wrong by far, the others can still be told
 * apart.
 * @param trials the best last; those without a figure first
 */
export function looksOf(trials: readonly ShownTrial[]): Look[] {
  const first = trials.findIndex(hasFigure);
  return trials.map((trial, i) => {
    if (!hasFigure(trial)) return { color: failedColor, share: 0, kind: 'none' };
    const share = (i - first + 1) / (trials.length - first);
    if (i === trials.length - 1) return { color: bestColor, share, kind: 'best' };
    return { color: `var(--t${Math.min(steps - 1, Math.floor(share * steps))})`, share, kind: 'valued' };
  });
}

export const hasFigure = ({ value, status }: ShownTrial): boolean =>
  status === 'succeeded' && Number.isFinite(value);
