import { type PhotoReading, readPhoto } from '../ink/photo.ts';
import { find, make } from '../page/dom.ts';
import { lookAt } from './load-gray.ts';

/** Frames a second that are read: the answer keeps up with a hand, and a phone stays cool. */
const readsPerSecond = 8;
/** The middle of the picture that is read, as a share of its shorter side. */
const finderShare = 0.7;

/** Why there is no picture, by the name of what `getUserMedia` throws. */
const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: 'The camera was refused. Allow it in the settings of the browser, and start it again.',
  NotFoundError: 'This device has no camera. Draw a digit, or drop a picture.',
  NotReadableError: 'Another program uses the camera. Close it, and start again.',
  OverconstrainedError: 'This device has no such camera.',
};

export interface Camera {
  stop(): void;
}

/** Reads what the camera shows inside the frame, again and again. */
export function startCamera({
  onReading,
}: {
  readonly onReading: (reading: PhotoReading | undefined, why: string) => void;
}): Camera {
  const video = find('video', HTMLVideoElement);
  const box = find('camera', HTMLElement);
  const words = find('camera-words', HTMLElement);
  const start = find('camera-start', HTMLButtonElement);
  const flip = find('camera-flip', HTMLButtonElement);
  const stop = find('camera-stop', HTMLButtonElement);
  const canvas = make('canvas');
  let facing: 'environment' | 'user' = 'environment';
  let stream: MediaStream | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function open(): Promise<void> {
    close('Starting the camera…');
    const mine = turn;
    start.disabled = true;
    try {
      if (!navigator.mediaDevices)
        throw new Error('Browsers give the camera only to pages that came by HTTPS, or from this machine.');
      const opened = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: facing, width: { ideal: 640 }, height: { ideal: 640 } },
      });
      if (mine !== turn) return end(opened);
      stream = opened;
      // A camera that is unplugged.
      opened.getVideoTracks()[0]?.addEventListener('ended', () => close('The camera has stopped.'));
      video.srcObject = opened;
      video.classList.toggle('mirrored', facing === 'user');
      await video.play();
      if (mine !== turn) return;
      box.classList.add('on');
      flip.disabled = false;
      stop.disabled = false;
      look();
    } catch (error) {
      if (mine !== turn) return;
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      close(reasons[name] ?? message);
    } finally {
      if (mine === turn) start.disabled = false;
    }
  }

  function look(): void {
    const { videoWidth: width, videoHeight: height } = video;
    if (width > 0) {
      const side = Math.min(width, height) * finderShare;
      const reading = readPhoto(
        lookAt(
          video,
          { left: (width - side) / 2, top: (height - side) / 2, width: side, height: side },
          canvas,
        ),
      );
      onReading(reading, 'Nothing in the frame stands out like ink on paper.');
    }
    timer = setTimeout(look, 1000 / readsPerSecond);
  }

  function close(why: string): void {
    turn++;
    clearTimeout(timer);
    end(stream);
    stream = undefined;
    video.srcObject = null;
    box.classList.remove('on');
    start.disabled = false;
    flip.disabled = true;
    stop.disabled = true;
    words.textContent = why;
    onReading(undefined, why);
  }

  start.addEventListener('click', () => void open());
  stop.addEventListener('click', () => close('Hold a digit, written on paper, into the frame.'));
  flip.addEventListener('click', () => {
    facing = facing === 'user' ? 'environment' : 'user';
    void open();
  });
  return {
    stop() {
      if (stream || start.disabled) close('Hold a digit, written on paper, into the frame.');
    },
  };
}

function end(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
