import type { ComponentChildren } from 'preact';

export const Tile = ({
  label,
  children,
  note,
  tone = '',
  title,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly tone?: string;
  readonly title?: string | undefined;
}) => (
  <div class="tile">
    <dt>{label}</dt>
    <dd class={tone} title={title}>
      {children}
    </dd>
    {note !== undefined && note !== null && <dd class="note">{note}</dd>}
  </div>
);

export const Section = ({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) => (
  <section class="card">
    <div class="card-head">
      <h2>{title}</h2>
      {aside}
    </div>
    {children}
  </section>
);

/** What stands where a list is empty, or its answer is missing. */
export const Empty = ({
  error,
  children,
}: {
  readonly error?: string | null;
  readonly children: ComponentChildren;
}) =>
  error === undefined || error === null ? (
    <p class="empty">{children}</p>
  ) : (
    <p class="empty refused">{error}</p>
  );
