/** The frame of an HTML report: one file, no script, no network, dark and light, printable. */

import type { Words } from '../verdict/words.ts'
import { html, type Markup } from './markup.ts'

/** Blue, orange, purple, yellow or grey: told apart with every common colour blindness, and by pattern in print. */
const LIGHT = `--page:#ffffff;--ink:#1f2328;--quiet:#59636e;--line:#d1d9e0;--panel:#f6f8fa;
--useful:#0077bb;--failed:#cc3311;--refused:#332288;--cached:#6e7781;--trouble:#cc331118`
const DARK = `--page:#0d1117;--ink:#e6edf3;--quiet:#9198a1;--line:#3d444d;--panel:#151b23;
--useful:#56b4e9;--failed:#e8702a;--refused:#cc79a7;--cached:#f0e442;--trouble:#e8702a22`

const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem 4rem;background:var(--page);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}h1,h3,p,li{overflow-wrap:anywhere}p{margin:.5rem 0;max-width:48rem}
.quiet,figcaption,dt{color:var(--quiet)}.quiet{font-size:.9rem}
.verdict{border-left:.3rem solid var(--useful);background:var(--panel);padding:.8rem 1.1rem;margin:1.25rem 0}
.verdict p:first-child{font-size:1.1rem;font-weight:600}
code{background:var(--panel);border:1px solid var(--line);border-radius:.3rem;padding:.1rem .4rem;
font:.9em ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .75rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}thead th{white-space:normal;overflow-wrap:anywhere;max-width:13rem}tbody th{font-weight:400}tr.first th,tr.first td{font-weight:650}
tr.gap th,tr.gap td{padding-top:1rem}td.l,th.l{text-align:left}td.l code{white-space:normal;box-decoration-break:clone;-webkit-box-decoration-break:clone}
.verdict code{display:block;width:max-content;max-width:100%;margin-top:.3rem;padding:.3rem .6rem;white-space:pre-wrap}
.scroll{overflow:auto;max-height:24rem}.wide{overflow-x:auto}
figure{margin:.5rem 0 1rem}figure svg{display:block;width:100%;height:auto}figcaption{font-size:.9rem}
svg text{fill:var(--quiet);font:12px system-ui,-apple-system,"Segoe UI",sans-serif}svg text.ink{fill:var(--ink)}
.axis{stroke:var(--line);stroke-width:1;fill:none}.line{fill:none;stroke-width:2.5}
.bar:hover{fill:var(--ink);fill-opacity:.08}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.5rem 0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.4rem}.legend svg{width:1.5rem;height:.9rem;flex:none}
details{margin:.25rem 0 1rem;font-size:.9rem}summary{cursor:pointer;color:var(--quiet)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}dd{margin:0;overflow-wrap:anywhere}
.met{color:var(--useful)}.unmet{color:var(--failed)}
@media screen and (max-width:44rem){body{padding:1.25rem 1rem 2rem}th,td{padding:.2rem .35rem;font-size:.9rem}
tbody th:first-child{white-space:normal}figure{overflow-x:auto}figure svg{min-width:40rem}svg text{font-size:14px}
.cards thead{display:none}.cards tr{display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
.cards td{border:0;padding:0;text-align:left;white-space:normal}.cards td:empty{display:none}
.cards td[data-label]::before{content:attr(data-label) " ";color:var(--quiet);font-weight:400}}
@page{size:A4;margin:12mm}
@media print{:root{color-scheme:light;${LIGHT}}html{font-size:9pt}body{max-width:none;padding:0}p{max-width:none;margin:.25rem 0}
details{display:none}figure,section,tr,.verdict{break-inside:avoid}h1{font-size:1.5rem}h2{margin:.8rem 0 .1rem;font-size:1.1rem}
h3{margin:.4rem 0 0}.verdict{margin:.6rem 0;padding:.5rem 1rem}figure{margin:.1rem 0 .3rem}figure svg{width:86%}.many figure svg{width:100%}.many~section figure svg{width:64%}th,td{padding:.1rem .75rem}
.tables{break-before:page}.tables>:first-child>h2{margin-top:0}.many{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem}}`

/** Fills of the charts, each with a pattern of its own, so that print without colours can be read. */
const PATTERNS = html`<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--failed)"/><path d="M0 0V6" stroke="var(--page)" stroke-width="2" stroke-opacity=".55"/></pattern>
<pattern id="refused" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="var(--refused)"/><circle cx="3" cy="3" r="1.2" fill="var(--page)" fill-opacity=".75"/></pattern>
<pattern id="cached" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="var(--cached)"/><path d="M0 3H6" stroke="var(--page)" stroke-width="1.5" stroke-opacity=".55"/></pattern>
</defs></svg>`

/** A whole document. The policy in its head forbids every script and every load, whatever a result holds. */
export function page(title: string, body: readonly Markup[], words: Words): string {
  const style: Markup = { markup: STYLE }
  return `<!doctype html>\n${
    html`<html lang="${words('language')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
${PATTERNS}
<main>
${body}
</main>
</body>
</html>
`.markup
  }`
}

/** A table that scrolls in a frame of its own and can be reached with the keyboard, folded away below a chart. */
export function dataTable(
  what: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words: Words,
): Markup {
  return html`<details><summary>${words('report.data', { what })}</summary>
<div class="scroll" role="region" aria-label="${what}" tabindex="0"><table>
<thead><tr>${head.map(text => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map(([first = '', ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map(text => html`<td>${text}</td>`)}</tr>`)}</tbody>
</table></div></details>`
}
