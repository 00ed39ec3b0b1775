import { Component, type ComponentType } from 'preact';

/** Draws anew only when one of the named values has changed: with 200 pairs a second has room for little else. */
export function memo<Props extends object>(
  View: ComponentType<Props>,
  isSame: (before: Props, now: Props) => boolean,
): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return !isSame(this.props, next);
    }
    override render(props: Props) {
      return <View {...props} />;
    }
  };
}
