import type { ComponentProps } from 'preact';
import type { NamedFile } from '../engine/engine-api';
import { Icon } from './icons';
import { filesOfInput } from './open-files';

/** A button that asks the browser for files; where nothing is chosen, nothing happens. */
export function FileButton({
  text,
  onFiles,
  icon = 'open',
  look = 'quiet-button',
  folder = false,
  ...input
}: {
  readonly text: string;
  readonly onFiles: (files: readonly NamedFile[]) => void;
  readonly icon?: ComponentProps<typeof Icon>['name'];
  /** Classes beside that of a button. */
  readonly look?: string;
  /** Whether a folder is chosen instead of files. */
  readonly folder?: boolean;
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly capture?: 'environment';
  readonly 'data-testid'?: string;
}) {
  return (
    <label class={`button ${look}`.trim()}>
      <Icon name={icon} />
      {text}
      <input
        {...input}
        type="file"
        class="visually-hidden"
        ref={(element) => {
          if (folder) {
            element?.setAttribute('webkitdirectory', '');
          }
        }}
        onChange={(event) => onFiles(filesOfInput(event.currentTarget))}
      />
    </label>
  );
}
