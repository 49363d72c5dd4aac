import { useEffect, useState } from 'preact/hooks';
import { say } from '../state/announcements';
import { attempt } from '../state/problem';
import { Icon } from './icons';

/** Copies the address of the page, which holds what is shown. */
export function CopyLink({ disabled }: { readonly disabled: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = copied ? setTimeout(() => setCopied(false), 2000) : undefined;
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      throw new Error(
        'The browser does not allow copying. Copy the address from the address bar: it is the link.',
      );
    }
    setCopied(true);
    say('The link is copied.');
  };
  return (
    <button type="button" class="button" disabled={disabled} onClick={() => void attempt(copy)}>
      <Icon name="link" />
      {copied ? 'Link copied' : 'Copy link'}
    </button>
  );
}
