import { bytes, count, counted } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report } from './schema.ts';

/** Where everything came from, so that it can be made again: dataset, config, commit, seed, machine, files. */
export function lineageSection(report: Report): Html {
  const { dataset, lineage, environment, seed, variants } = report;
  const code = (text: string): Html => html`<code>${text}</code>`;
  const rows: [string, Html | string | undefined | null][] = [
    [
      'Dataset',
      html`${dataset.name}: ${count(dataset.train)} training and ${count(dataset.test)} test pictures, ${dataset.imageShape.join(' × ')}`,
    ],
    ['Dataset digest', code(dataset.digest)],
    [
      'Trained on',
      dataset.segments &&
        html`${dataset.segments.map(
          ({ dataset: of, source, pictures }, i) =>
            html`${i > 0 && html`<br>`}${counted(pictures, 'picture')} of ${source}, ${code(of)}`,
        )}`,
    ],
    ['Source', dataset.source],
    ['License', dataset.license],
    ['Config digest', code(lineage.config)],
    ['Commit', lineage.commit === null ? 'outside of a repository' : code(lineage.commit)],
    ['Seed', String(seed)],
    ['Trained from', lineage.parent === null ? 'nothing: a first training' : code(lineage.parent)],
    ['Bundle', lineage.manifest && code(lineage.manifest)],
    [
      'Machine',
      html`${environment.cpu}${environment.cores !== undefined && `, ${environment.cores} cores`}${environment.platform !== undefined && `, ${environment.platform}`}`,
    ],
    ['Software', `Node ${environment.node}, ONNX Runtime ${environment.onnxruntime}`],
  ];
  return html`<section id="lineage" aria-labelledby="lineage-title">
<h2 id="lineage-title">Lineage</h2>
<dl class="lineage">${rows.map(([name, value]) => value && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<details><summary>Files and their digests</summary>
<div class="scroll" role="region" aria-label="Files" tabindex="0"><table class="numbers files">
<thead><tr><th scope="col">File</th><th scope="col">Bytes</th><th scope="col">Digest</th></tr></thead>
<tbody>${variants.map(
    (variant) =>
      html`<tr><th scope="row">${variant.file}</th><td title="${bytes(variant.bytes)}">${count(variant.bytes)}</td><td class="word">${code(variant.digest)}</td></tr>`,
  )}</tbody></table></div></details>
</section>`;
}
