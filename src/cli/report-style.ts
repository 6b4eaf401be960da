import { html } from './html.js';

/** The style of the report's page, light or dark as the reader's system is. */
export const STYLE = html`
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --line: #e1e0d9; --ink: #16160f; --soft: #5c5b55; --grid: #ecebe5;
  --blue: #2a6fc9; --sky: #9cc3f0; --green: #1d8a56; --amber: #c98500; --red: #c93b3b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131312; --card: #1c1c1a; --line: #33322e; --ink: #f1f0ea; --soft: #a9a89f; --grid: #2a2927;
    --blue: #5c9ff0; --sky: #2f5688; --green: #3fb67d; --amber: #e0a53a; --red: #ec6a6a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .8rem; }
p { margin: 0 0 .8rem; }
.soft { color: var(--soft); }
.verdict { display: inline-block; padding: .1rem .7rem; border-radius: 1rem; font-weight: 600; border: 1.5px solid; }
.good { color: var(--green); } .bad { color: var(--red); } .odd { color: var(--amber); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: 1.2rem; margin-top: 1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .8rem; margin-top: 1.4rem; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: .8rem 1rem; }
.tile b { display: block; font-size: 1.45rem; line-height: 1.25; font-weight: 650; }
.tile span { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; color: var(--soft); font-weight: 600; white-space: nowrap; }
th, td { padding: .38rem .8rem .38rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td { overflow-wrap: break-word; min-width: 4.5rem; }
td b, .word { white-space: nowrap; overflow-wrap: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--page); border-radius: .5rem; padding: .8rem; margin: 0; }
svg { display: block; width: 100%; height: auto; max-width: 46rem; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); }
svg .grid { stroke: var(--grid); stroke-width: 1; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: .6rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
.key { display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem; margin-right: .4rem; }
.blue { fill: var(--blue); background: var(--blue); } .sky { fill: var(--sky); background: var(--sky); }
.green { fill: var(--green); background: var(--green); } .amber { fill: var(--amber); background: var(--amber); }
.red { fill: var(--red); background: var(--red); }
@media print { section, .tile { break-inside: avoid; } body { background: none; } }
`;
