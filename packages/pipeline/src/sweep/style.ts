/** What the page of a sweep adds to the style of reports: the colours of ranks, and the key to them. */
const light = '--t0:#d3d8de;--t1:#b9c9de;--t2:#98b6da;--t3:#749fd2;--t4:#4f86c6;--t5:#2f6cb4;--t6:#174f94;';
const dark = '--t0:#3c444d;--t1:#41556c;--t2:#47688d;--t3:#517eae;--t4:#6296cd;--t5:#7eb1e8;--t6:#a9d2ff;';

export const sweepStyle = `
:root { ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
@media print { :root { ${light} } }
.panel { background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem 1.1rem; margin-top: 2rem; }
.panel figcaption { display: flex; flex-wrap: wrap; gap: 0.3rem 1.6rem; align-items: center; color: var(--muted); font-size: 0.9rem; margin-bottom: 0.4rem; }
.panel figcaption > * { display: inline-flex; align-items: center; gap: 0.5rem; }
.ramp { display: inline-flex; border-radius: 3px; overflow: hidden; }
.ramp i { width: 1.15rem; height: 0.7rem; }
.line { width: 1.7rem; height: 0; border-top: 3.5px solid var(--orange); border-radius: 2px; }
.line.none { border-top: 1.5px dashed var(--muted); }
.dot { width: 0.85rem; height: 0.85rem; border-radius: 50%; background: var(--orange); }
.winner :is(th, td) { font-weight: 650; }
.winner th::before { content: '★ '; color: var(--orange); }
.numbers td.word { text-align: left; }
@media (max-width: 40rem) { .panel { padding: 0.8rem 0.6rem; } .ramp i { width: 0.8rem; } }
`;
