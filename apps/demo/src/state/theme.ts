import { computed, signal } from '@preact/signals';

/** Colours as the system has them, or one of both always. */
export const themes = ['system', 'light', 'dark'] as const;

export type Theme = (typeof themes)[number];

const STORED = 'restok-theme';

/** The theme in use. */
export const theme = signal<Theme>(readStored());

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = signal(systemDark.matches);
systemDark.addEventListener('change', ({ matches }) => (isSystemDark.value = matches));

/** The colours that are seen: those chosen or, without a choice, the system's. */
export const colours = computed(() =>
  theme.value === 'system' ? (isSystemDark.value ? 'dark' : 'light') : theme.value,
);

/** Changes the theme and keeps it for the next visit. */
export function setTheme(next: Theme): void {
  theme.value = next;
  applyTheme();
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Some private windows store nothing; the theme holds until the page is left.
  }
}

/** Puts the theme where the style sheets look for it. */
export function applyTheme(): void {
  if (theme.value === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme.value;
  }
}

function readStored(): Theme {
  try {
    return themes.find((name) => name === localStorage.getItem(STORED)) ?? 'system';
  } catch {
    return 'system';
  }
}
