import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A view whose code is read when it is first shown.
 *
 * @param read imports the view.
 */
export function lazyView(read: () => Promise<FunctionComponent>): FunctionComponent {
  let known: FunctionComponent | undefined;
  return function LazyView() {
    const [view, setView] = useState(() => known);
    const [failure, setFailure] = useState<string | undefined>(undefined);
    useEffect(() => {
      if (known === undefined) {
        read().then(
          (loaded) => {
            known = loaded;
            setView(() => loaded);
          },
          () => setFailure('This view could not be read. Check the connection and reload the page.'),
        );
      }
    }, []);
    if (view !== undefined) {
      const View = view;
      return <View />;
    }
    return <p class="quiet view-loading">{failure ?? 'Opening the view…'}</p>;
  };
}
