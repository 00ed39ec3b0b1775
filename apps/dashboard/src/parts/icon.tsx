const PATHS = {
  pairs: 'M4 6h16M4 12h16M4 18h10',
  profit: 'M4 19V9m5.3 10V5m5.4 14v-7M20 19V3',
  journal: 'M6 3h9l4 4v14H6zM9 11h7M9 15h7',
  ladder: 'M8 3v18M16 3v18M8 7h8M8 12h8M8 17h8',
  engine: 'M3 12h4l2.5-7 5 14L17 12h4',
  back: 'M15 5l-7 7 7 7',
  pause: 'M9 5v14M15 5v14',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z',
  alert: 'M12 4l9 16H3zM12 10v4M12 17v.5',
} as const;
export type IconName = keyof typeof PATHS;

/** Line drawings of our own; the words beside them carry the meaning. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
