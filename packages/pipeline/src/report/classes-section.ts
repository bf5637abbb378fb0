import { count, percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report } from './schema.ts';

/** Beyond these numbers of classes the matrix has no numbers in it, and then no place on the page. */
const mostWithNumbers = 20;
const mostDrawn = 60;
const pairsNamed = 5;
/** Longer class names stand upright above the columns. */
const longestLying = 3;

interface Confusion {
  readonly label: string;
  readonly predicted: string;
  readonly count: number;
}

/** The confusion matrix, the pairs most often taken for each other, and precision, recall and F1 of each class. */
export function classesSection(report: Report): Html {
  const worst = confusions(report);
  return html`<section id="classes" aria-labelledby="classes-title">
<h2 id="classes-title">Classes</h2>
<p class="lead">${
    worst.length === 0
      ? 'No test picture was taken for another class.'
      : html`Most often confused: ${worst
          .slice(0, pairsNamed)
          .map(
            ({ label, predicted, count }, i) =>
              html`${i > 0 && ', '}<strong>${label}</strong> read as <strong>${predicted}</strong> (${count}×)`,
          )}.`
  }</p>
<div class="pair top">
<figure><figcaption>Confusion matrix <span class="note">rows: what it is; columns: what was read</span></figcaption>${matrix(report)}</figure>
<figure><figcaption>By class</figcaption>${classTable(report)}</figure>
</div>
</section>`;
}

/** Wrong cells of the matrix, the largest first. */
export function confusions({ confusion, dataset: { classes } }: Report): Confusion[] {
  return confusion
    .flatMap((row, label) =>
      row.map((count, predicted) => ({
        label: classes[label]!,
        predicted: classes[predicted]!,
        count,
        wrong: label !== predicted,
      })),
    )
    .filter(({ count, wrong }) => wrong && count > 0)
    .sort((a, b) => b.count - a.count);
}

function matrix({ confusion, dataset: { classes } }: Report): Html {
  if (classes.length > mostDrawn) return html`<p>${classes.length} classes are too many to draw.</p>`;
  const withNumbers = classes.length <= mostWithNumbers;
  const lying = withNumbers && classes.every((name) => name.length <= longestLying);
  const look = ['matrix', !withNumbers && 'dense', !lying && 'words'].filter(Boolean).join(' ');
  const mostWrong = Math.max(1, ...confusion.flatMap((row, i) => row.filter((_, j) => i !== j)));
  return html`<div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="${look}">
<thead><tr><th scope="col" class="corner"><span class="hidden">true class</span></th>${classes.map(
    (name) => html`<th scope="col" title="${name}"><span>${name}</span></th>`,
  )}</tr></thead>
<tbody>${confusion.map((row, i) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    return html`<tr><th scope="row" title="${classes[i]}">${classes[i]}</th>${row.map((value, j) => {
      const strength = i === j ? value / total : value / mostWrong;
      const kind = value === 0 ? 'none' : i === j ? 'right' : 'wrong';
      return html`<td class="${kind}" style="--s:${strength.toFixed(3)}" title="${classes[i]} read as ${classes[j]}: ${value}">${
        withNumbers && (value === 0 ? html`<span class="zero">0</span>` : count(value))
      }</td>`;
    })}</tr>`;
  })}</tbody></table></div>`;
}

function classTable({ perClass, dataset: { classes } }: Report): Html {
  return html`<div class="scroll" role="region" aria-label="Scores by class" tabindex="0"><table class="numbers classes">
<thead><tr><th scope="col">Class</th><th scope="col">F1</th><th scope="col">Precision</th><th scope="col">Recall</th><th scope="col">Pictures</th></tr></thead>
<tbody>${perClass.map(
    ({ precision, recall, f1, support }, i) =>
      html`<tr><th scope="row" title="${classes[i]}">${classes[i]}</th><td><strong>${percent(f1, 1)}</strong></td><td>${percent(precision, 1)}</td><td>${percent(recall, 1)}</td><td>${count(support)}</td></tr>`,
  )}</tbody></table></div>`;
}
