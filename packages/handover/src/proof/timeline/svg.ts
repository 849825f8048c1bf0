/** Building blocks of an SVG as text: escaped, and with coordinates of one decimal so that the file stays small. */
export type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? coordinate(value) : escaped(value)}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export function textElement(attributes: Attributes, text: string): string {
  return element("text", attributes, escaped(text));
}

/** Text that may stand in content and in attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A line through points. */
export function polyline(points: readonly (readonly [number, number])[], className: string): string {
  const written = points.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(" ");
  return element("polyline", { class: className, points: written });
}
