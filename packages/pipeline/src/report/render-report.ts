import { classesSection } from './classes-section.ts';
import { type Html, html, trusted } from './html.ts';
import { lineageSection } from './lineage-section.ts';
import { misreadSection } from './misread-section.ts';
import type { Report } from './schema.ts';
import { style } from './style.ts';
import { summarySection } from './summary-section.ts';
import { trainingSection } from './training-section.ts';
import { variantsSection } from './variants-section.ts';

const chapters = [
  ['variants', 'Variants'],
  ['training', 'Training'],
  ['classes', 'Classes'],
  ['misread', 'Misread'],
  ['lineage', 'Lineage'],
] as const;

/**
 * `report.html`: one page that needs nothing but itself. It has no scripts and asks the network for nothing, which
 * its content security policy also makes sure of.
 */
export function renderReport(report: Report): string {
  return `<!doctype html>\n${page(report)}\n`;
}

function page(report: Report): Html {
  const made = report.createdAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, '$1 $2 UTC');
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Trainyard">
<title>${report.name} · Trainyard report</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<nav aria-label="Chapters"><a class="brand" href="#top">${report.name}</a>${chapters.map(
    ([id, name]) => html`<a href="#${id}">${name}</a>`,
  )}</nav>
<main id="main">
${summarySection(report)}
${variantsSection(report)}
${trainingSection(report)}
${classesSection(report)}
${misreadSection(report)}
${lineageSection(report)}
</main>
<footer><p>Made by Trainyard, <time datetime="${report.createdAt}">${made}</time>. The same figures are in <code>report.json</code>.</p></footer>
</body>
</html>`;
}
