import { useEffect, useRef, useState } from 'preact/hooks';
import type { NamedFile } from '../engine/engine-api';
import { showProblem } from '../state/problem';
import { Icon } from './icons';
import { FileButton } from './file-button';

type OnFiles = (files: readonly NamedFile[]) => void;

/** Takes a picture: with the device's own camera program where fingers are used, with a webcam in the page elsewhere. */
export function CameraButton({ onFiles }: { readonly onFiles: OnFiles }) {
  const hasWebcam = useWebcam();
  const [stream, setStream] = useState<MediaStream>();
  const start = (): void => {
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'environment' } })
      .then(setStream, (error: unknown) => showProblem(cameraError(error)));
  };
  return (
    <>
      <FileButton
        text="Take one"
        icon="camera"
        look="quiet-button only-touch"
        accept="image/*"
        capture="environment"
        onFiles={onFiles}
      />
      {hasWebcam && (
        <button type="button" class="button quiet-button not-touch" onClick={start}>
          <Icon name="camera" />
          Take one
        </button>
      )}
      {stream !== undefined && (
        <Viewfinder stream={stream} onFiles={onFiles} onClose={() => setStream(undefined)} />
      )}
    </>
  );
}

/** What the camera sees, and a shutter. */
function Viewfinder({
  stream,
  onFiles,
  onClose,
}: {
  readonly stream: MediaStream;
  readonly onFiles: OnFiles;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    if (video.current !== null) {
      video.current.srcObject = stream;
    }
    return () => stream.getTracks().forEach((track) => track.stop());
  }, [stream]);
  const take = (): void => {
    pictureOf(video.current!).then((blob) => {
      dialog.current?.close();
      onFiles([{ path: 'From the camera', blob }]);
    }, showProblem);
  };
  return (
    <dialog ref={dialog} class="viewfinder" aria-label="Take a picture" onClose={onClose}>
      <video ref={video} autoplay muted playsInline onPlaying={() => setSeen(true)} />
      <div class="viewfinder-buttons">
        <button type="button" class="button quiet-button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="button" disabled={!isSeen} onClick={take}>
          <Icon name="camera" />
          Take the picture
        </button>
      </div>
    </dialog>
  );
}

/** Whether there is a camera that a page may ask for; a page that is not served securely never may. */
function useWebcam(): boolean {
  const [hasWebcam, setWebcam] = useState(false);
  useEffect(() => {
    if ('mediaDevices' in navigator) {
      navigator.mediaDevices.enumerateDevices().then(
        (devices) => setWebcam(devices.some(({ kind }) => kind === 'videoinput')),
        () => setWebcam(false),
      );
    }
  }, []);
  return hasWebcam;
}

async function pictureOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return canvas.convertToBlob();
}

function cameraError(error: unknown): Error {
  return new Error(
    error instanceof DOMException && error.name === 'NotAllowedError'
      ? 'The camera may not be used. Allow it in the settings of this page, or open a file.'
      : 'The camera does not answer. Close other programs that use it, or open a file.',
  );
}
