/** The page's style sheet: system fonts, CSS variables for light and dark, and a print form in black on white. */

const light = `
  --paper: #fbfaf6; --raised: #ffffff; --ink: #1c2126; --muted: #5d6670; --line: #e1ded5;
  --blue: #1f63b5; --orange: #c9570a; --green: #1a7f5a; --violet: #7a4fb5; --red: #b3261e; --wash: #f1efe8;`;

const dark = `
  --paper: #14171b; --raised: #1b1f24; --ink: #e9e6df; --muted: #9ca5af; --line: #30363d;
  --blue: #74aef5; --orange: #f29a52; --green: #57c79a; --violet: #bb97ec; --red: #ff8a80; --wash: #20252b;`;

const page = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, footer { max-width: 74rem; margin: 0 auto; padding: 0 1.5rem; }
code { font: 0.86em/1.4 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
a { color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; border-radius: 3px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--raised); padding: 0.5rem 1rem; }
`;

const navigation = `
nav {
  position: sticky; top: 0; z-index: 2; display: flex; gap: 0.35rem 1.4rem; overflow-x: auto;
  padding: 0.7rem max(1.5rem, calc((100vw - 71rem) / 2)); background: var(--paper); border-bottom: 1px solid var(--line);
}
nav a { color: var(--muted); text-decoration: none; font-size: 0.93rem; white-space: nowrap; }
nav a:hover { color: var(--ink); text-decoration: underline; text-underline-offset: 0.3em; }
nav .brand { color: var(--ink); font-weight: 650; margin-right: auto; }
`;

const summary = `
header { padding: 3.2rem 0 0.6rem; }
.kicker { margin: 0; color: var(--muted); font-size: 0.82rem; letter-spacing: 0.09em; text-transform: uppercase; }
h1 { margin: 0.15rem 0 0.7rem; font-size: clamp(2.4rem, 6vw, 3.7rem); line-height: 1.05; letter-spacing: -0.025em; overflow-wrap: anywhere; }
.words { max-width: 46rem; margin: 0; font-size: clamp(1.1rem, 2.2vw, 1.32rem); line-height: 1.5; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin: 2.4rem 0 0; border-top: 2px solid var(--ink); }
.figures > div { padding: 0.9rem 1.2rem 1rem 0; border-bottom: 1px solid var(--line); }
.figures dt { color: var(--muted); font-size: 0.9rem; }
.figures dd { margin: 0; }
.figures b { display: block; font-size: 2.1rem; font-weight: 620; letter-spacing: -0.02em; line-height: 1.25; }
.figures span { color: var(--muted); font-size: 0.9rem; }
`;

const sections = `
section { padding-top: 3.4rem; }
h2 { margin: 0 0 0.4rem; font-size: 1.65rem; letter-spacing: -0.015em; }
h3 { margin: 2rem 0 0.2rem; font-size: 1.15rem; }
h3 + p { margin: 0 0 0.8rem; color: var(--muted); }
.lead { max-width: 50rem; margin: 0 0 1.4rem; color: var(--muted); }
.lead strong { color: var(--ink); }
.note { color: var(--muted); font-size: 0.88rem; font-weight: 400; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(27rem, 100%), 1fr)); gap: 1.4rem; }
.pair.top { align-items: start; }
figure { margin: 0; min-width: 0; }
.pair > figure { background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem 1.1rem; }
.pair > figure > figcaption { font-weight: 620; margin-bottom: 0.5rem; }
.chart svg { display: block; width: 100%; height: auto; }
.chart.narrow { display: none; }
details { margin-top: 1.1rem; }
summary { cursor: pointer; color: var(--blue); width: fit-content; }
details[open] summary { margin-bottom: 0.6rem; }
footer { margin-top: 4rem; padding-bottom: 2.5rem; color: var(--muted); font-size: 0.9rem; }
footer p { border-top: 1px solid var(--line); padding-top: 1rem; }
`;

const tables = `
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
.numbers { width: 100%; font-size: 0.91rem; }
.numbers th, .numbers td { padding: 0.42rem 0.55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
.numbers thead th { color: var(--muted); font-weight: 500; font-size: 0.86rem; border-bottom-color: var(--muted); }
.numbers th:first-child, .numbers .word { text-align: left; }
.numbers th:first-child { padding-left: 0; position: sticky; left: 0; background: var(--paper); font-weight: 600; }
figure .numbers th:first-child { background: var(--raised); }
.numbers tbody tr:hover :is(td, th) { background: var(--wash); }
.numbers.files { width: auto; }
.variants { margin-top: 1.4rem; }
abbr { text-decoration: underline dotted; text-underline-offset: 0.25em; cursor: help; }
.bar { display: inline-block; width: 2.6rem; height: 0.5rem; margin-right: 0.6rem; background: var(--wash); border-radius: 3px; overflow: hidden; vertical-align: 0.06em; }
.bar i { display: block; height: 100%; background: var(--blue); opacity: 0.75; border-radius: 3px; }
.numbers .bar { float: left; margin-top: 0.48em; }
.mark { display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.5rem; background: var(--violet); }
.mark.float32 { background: var(--blue); border-radius: 50%; }
.mark.float16 { background: var(--green); transform: rotate(45deg) scale(0.85); }
.mark.int8 { background: var(--orange); clip-path: polygon(50% 4%, 100% 96%, 0 96%); }
`;

const classes = `
.matrix { width: 100%; border-collapse: separate; border-spacing: 2px; font-size: 0.9rem; table-layout: fixed; }
.matrix th { font-weight: 600; padding: 0.15rem 0.2rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.matrix tbody th { text-align: right; padding-right: 0.5rem; }
.matrix .corner { width: 2.6rem; }
.matrix td { min-width: 1.9rem; height: 2.15rem; text-align: center; border-radius: 4px; padding: 0; }
.matrix.words .corner { width: 8rem; }
.matrix.words thead th { height: 7rem; vertical-align: bottom; text-overflow: clip; padding-inline: 0; }
.matrix.words thead th span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 6.8rem; overflow: hidden; text-overflow: ellipsis; }
.classes th:first-child { max-width: 13rem; overflow: hidden; text-overflow: ellipsis; }
.matrix.dense { font-size: 0.68rem; border-spacing: 1px; }
.matrix.dense td { min-width: 0.5rem; height: 0.75rem; border-radius: 2px; }
.matrix .none { background: var(--wash); }
.matrix .zero { color: var(--muted); opacity: 0.45; }
.matrix .right { background: color-mix(in srgb, var(--blue) calc(12% + var(--s) * 38%), var(--raised)); }
.matrix .wrong { background: color-mix(in srgb, var(--orange) calc(22% + var(--s) * 48%), var(--raised)); font-weight: 650; }
`;

const gallery = `
.gallery { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(9.6rem, 1fr)); gap: 1rem; }
.card { height: 100%; background: var(--raised); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.picture { display: block; width: 100%; height: auto; image-rendering: pixelated; background: var(--wash); }
.picture.smooth { image-rendering: auto; }
.card figcaption { display: grid; gap: 0.15rem; padding: 0.6rem 0.8rem 0.75rem; }
.verdict { font-size: 1.2rem; font-weight: 650; overflow-wrap: anywhere; line-height: 1.25; }
.verdict .arrow { color: var(--muted); font-weight: 400; }
.verdict .read { color: var(--red); }
.sure { display: flex; align-items: center; font-size: 0.9rem; white-space: nowrap; }
.sure .bar { flex: 1; }
.sure .bar i { background: var(--red); }
`;

const lineage = `
.lineage { margin: 0; }
.lineage > div { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0.2rem 1.2rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
.lineage dt { color: var(--muted); }
.lineage dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
`;

const narrow = `
@media (max-width: 40rem) {
  main, footer { padding: 0 1.1rem; }
  nav { padding: 0.6rem 1.1rem; }
  header { padding-top: 2rem; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures b { font-size: 1.6rem; }
  .pair > figure { padding: 0.8rem 0.7rem; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  .gallery { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: 0.7rem; }
  .lineage > div { grid-template-columns: 1fr; }
  .numbers .bar { display: none; }
  .matrix { font-size: 0.78rem; border-spacing: 1px; }
  .matrix td { min-width: 1.45rem; height: 1.7rem; }
  .matrix.words .corner { width: 6rem; }
  .matrix.words { min-width: 30rem; }
  .classes th:first-child { max-width: 9rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;

const print = `
@media print {
  :root { ${light} --paper: #fff; }
  nav, .skip, summary { display: none; }
  body { font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header { padding-top: 0; }
  section { padding-top: 1.6rem; }
  h2, h3, .lead { break-after: avoid; }
  figure, tr, .figures > div { break-inside: avoid; }
  .scroll { overflow: visible; }
  .figures { grid-template-columns: repeat(4, 1fr); }
  .figures b { font-size: 1.5rem; }
  .pair { grid-template-columns: 1fr 1fr; gap: 0.7rem; }
  .pair > figure { padding: 0.6rem; }
  .numbers { font-size: 7.5pt; }
  .variants { font-size: 6.6pt; }
  .numbers thead th { font-size: 1em; }
  .numbers th, .numbers td { padding: 0.22rem 0.25rem; }
  .matrix { font-size: 7.5pt; border-spacing: 1px; }
  .matrix td { min-width: 0; height: 1.3rem; }
  .variants .bar { display: none; }
  .gallery { grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.4rem; }
  .card figcaption { padding: 0.35rem 0.4rem; }
  .verdict { font-size: 11pt; }
  .sure, .note { font-size: 7pt; }
  .sure .bar { margin-right: 0.3rem; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
}
`;

export const style = `:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
${[page, navigation, summary, sections, tables, classes, gallery, lineage, narrow, print].join('')}`;
