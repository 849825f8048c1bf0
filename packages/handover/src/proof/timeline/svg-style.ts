/** The picture's colours, for light and dark; they differ in lightness too, so that they are told apart without hue. */
export const SVG_STYLE: string = `
text{font:12px system-ui,sans-serif;fill:var(--ink)}.small{font-size:11px;fill:var(--faint)}.head{font-size:14px;font-weight:600}
svg{--ink:#1f2328;--faint:#656d76;--line:#d0d7de;--old:#8c959f;--new:#1a7f5a;--warm:#bf8700;--bad:#cf222e;--wave:#0969da;--paper:#fff}
@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--faint:#8d96a0;--line:#30363d;--old:#6e7681;--new:#3fb98a;--warm:#d29922;--bad:#f85149;--wave:#58a6ff;--paper:#0d1117}}
.paper{fill:var(--paper)}.track{fill:var(--line);opacity:.45}.old{fill:var(--old)}.new{fill:var(--new)}.out{opacity:.4}.starting{fill:var(--warm);opacity:.75}.down{fill:var(--bad)}.unknown{fill:var(--warm);opacity:.4}
.grid{stroke:var(--line)}.count{fill:none;stroke:var(--ink);stroke-width:1.5}.floor{stroke:var(--bad);stroke-dasharray:4 3}.wave{fill:none;stroke:var(--wave);stroke-width:1.5}.fail{stroke:var(--bad);stroke-width:1.5}`;
