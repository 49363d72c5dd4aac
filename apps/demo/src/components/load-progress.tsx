import { activity, download } from '../engine/engine-client';
import { megabytes } from '../state/quantities';

/** What is loading, and how many MB of how many; nothing when nothing is. */
export function LoadProgress() {
  const { value: progress } = download;
  if (progress === undefined && activity.value === undefined) {
    return null;
  }
  const share = progress === undefined ? undefined : progress.bytes / Math.max(1, progress.totalBytes);
  return (
    <div class="load-progress" data-testid="progress">
      <progress aria-label={activity.value ?? 'Loading'} max={1} value={share} />
      <span>
        {activity.value ?? 'Loading'}
        {progress !== undefined && `: ${megabytes(progress.bytes)} of ${megabytes(progress.totalBytes)}`}
      </span>
    </div>
  );
}
