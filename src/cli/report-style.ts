import { html } from './html.js';

/** Colours on paper and on a light screen. Texts have a contrast of 4.5 at least, marks of 3. */
const LIGHT = html`--page: #f6f6f4; --card: #ffffff; --line: #dedcd4; --ink: #191914; --soft: #5b5a53;
  --blue: #2563b8; --green: #19794b; --teal: #0b7480; --amber: #965b00; --red: #bd2f2f;
  --inputs: #2563b8; --draft: #8a5a2b; --slices: #7a49bd; --votes: #19794b; --records: #0b7480;
  --result: #b8417f; --view: #965b00; --proof: #bd2f2f; --shade: rgb(0 0 0 / .2);`;

const DARK = html`--page: #121211; --card: #1b1b19; --line: #383731; --ink: #f2f1ea; --soft: #aeada3;
  --blue: #6ea8f5; --green: #4fc08a; --teal: #45bccb; --amber: #e3a743; --red: #f07c7c;
  --inputs: #6ea8f5; --draft: #cf9d6c; --slices: #b190ee; --votes: #4fc08a; --records: #45bccb;
  --result: #ee86b8; --view: #e3a743; --proof: #f07c7c; --shade: rgb(255 255 255 / .28);`;

/** The style of the report's page, light or dark as the reader's system is, and light on paper. */
export const STYLE = html`
:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
:root[data-print] { color-scheme: light; ${LIGHT} }
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
header, main { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
main { padding-bottom: 4rem; outline: none; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .9rem; }
p { margin: 0 0 .8rem; }
a { color: var(--blue); }
.soft { color: var(--soft); }
section > p.soft { margin: .9rem 0 0; font-size: .9rem; max-width: 50rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .4rem .8rem; z-index: 1; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.verdict { display: inline-block; padding: .1rem .75rem; border-radius: 1rem; font-weight: 600; border: 1.5px solid; }
.good { color: var(--green); } .bad { color: var(--red); } .odd { color: var(--amber); }
section, .tile { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
section { padding: 1.3rem 1.4rem 1.4rem; margin-top: 1rem; scroll-margin-top: 1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.3rem 0 0; }
.tile { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: .8rem 1rem; }
.tile dd { margin: 0; font-size: 1.45rem; line-height: 1.3; font-weight: 650; }
.tile dt { color: var(--soft); font-size: .85rem; line-height: 1.4; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.2rem; list-style: none; margin: 1.2rem 0 0; padding: 0; font-size: .9rem; }
nav ul { row-gap: 0; } nav a { display: inline-block; padding: .45rem 0; text-decoration: none; } nav a:hover { text-decoration: underline; }
.chart { position: relative; width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: 0 0 .7rem; padding: 0; list-style: none; font-size: .88rem; }
.mark { display: inline-block; width: 1.1em; }
.legend button { padding: .1rem .55rem .1rem .4rem; border-radius: 1rem; font-size: inherit; }
.legend button[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; background: none; }
.legend button[aria-pressed="false"] .mark { opacity: .4; }
.legend:has(button) { gap: .4rem; }
button, input, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .4rem; padding: .25rem .7rem; }
button { cursor: pointer; }
details { margin-top: .9rem; font-size: .95rem; } summary { cursor: pointer; color: var(--soft); width: fit-content; }
details .scroll { margin-top: .6rem; }
.search { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: center; margin: 0 0 .9rem; font-size: .92rem; }
[hidden] { display: none !important; }
.search label { display: flex; gap: .5rem; align-items: center; } .search input { width: 14rem; max-width: 100%; min-width: 0; }
.search output { color: var(--soft); }
table { border-collapse: collapse; }
/* A shadow on each side to which the table goes on: the first two grounds scroll with it and cover the other two. */
.scroll {
  overflow-x: auto;
  background: linear-gradient(to right, var(--card) 1rem, transparent) 0 / 2rem 100% local,
    linear-gradient(to left, var(--card) 1rem, transparent) 100% / 2rem 100% local,
    linear-gradient(to right, var(--shade), transparent) 0 / .8rem 100%,
    linear-gradient(to left, var(--shade), transparent) 100% / .8rem 100%;
  background-repeat: no-repeat;
}
 .long { max-height: 34rem; overflow-y: auto; }
.long table { border-collapse: separate; border-spacing: 0; }
.long thead th { position: sticky; top: 0; background: var(--card); }
table { width: 100%; font-size: .9rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th { text-align: left; color: var(--soft); font-weight: 600; white-space: nowrap; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
th button::after { content: " ↕"; opacity: .55; }
th[aria-sort="ascending"] button::after { content: " ↑"; opacity: 1; }
th[aria-sort="descending"] button::after { content: " ↓"; opacity: 1; }
th, td { padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: .2rem; }
tbody tr:last-child td { border-bottom: 0; }
td { overflow-wrap: anywhere; min-width: 5rem; } td:first-child { min-width: 7.5rem; } .wide { min-width: 11rem; }
td b, .word { white-space: nowrap; overflow-wrap: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; min-width: 0; }
.sides { list-style: none; margin: 0; padding: 0; min-width: 13rem; }
.plain { list-style: none; margin: 0 0 .9rem; padding: 0; font-size: .9rem; }
q { quotes: "“" "”"; }
code, pre { font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--page); border-radius: .5rem; padding: .8rem; margin: 0 0 .8rem; }
.blue { color: var(--blue); } .green { color: var(--green); } .teal { color: var(--teal); } .amber { color: var(--amber); }
.red { color: var(--red); } .ink { color: var(--ink); }
.inputs { color: var(--inputs); } .draft { color: var(--draft); } .slices { color: var(--slices); } .votes { color: var(--votes); }
.records { color: var(--records); } .result { color: var(--result); } .view { color: var(--view); } .proof { color: var(--proof); }
@media (max-width: 34rem) {
  header, main { padding-left: .8rem; padding-right: .8rem; } header { padding-top: 1.4rem; }
  section { padding: 1rem .9rem; } .tiles { grid-template-columns: 1fr 1fr; }
  td, td:first-child { min-width: 4.6rem; } .sides, .wide { min-width: 11rem; } th, td { padding-right: .7rem; }
}
@media screen and (max-width: 40rem) {
  .stacks, .stacks tbody, .stacks tr, .stacks td { display: block; } .stacks thead tr { display: flex; flex-wrap: wrap; column-gap: .9rem; }
  .stacks th { border-bottom: 0; padding: .2rem 0; } .stacks thead { position: sticky; top: 0; display: block; background: var(--card); }
  .stacks tbody tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } .stacks tbody tr:last-child { border-bottom: 0; }
  .stacks td, .stacks td:first-child { border: 0; padding: .05rem 0; min-width: 0; text-align: left; white-space: normal; }
  .stacks td[data-title] { display: grid; grid-template-columns: 6.5rem 1fr; column-gap: .6rem; }
  .stacks td[data-title]::before { content: attr(data-title); color: var(--soft); }
  .stacks .sides { min-width: 0; }
}
@media print {
  body { background: none; font-size: 12px; } nav, .skip, .search, [data-copies] { display: none; }
  section, .tile { break-inside: avoid; border-color: #ccc; } section:has(.long) { break-inside: auto; }
  .long { max-height: none; overflow: visible; } canvas { max-width: 100%; }
  th button::after { content: none; }
}
`;
