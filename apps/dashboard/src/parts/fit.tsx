import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** How far a table gives way: columns of the classes `give-1` to `give-6` go one after the other, and at 3 it draws closer. */
const TIERS = [1, 2, 3, 4, 5, 6];

/** Gives up just as much as the place is too narrow for, whatever figures stand in the table at the moment. */
function fit(place: HTMLElement): void {
  const gave: number[] = [];
  place.dataset['gave'] = '';
  for (const tier of TIERS) {
    if (place.scrollWidth <= place.clientWidth) return;
    gave.push(tier);
    place.dataset['gave'] = gave.join(' ');
  }
}

/** A table that shows all its columns where there is room, and the ones that say most where there is not. */
export function Fit({ children }: { readonly children: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (place.current !== null) fit(place.current);
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      // Not while the observer tells: what it does to the height would be told in the same round.
      requestAnimationFrame(() => fit(element));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="fit" ref={place}>
      {children}
    </div>
  );
}
