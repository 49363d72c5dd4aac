import { useEffect, useRef, useState } from 'preact/hooks';
import { findClasses } from '../state/find-classes';

/** More are not drawn; a search finds the others. */
const MOST_SHOWN = 60;

/** Chooses a class by its name. */
export function ClassPicker({
  names,
  value,
  onChange,
}: {
  readonly names: readonly string[];
  readonly value: string;
  readonly onChange: (name: string) => void;
}) {
  const [search, setSearch] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = findClasses(names, search);
  useEffect(() => showChosen(list.current!), [value, names]);
  return (
    <fieldset class="class-picker">
      <legend class="visually-hidden">Class</legend>
      <label class="field">
        <span>
          Class <span class="value">{value}</span>
        </span>
        <input
          type="search"
          placeholder={`Search ${names.length === 0 ? '' : names.length} classes`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && found[0] !== undefined) {
              onChange(found[0]);
            }
          }}
        />
      </label>
      <div class="class-list" ref={list}>
        {found.slice(0, MOST_SHOWN).map((name) => (
          <label key={name} class="class-choice">
            <input type="radio" name="class" checked={name === value} onChange={() => onChange(name)} />
            <span>{name}</span>
          </label>
        ))}
        {found.length === 0 && (
          <p class="quiet">
            {names.length === 0 ? 'The names come with the generator.' : 'No class has that name.'}
          </p>
        )}
        {found.length > MOST_SHOWN && <p class="quiet">and {found.length - MOST_SHOWN} more: search</p>}
      </div>
    </fieldset>
  );
}

/** Scrolls the list, not the page, to the class that is chosen. */
function showChosen(list: HTMLElement): void {
  const chosen = list.querySelector('input:checked')?.parentElement;
  if (chosen != null) {
    const { top, bottom } = chosen.getBoundingClientRect();
    const box = list.getBoundingClientRect();
    if (top < box.top || bottom > box.bottom) {
      list.scrollTop += (top + bottom - box.top - box.bottom) / 2;
    }
  }
}
