import { computed, signal } from '@preact/signals';
import { say } from '../state/announcements';
import type { FileStorage } from './engine-api';

/** Which of the models in use the browser could not keep. */
const notKept = signal<readonly string[]>([]);

/** What a visitor should know about them; undefined where all are kept. */
export const storageNote = computed(() =>
  notKept.value.length === 0
    ? undefined
    : `This browser has no room to keep the ${notKept.value.join(' and the ')}: the page downloads it again on each visit and does not work offline.`,
);

/** Set once the browser was asked not to clear what it keeps: some ask the visitor, which nobody wants twice. */
const ASKED = 'restok-asked-to-persist';

/** Takes note of what became of a model's files, and asks once to keep them when there is little room. */
export function noteStorage(what: string, storage: FileStorage): void {
  const others = notKept.value.filter((name) => name !== what);
  notKept.value = storage === 'not kept' ? [...others, what] : others;
  if (storage === 'not kept') {
    say(storageNote.value!);
  }
  if (storage === 'kept now') {
    void askToPersist();
  }
}

async function askToPersist(): Promise<void> {
  try {
    if (localStorage.getItem(ASKED) === null) {
      localStorage.setItem(ASKED, 'yes');
      await navigator.storage.persist();
    }
  } catch {
    // Where there is no such store, or no such question, what is kept stays as long as there is room.
  }
}
