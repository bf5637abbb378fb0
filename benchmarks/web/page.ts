import type { WebContender } from './contender.ts';

export interface CameraFigures {
  readonly frames: number;
  /** Milliseconds of each task of the page that took more than 50. */
  readonly longTasks: number[];
  /** The longest time in which the page did not come to a message that it sent to itself. */
  readonly longestWait: number;
}

export interface BenchmarkPage {
  /** Milliseconds since the page was asked for, until it had the logits. */
  first(bundle: string, model: string, pixels: number[]): Promise<{ took: number; logits: number[] }>;
  camera(bundle: string, model: string, milliseconds: number): Promise<CameraFigures>;
}

declare global {
  var benchmark: BenchmarkPage;
}

const modules: Readonly<Record<string, () => Promise<{ contender: WebContender }>>> = {
  bare: () => import('./bare.ts'),
  trainyard: () => import('./trainyard.ts'),
};
const contender = async (): Promise<WebContender> =>
  (await modules[new URLSearchParams(location.search).get('contender') ?? '']()).contender;

/** Counts what keeps the page from answering, until the function that it gives is called. */
function watch(): () => Pick<CameraFigures, 'longTasks' | 'longestWait'> {
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    longTasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ type: 'longtask' });
  const { port1, port2 } = new MessageChannel();
  let longestWait = 0;
  let last = performance.now();
  const turn = setInterval(() => {
    last = performance.now();
    port2.postMessage(0);
  }, 5);
  port1.onmessage = () => {
    longestWait = Math.max(longestWait, performance.now() - last);
  };
  return () => {
    clearInterval(turn);
    observer.disconnect();
    port1.close();
    return { longTasks, longestWait };
  };
}

const nextFrame = (video: HTMLVideoElement): Promise<unknown> =>
  new Promise((resolve) => video.requestVideoFrameCallback(resolve));

globalThis.benchmark = {
  async first(bundle, model, pixels) {
    const logits = await (await contender()).first(bundle, model, Uint8Array.from(pixels));
    return { took: performance.now(), logits: [...logits] };
  },
  async camera(bundle, model, milliseconds) {
    const video = document.querySelector('video')!;
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
    await video.play();
    const classify = await (await contender()).camera(bundle, model);
    for (let i = 0; i < 5; i++) await classify(video);
    // What loading left to do is done.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stop = watch();
    const end = performance.now() + milliseconds;
    let frames = 0;
    for (; performance.now() < end; frames++) {
      await nextFrame(video);
      await classify(video);
    }
    return { frames, ...stop() };
  },
};
