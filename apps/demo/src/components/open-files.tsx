import { useEffect } from 'preact/hooks';
import type { NamedFile } from '../engine/engine-api';

/** Calls back for files that are dropped anywhere on the page or pasted, while the component is shown. */
export function useDroppedFiles(onFiles: (files: readonly NamedFile[]) => void): void {
  useEffect(() => {
    const allow = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) {
        event.preventDefault();
        document.documentElement.dataset.dropping = '';
      }
    };
    const stop = (): void => {
      delete document.documentElement.dataset.dropping;
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) {
        stop();
      }
    };
    const take = (event: DragEvent): void => {
      stop();
      if (event.dataTransfer?.types.includes('Files')) {
        event.preventDefault();
        void filesOfTransfer(event.dataTransfer).then((files) => {
          if (files.length > 0) {
            onFiles(files);
          }
        });
      }
    };
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])].map((file) => ({ path: file.name, blob: file }));
      if (files.length > 0) {
        event.preventDefault();
        onFiles(files);
      }
    };
    addEventListener('dragover', allow);
    addEventListener('dragleave', leave);
    addEventListener('drop', take);
    addEventListener('paste', paste);
    return () => {
      stop();
      removeEventListener('dragover', allow);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', take);
      removeEventListener('paste', paste);
    };
  }, [onFiles]);
}

/** Files that were chosen in a dialogue, with their paths where a folder was. */
export function filesOfInput(input: HTMLInputElement): NamedFile[] {
  const files = [...(input.files ?? [])].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    blob: file,
  }));
  // So that choosing the same file again is told, too.
  input.value = '';
  return files;
}

async function filesOfTransfer(transfer: DataTransfer): Promise<NamedFile[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) {
    return [...transfer.files].map((file) => ({ path: file.name, blob: file }));
  }
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

async function filesOfEntry(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\//, ''), blob }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred or so at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) {
      break;
    }
    all.push(...some);
  }
  return (await Promise.all(all.map(filesOfEntry))).flat();
}
