import { type PhotoReading, readPhoto } from '../ink/photo.ts';
import { context2d, cssColor, find } from '../page/dom.ts';
import { lookAt } from './load-gray.ts';

export interface PictureInput {
  /** Again, for who comes back to the tab. */
  show(): void;
}

/** Reads a picture that is dropped on the page, chosen, or pasted. */
export function startPictureInput({
  onReading,
  onArrive,
}: {
  /** Of the latest picture; undefined where nothing in it can be read, for which `why`. */
  readonly onReading: (reading: PhotoReading | undefined, why: string) => void;
  /** A picture was dropped or pasted, wherever that was. */
  readonly onArrive: () => void;
}): PictureInput {
  const drop = find('drop', HTMLLabelElement);
  const file = find('file', HTMLInputElement);
  const canvas = find('photo', HTMLCanvasElement);
  const words = find('drop-words', HTMLElement);
  const note = find('photo-note', HTMLElement);
  let last: { reading: PhotoReading | undefined; why: string } = {
    reading: undefined,
    why: 'Give it a picture.',
  };
  let turn = 0;

  async function take(blob: Blob): Promise<void> {
    turn++;
    const mine = turn;
    onArrive();
    try {
      const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
      if (mine !== turn) return bitmap.close();
      const whole = { left: 0, top: 0, width: bitmap.width, height: bitmap.height };
      const reading = readPhoto(lookAt(bitmap, whole, canvas));
      bitmap.close();
      canvas.hidden = false;
      words.hidden = true;
      if (reading) frame(canvas, reading.box);
      tell(reading, reading ? '' : 'Nothing in this picture stands out like ink on paper.');
    } catch {
      const name = blob instanceof File ? `${blob.name} is` : 'This is';
      if (mine === turn)
        tell(undefined, `${name} no picture that this browser reads: try PNG, JPEG or WebP.`);
    }
  }

  function tell(reading: PhotoReading | undefined, why: string): void {
    last = { reading, why };
    note.textContent = why || 'The frame shows where it looked. Give it another one at any time.';
    onReading(reading, why);
  }

  file.addEventListener('change', () => {
    const [chosen] = file.files ?? [];
    if (chosen) void take(chosen);
    // The same file may be chosen again.
    file.value = '';
  });
  const isFile = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    drop.classList.add('over');
  });
  addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) drop.classList.remove('over');
  });
  addEventListener('drop', (event) => {
    drop.classList.remove('over');
    const [dropped] = event.dataTransfer?.files ?? [];
    if (!dropped) return;
    event.preventDefault();
    void take(dropped);
  });
  addEventListener('paste', (event) => {
    const [pasted] = event.clipboardData?.files ?? [];
    if (pasted) void take(pasted);
  });
  return { show: () => onReading(last.reading, last.why) };
}

function frame(canvas: HTMLCanvasElement, { left, top, width, height }: PhotoReading['box']): void {
  const context = context2d(canvas);
  context.strokeStyle = cssColor('--blue');
  context.lineWidth = Math.max(1, Math.max(canvas.width, canvas.height) / 100);
  context.strokeRect(left - 1, top - 1, width + 2, height + 2);
}
