import type { FunctionComponent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { lazyView } from './components/lazy-view';
import { Footer } from './components/footer';
import { Header } from './components/header';
import { LoadProgress } from './components/load-progress';
import { ProblemBanner } from './components/problem-banner';
import { route } from './state/address';
import { announcement } from './state/announcements';
import { focusMain } from './state/focus';
import type { View } from './state/route';
import { viewTitles } from './state/view-titles';
import { ReconstructView } from './views/reconstruct-view';

/** Views other than the first are read when they are opened. */
const pages: Readonly<Record<View, FunctionComponent>> = {
  reconstruct: ReconstructView,
  generate: lazyView(() => import('./views/generate-view').then(({ GenerateView }) => GenerateView)),
  mix: lazyView(() => import('./views/mix-view').then(({ MixView }) => MixView)),
  inside: lazyView(() => import('./views/inside-view').then(({ InsideView }) => InsideView)),
  train: lazyView(() => import('./views/train-view').then(({ TrainView }) => TrainView)),
  models: lazyView(() => import('./views/models-view').then(({ ModelsView }) => ModelsView)),
};

/** The page: header, the view that the address names, footer. */
export function App() {
  const { view } = route.value;
  const Page = pages[view];
  useViewChange(view);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The address is the view's.
          event.preventDefault();
          focusMain();
        }}
      >
        Skip to the picture
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <ProblemBanner />
        <Page key={view} />
        <LoadProgress />
      </main>
      <Footer />
      <p class="visually-hidden" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}

/** Names the tab of the browser after the view; a link inside the view that is left takes to the top of the next. */
function useViewChange(view: View): void {
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${viewTitles[view]} · ResTok: a picture in 64 tokens`;
    if (!isFirst.current && document.activeElement === document.body) {
      scrollTo(0, 0);
      focusMain();
    }
    isFirst.current = false;
  }, [view]);
}
