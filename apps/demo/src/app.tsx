import type { FunctionComponent } from 'preact';
import { lazyView } from './components/lazy-view';
import { Footer } from './components/footer';
import { Header } from './components/header';
import { ProblemBanner } from './components/problem-banner';
import { route } from './state/address';
import { announcement } from './state/announcements';
import type { View } from './state/route';
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
  const Page = pages[route.value.view];
  return (
    <>
      <a class="skip" href="#main">
        Skip to the picture
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <ProblemBanner />
        <Page key={route.value.view} />
      </main>
      <Footer />
      <p class="visually-hidden" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}
