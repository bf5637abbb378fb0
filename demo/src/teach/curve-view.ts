import { make } from '../page/dom.ts';

const svg = 'http://www.w3.org/2000/svg';
const [width, height] = [320, 96];

/** How much of the old value the drawn line keeps at each step. */
const smoothing = 0.85;

export interface CurveView {
  start(steps: number): void;
  add(step: number, loss: number): void;
}

/** The loss over the steps of a training, drawn while it runs: each step as a dot, the smoothed course as a line. */
export function curveView(parent: HTMLElement): CurveView {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
  picture.setAttribute('role', 'img');
  picture.setAttribute('preserveAspectRatio', 'none');
  const dots = document.createElementNS(svg, 'path');
  const line = document.createElementNS(svg, 'path');
  dots.setAttribute('class', 'dots');
  line.setAttribute('class', 'line');
  picture.append(dots, line);
  const [mostWords, leastWords] = [make('span', { class: 'most' }), make('span', { class: 'least' })];
  parent.replaceChildren(picture, mostWords, leastWords);
  let steps = 1;
  let losses: { step: number; loss: number }[] = [];
  let due = 0;

  function paint(): void {
    due = 0;
    const all = losses.map(({ loss }) => loss);
    const [least, most] = all.length > 1 ? [Math.min(...all), Math.max(...all)] : [0, all[0] ?? 1];
    const range = Math.max(most - least, 1e-6);
    mostWords.textContent = all.length > 0 ? most.toFixed(2) : '';
    leastWords.textContent = all.length > 0 ? least.toFixed(2) : '';
    const at = (step: number, loss: number): string =>
      `${((step / steps) * width).toFixed(1)} ${(height - 3 - ((loss - least) / range) * (height - 6)).toFixed(1)}`;
    let smooth: number | undefined;
    const course = losses.map(({ step, loss }) => {
      smooth = smooth === undefined ? loss : smoothing * smooth + (1 - smoothing) * loss;
      return at(step, smooth);
    });
    dots.setAttribute('d', losses.map(({ step, loss }) => `M${at(step, loss)}h0`).join(''));
    line.setAttribute('d', course.length > 0 ? `M${course.join('L')}` : '');
    const last = losses.at(-1);
    if (last)
      picture.setAttribute('aria-label', `Loss ${smooth?.toFixed(3)} after step ${last.step} of ${steps}`);
  }

  return {
    start(count) {
      steps = count;
      losses = [];
      if (due === 0) due = requestAnimationFrame(paint);
    },
    add(step, loss) {
      losses.push({ step, loss });
      if (due === 0) due = requestAnimationFrame(paint);
    },
  };
}
