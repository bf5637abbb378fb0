/** The pages' style sheet: system fonts, CSS variables for light and dark. */

const light = `
  --paper: #fbfaf6; --raised: #ffffff; --ink: #1c2126; --muted: #5d6670; --line: #e1ded5; --wash: #f1efe8;
  --blue: #1f63b5; --orange: #c9570a; --green: #1a7f5a; --violet: #7a4fb5; --red: #b3261e; --teal: #0f7c8c;
  --ochre: #8d6a00; --rose: #b83280; --on-blue: #ffffff;`;

const dark = `
  --paper: #14171b; --raised: #1b1f24; --ink: #e9e6df; --muted: #9ca5af; --line: #30363d; --wash: #20252b;
  --blue: #74aef5; --orange: #f29a52; --green: #57c79a; --violet: #bb97ec; --red: #ff8a80; --teal: #5cc3d1;
  --ochre: #d6b24a; --rose: #f08cc0; --on-blue: #10151b;`;

const page = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scrollbar-gutter: stable; }
body {
  margin: 0; background: var(--paper); color: var(--ink); min-height: 100vh;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem 4rem; }
code { font: 0.86em/1.4 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
a { color: var(--blue); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; border-radius: 4px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--raised); padding: 0.5rem 1rem; }
h1 { margin: 0; font-size: clamp(1.8rem, 4vw, 2.5rem); line-height: 1.15; letter-spacing: -0.022em; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.8rem; font-size: 1.3rem; letter-spacing: -0.012em; }
h2.second { margin-top: 2rem; }
h3 { margin: 1.6rem 0 0.5rem; font-size: 1.02rem; }
section { padding-top: 2.4rem; }
.head { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: flex-end; justify-content: space-between; padding: 2.2rem 0 0.4rem; }
.kicker { margin: 0 0 0.2rem; color: var(--muted); font-size: 0.82rem; letter-spacing: 0.08em; text-transform: uppercase; }
.kicker a { color: inherit; }
.lead { max-width: 50rem; margin: 0.4rem 0 0; color: var(--muted); }
.note { color: var(--muted); font-size: 0.88rem; font-weight: 400; }
.empty { color: var(--muted); background: var(--raised); border: 1px dashed var(--line); border-radius: 10px; padding: 1.4rem 1.2rem; margin: 0.6rem 0 0; }
`;

const navigation = `
nav {
  position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 0.3rem 1.3rem; overflow-x: auto;
  padding: 0.65rem max(1.5rem, calc((100% - 75rem) / 2)); background: var(--paper); border-bottom: 1px solid var(--line);
}
nav a { color: var(--muted); text-decoration: none; font-size: 0.94rem; white-space: nowrap; padding: 0.15rem 0; }
nav a:hover { color: var(--ink); }
nav a[aria-current] { color: var(--ink); box-shadow: 0 2px 0 var(--blue); }
nav .places { display: flex; gap: 0.3rem 1.3rem; }
nav .brand { color: var(--ink); font-weight: 650; margin-right: 0.6rem; display: flex; gap: 0.5rem; align-items: center; }
nav .brand svg { width: 1.25rem; height: 1.25rem; flex: none; }
nav .end { margin-left: auto; display: flex; gap: 1.1rem; align-items: center; color: var(--muted); font-size: 0.88rem; white-space: nowrap; }
.live { display: flex; gap: 0.4rem; align-items: center; }
.live i { width: 0.55rem; height: 0.55rem; border-radius: 50%; background: var(--line); }
.live[data-live-sign="on"] i { background: var(--green); }
.live[data-live-sign="off"] i { background: var(--red); }
.notice { max-width: 75rem; margin: 1rem auto 0; padding: 0 1.5rem; }
.notice p { margin: 0; padding: 0.7rem 1rem; border-radius: 8px; border: 1px solid; background: var(--raised); overflow-wrap: anywhere; }
.notice .done { border-color: var(--green); }
.notice .failed { border-color: var(--red); }
.notice b { margin-right: 0.4rem; }
.notice .done b { color: var(--green); }
.notice .failed b { color: var(--red); }
`;

const tables = `
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
.rows { width: 100%; font-size: 0.92rem; }
.rows th, .rows td { padding: 0.5rem 0.7rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
.rows thead th { color: var(--muted); font-weight: 500; font-size: 0.85rem; border-bottom-color: var(--muted); white-space: nowrap; vertical-align: bottom; }
.rows :is(th, td):first-child { padding-left: 0; }
.rows :is(th, td):last-child { padding-right: 0; }
.rows tbody th { font-weight: 600; }
.rows .number { text-align: right; white-space: nowrap; }
.rows .tight { white-space: nowrap; }
.rows .wide-cell { min-width: 13rem; }
.rows tbody tr:hover > :is(td, th) { background: var(--wash); }
.rows .sub { display: block; color: var(--muted); font-size: 0.86rem; font-weight: 400; }
.facts { margin: 0; }
.facts > div { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0.2rem 1.2rem; padding: 0.42rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); margin: 1.4rem 0 0; border-top: 2px solid var(--ink); }
.figures > div { padding: 0.7rem 1.2rem 0.8rem 0; border-bottom: 1px solid var(--line); }
.figures dt { color: var(--muted); font-size: 0.88rem; }
.figures dd { margin: 0; }
.figures b { display: block; font-size: 1.55rem; font-weight: 620; letter-spacing: -0.015em; line-height: 1.3; }
.figures span { color: var(--muted); font-size: 0.88rem; }
pre { margin: 0.6rem 0 0; padding: 0.9rem 1rem; background: var(--wash); border-radius: 8px; overflow-x: auto; max-height: 32rem; }
pre code { overflow-wrap: normal; }
`;

const parts = `
.badge { display: inline-flex; align-items: center; gap: 0.42rem; white-space: nowrap; }
.badge::before { content: ""; width: 0.62rem; height: 0.62rem; border-radius: 50%; background: var(--muted); flex: none; }
.badge.running::before { background: var(--blue); box-shadow: 0 0 0 0 var(--blue); animation: beat 2s infinite; }
.badge.succeeded::before { background: var(--green); }
.badge.failed::before { background: var(--red); border-radius: 2px; }
.badge.cancelled::before { background: none; border: 2px solid var(--muted); }
.badge.queued::before { background: none; border: 2px solid var(--blue); }
@keyframes beat { 70% { box-shadow: 0 0 0 0.4rem transparent; } 100% { box-shadow: 0 0 0 0 transparent; } }
.tag { display: inline-block; padding: 0.02rem 0.5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: 0.84rem; white-space: nowrap; color: var(--muted); }
.tag.champion { color: var(--on-blue); background: var(--blue); border-color: var(--blue); }
.tag.challenger { color: var(--orange); border-color: var(--orange); }
.tag.previous { color: var(--ink); border-color: var(--muted); }
.tag.warn { color: var(--red); border-color: var(--red); }
.tag.good { color: var(--green); border-color: var(--green); }
.flow { display: block; width: 100%; min-width: 9rem; height: 0.55rem; margin: 0.42rem 0 0.3rem; }
.flow rect { fill: var(--line); }
.flow .succeeded { fill: var(--green); }
.flow .running { fill: var(--blue); }
.flow .failed { fill: var(--red); }
.flow .cancelled { fill: var(--muted); }
.meter { display: inline-block; width: 4.5rem; height: 0.5rem; margin-right: 0.6rem; vertical-align: 0.04em; }
.meter rect { fill: var(--wash); }
.meter .part { fill: var(--blue); }
.meter .part.over { fill: var(--red); }
.steps { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 0.5rem; }
.step { background: var(--raised); border: 1px solid var(--line); border-top: 4px solid var(--line); border-radius: 8px; padding: 0.55rem 0.7rem 0.6rem; min-width: 0; font-size: 0.86rem; }
.step b { display: block; font-size: 0.95rem; font-weight: 620; }
.step span { display: block; color: var(--muted); overflow-wrap: anywhere; }
.step .trouble { color: var(--red); }
.step.succeeded { border-top-color: var(--green); }
.step.running { border-top-color: var(--blue); }
.step.failed { border-top-color: var(--red); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(27rem, 100%), 1fr)); gap: 1.2rem; }
.pair > section { padding-top: 1.4rem; min-width: 0; }
figure { margin: 0; min-width: 0; }
.panel { background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1rem 1rem; min-width: 0; }
figcaption { font-weight: 620; margin-bottom: 0.4rem; }
.chart svg { display: block; width: 100%; height: auto; }
.chart.narrow { display: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1rem; list-style: none; margin: 0; padding: 0; }
.card { background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; min-width: 0; }
.card h2.second { margin-top: 2rem; }
h3 { margin: 0 0 0.3rem; font-size: 1.1rem; overflow-wrap: anywhere; }
[class^="key-"] { display: inline-block; width: 0.8rem; height: 0.8rem; border-radius: 3px; margin-right: 0.45rem; vertical-align: -0.06em; }
${['blue', 'orange', 'green', 'violet', 'red', 'teal', 'ochre', 'rose'].map((name, i) => `.key-${i + 1} { background: var(--${name}); }`).join('\n')}
.fate { display: inline-block; width: 0.75rem; height: 0.75rem; border-radius: 50%; margin-right: 0.4rem; vertical-align: -0.05em; background: var(--muted); }
.fate.champion { background: var(--blue); }
.fate.served { background: var(--blue); width: 0.5rem; height: 0.5rem; vertical-align: 0.06em; }
.fate.challenger { background: var(--orange); }
.fate.refused { background: var(--red); border-radius: 2px; }
.keyed { white-space: nowrap; margin-right: 0.5rem; }
.big { margin: 0.3rem 0 0; font-size: 1.7rem; font-weight: 620; letter-spacing: -0.015em; }
.big .note { letter-spacing: 0; }
.card p { margin: 0.25rem 0 0; overflow-wrap: anywhere; }
.log { list-style: none; margin: 0; padding: 0; }
.log > li { padding: 0.75rem 0 0.8rem; border-bottom: 1px solid var(--line); }
.log p { margin: 0.15rem 0 0; overflow-wrap: anywhere; }
.log .what { display: flex; flex-wrap: wrap; gap: 0.2rem 0.7rem; align-items: baseline; }
.log .what b { font-weight: 620; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0.8rem 0 0; }
.tab { padding: 0.2rem 0.9rem; border: 1px solid var(--line); border-radius: 1rem; text-decoration: none; font-size: 0.92rem; }
.tab[aria-current] { color: var(--on-blue); background: var(--blue); border-color: var(--blue); }
.reasons { margin: 0.3rem 0 0; padding-left: 1.1rem; }
.failure { border-left: 4px solid var(--red); background: var(--raised); padding: 0.7rem 1rem; margin: 1.2rem 0 0; border-radius: 0 8px 8px 0; overflow-wrap: anywhere; }
details { margin-top: 0.7rem; }
summary { cursor: pointer; color: var(--blue); width: fit-content; }
details[open] > summary { margin-bottom: 0.5rem; }
`;

const forms = `
form { margin: 0; }
label { display: block; color: var(--muted); font-size: 0.88rem; }
input, select, button { font: inherit; color: inherit; }
input[type="text"], input[type="password"], select {
  display: block; width: 100%; margin-top: 0.15rem; padding: 0.4rem 0.6rem; color: var(--ink);
  background: var(--raised); border: 1px solid var(--muted); border-radius: 7px; min-height: 2.35rem; font-size: 0.95rem;
}
input[type="checkbox"] { width: 1.05rem; height: 1.05rem; accent-color: var(--blue); margin: 0.2rem 0; }
button {
  padding: 0.4rem 1rem; border-radius: 7px; border: 1px solid var(--blue); background: var(--blue); color: var(--on-blue);
  cursor: pointer; font-size: 0.95rem; min-height: 2.35rem; white-space: nowrap;
}
button.quiet { background: none; color: var(--blue); }
button.danger { background: none; border-color: var(--red); color: var(--red); }
button.link { background: none; border: 0; padding: 0; color: var(--blue); text-decoration: underline; text-underline-offset: 0.2em; text-decoration-thickness: 1px; min-height: 0; font-size: inherit; white-space: normal; text-align: left; overflow-wrap: anywhere; }
button:hover { filter: brightness(1.08); }
.line { display: flex; flex-wrap: wrap; gap: 0.6rem 0.9rem; align-items: flex-end; }
.line > label { flex: 0 1 11rem; }
.line > label.grow { flex: 1 1 16rem; }
.line.filter { padding: 1rem 0 0.6rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem 1.4rem; }
.actions details { margin: 0; }
.actions details[open] { flex-basis: 100%; background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 1rem 1rem; }
.rows td form { display: inline-block; margin-right: 0.9rem; }
`;

const narrow = `
@media (max-width: 46rem) {
  main { padding: 0 1.1rem 3rem; }
  nav { position: static; flex-wrap: wrap; padding: 0.7rem 1.1rem 0.5rem; }
  nav .places { order: 3; flex-basis: 100%; justify-content: space-between; gap: 0.3rem; }
  nav .places a { font-size: 0.88rem; }
  .notice { padding: 0 1.1rem; }
  .head { padding-top: 1.4rem; }
  section { padding-top: 1.9rem; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures b { font-size: 1.3rem; }
  .facts > div { grid-template-columns: 1fr; gap: 0; }
  .steps { grid-auto-flow: row; }
  .step { border-top-width: 1px; border-top-color: var(--line); border-left: 4px solid var(--line); }
  .step.succeeded { border-left-color: var(--green); border-top-color: var(--line); }
  .step.running { border-left-color: var(--blue); border-top-color: var(--line); }
  .step.failed { border-left-color: var(--red); border-top-color: var(--line); }
  .line > label { flex-basis: 8rem; flex-grow: 1; }
  .panel { padding: 0.8rem 0.6rem; }
  .stack thead { display: none; }
  .stack, .stack tbody { display: block; }
  .stack tr { position: relative; display: grid; grid-template-columns: 1fr 1fr; gap: 0.25rem 1rem; padding: 0.8rem 0; border-bottom: 1px solid var(--line); }
  .stack .choose { position: absolute; right: 0; top: 0.7rem; }
  .rows.stack tbody :is(td, th) { display: block; padding: 0; border: 0; text-align: left; white-space: normal; min-width: 0; }
  .stack tbody .across { grid-column: 1 / -1; }
  .stack tbody :is(td, th)[data-label]:not(:empty)::before { content: attr(data-label) " "; color: var(--muted); font-size: 0.84rem; font-weight: 400; }
  .stack tbody tr:hover > :is(td, th) { background: none; }
}
@media (prefers-reduced-motion: reduce) { .badge.running::before { animation: none; } }
@media print { nav, .skip, .actions, form { display: none; } }
`;

export const style = `:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
${[page, navigation, tables, parts, forms, narrow].join('')}`;
