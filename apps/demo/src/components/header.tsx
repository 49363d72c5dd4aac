import { useEffect, useRef } from 'preact/hooks';
import { addressOf, route } from '../state/address';
import { views } from '../state/route';
import { setTheme, theme, themes } from '../state/theme';
import { viewTitles } from '../state/view-titles';
import { Icon } from './icons';

const themeIcons = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** The name, the tabs, and the switch of colours. */
export function Header() {
  const { view } = route.value;
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the tabs scroll, the one of the view is seen.
    const tab = tabs.current?.querySelector<HTMLElement>('[aria-current]');
    if (tab) {
      tabs.current!.scrollLeft = tab.offsetLeft - (tabs.current!.clientWidth - tab.offsetWidth) / 2;
    }
  }, [view]);
  return (
    <header class="header">
      <a class="brand" href="#/reconstruct">
        <svg class="brand-mark" viewBox="0 0 22 20" aria-hidden="true">
          <rect x="0" y="13" width="4" height="7" rx="1" />
          <rect x="6" y="13" width="4" height="7" rx="1" opacity=".85" />
          <rect x="12" y="8" width="4" height="12" rx="1" opacity=".7" />
          <rect x="18" y="0" width="4" height="20" rx="1" opacity=".55" />
        </svg>
        ResTok
      </a>
      <nav class="tabs" aria-label="Views" ref={tabs}>
        {views.map((name) => (
          <a key={name} href={addressOf(name)} aria-current={name === view ? 'page' : undefined}>
            {viewTitles[name]}
          </a>
        ))}
      </nav>
      <button
        class="icon-button"
        type="button"
        onClick={() => setTheme(next)}
        aria-label={`Colours: ${theme.value}. Change to ${next}`}
        title={`Colours: ${theme.value}`}
      >
        <Icon name={themeIcons[theme.value]} />
      </button>
    </header>
  );
}
