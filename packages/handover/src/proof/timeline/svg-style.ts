/**
 * The picture's colours, for light and for dark pages; they differ in lightness too, so that they are told apart without
 * hue. Plain colours instead of CSS variables: not only browsers draw SVG.
 */
export const SVG_STYLE: string = `
text{font:12px system-ui,sans-serif;fill:#1f2328}.small{font-size:11px;fill:#656d76}.head{font-size:14px;font-weight:600}
.paper{fill:#fff}.track{fill:#d0d7de;opacity:.6}.old{fill:#9aa4ae}.new{fill:#1a7f5a}.out{opacity:.4}.starting{fill:#d4a72c}.down{fill:#cf222e}.unknown{fill:#d4a72c;opacity:.4}
.grid{stroke:#d0d7de;opacity:.6}.count{fill:none;stroke:#1f2328;stroke-width:1.5}.floor{stroke:#cf222e;stroke-dasharray:4 3}.wave{fill:none;stroke:#0969da;stroke-width:1.5}.fail{stroke:#cf222e;stroke-width:1.5}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#8d96a0}.paper{fill:#0d1117}.track{fill:#30363d}.old{fill:#6e7681}.new{fill:#3fb98a}.starting,.unknown{fill:#bb8009}.down{fill:#f85149}.grid{stroke:#30363d}.count{stroke:#e6edf3}.floor,.fail{stroke:#f85149}.wave{stroke:#58a6ff}}`;
