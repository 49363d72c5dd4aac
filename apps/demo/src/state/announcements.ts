import { signal } from '@preact/signals';

/** What a screen reader is told. */
export const announcement = signal('');

/** Tells visitors who do not see the page what happened. */
export function say(text: string): void {
  announcement.value = text;
}
